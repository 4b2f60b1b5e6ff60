#pragma once

// The files in a folder, as people count them.

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/Dataset.h"
#include "core/data/ImageCodec.h"

namespace hourglass {

struct ListOptions {
    bool (*accepts)(const std::filesystem::path&) = hasImageExtension;
    bool recursive = true;
    std::stop_token stop = {};
    std::vector<SkippedFile>* skipped = nullptr; // receives folders that were not entered, and why
};

// All files that `accepts` takes, in a folder and below it, as relative paths with '/', in natural order (2 before 10).
// Hidden files and folders are left out. A link to a folder is followed when that lies inside `folder` and was not
// entered before; links to other places, which may be whole disks, and unreadable folders are skipped.
std::vector<std::string> listFiles(const std::filesystem::path& folder, const ListOptions& options = {});

// Whether a comes before b for a person: runs of digits compare as numbers.
bool naturalLess(std::string_view a, std::string_view b);

} // namespace hourglass
