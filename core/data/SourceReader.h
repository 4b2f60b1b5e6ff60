#pragma once

// The list of source kinds, one row each, and how a source's text falls into kind and paths. Internal to data/: others
// use OpenDataset.h and SourceFiles.h. To add a format, write its open function and its row in SourceReader.cpp.

#include <filesystem>
#include <stop_token>

#include "core/data/DataOptions.h"
#include "core/data/OpenDataset.h"

namespace hourglass {

// Where a path in a source leads, relative ones starting at baseFolder: without "..", unless a symbolic link before it
// makes the system go elsewhere than the text says.
std::filesystem::path resolvePath(const std::filesystem::path& baseFolder, const std::string& path);

// What every open function gets besides its part of the source.
struct SourceContext {
    const DataOptions& options;
    std::filesystem::path baseFolder;
    std::stop_token stop;
    const ProgressFunction& progress;

    std::filesystem::path resolve(const std::string& path) const { return resolvePath(baseFolder, path); }
    void report(int64_t done, int64_t total) const {
        if (progress)
            progress(done, total);
    }
};

// How the text after "kind:" names files.
enum class PathStyle {
    None,   // a name that we know: train, shapes
    Whole,  // a path
    Pair,   // PATH[,PATH]
    Member, // PATH#NAME
};

struct SourceReader {
    SourceKind kind;
    PathStyle paths;
    // Whether a path without a kind is one of these; null where only the kind says so. `head` holds the first bytes,
    // seen through gzip.
    bool (*recognises)(std::span<const std::byte> head, uint64_t fileSize);
    Result<OpenedDataset> (*open)(const std::string& rest, const SourceContext& context);
};

std::span<const SourceReader> sourceReaders();

struct FoundReader {
    const SourceReader* reader = nullptr;
    std::string rest; // what follows "kind:", or the whole of a bare path
};

// By the kind before the first colon, else by what the path leads to. Errors: InvalidArgument (lists the forms),
// NotFound, Unsupported (a file of no kind that we know).
Result<FoundReader> findReader(const std::string& source, const std::filesystem::path& baseFolder);

// The paths in the text of a source, and what follows them ("#NAME"): joinPaths(splitPaths(x)) == x.
struct SourcePaths {
    std::vector<std::string> paths;
    std::string suffix;
};
SourcePaths splitPaths(PathStyle style, const std::string& rest, const std::filesystem::path& baseFolder);

} // namespace hourglass
