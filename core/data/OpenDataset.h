#pragma once

// From a source, as a person or an experiment names it, to a dataset. Sources: cli.md, SOURCE.

#include <filesystem>
#include <stop_token>

#include "core/base/Result.h"
#include "core/data/DataOptions.h"
#include "core/data/Dataset.h"

namespace hourglass {

// What errors call the source. An argument of theirs, so that whoever got it from elsewhere can name that instead.
inline constexpr const char* kSourceKey = "data.source";

// One kind of source, for lists and help.
struct SourceKind {
    std::string_view id;   // "idx"
    std::string_view form; // "idx:IMAGES[,LABELS]"
    std::string_view help;
};

std::span<const SourceKind> sourceKinds();

// Opens what options ("data." keys) name. Relative paths are relative to baseFolder. Asked to stop, it returns soon
// with a null dataset. Errors name the file and the reason: NotFound, Unreadable, Unsupported, InvalidArgument (an
// unknown kind of source), OutOfMemory.
Result<OpenedDataset> openDataset(const OptionValues& options, const std::filesystem::path& baseFolder,
                                  std::stop_token stop = {}, const ProgressFunction& progress = {});
// The same for a source of its own, such as a test set, under the same options; options.source is not looked at.
Result<OpenedDataset> openSource(const std::string& source, const DataOptions& options,
                                 const std::filesystem::path& baseFolder, std::stop_token stop = {},
                                 const ProgressFunction& progress = {});

} // namespace hourglass
