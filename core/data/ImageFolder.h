#pragma once

// Pictures from files: a folder with everything below it, or one file.

#include "core/data/SourceReader.h"

namespace hourglass {

// All files with a picture's extension in a folder and below it, as relative paths with '/', in natural order (2 before
// 10). Hidden files and folders, and links that lead back, are left out. Unreadable subfolders are named in `skipped`
// if given.
std::vector<std::string> listImages(const std::filesystem::path& folder, const std::stop_token& stop,
                                    std::vector<SkippedFile>* skipped = nullptr);

// Whether a comes before b for a person: runs of digits compare as numbers.
bool naturalLess(std::string_view a, std::string_view b);

// The stable id is the hash of the relative path; the class is the subfolder of the first level, when there are any.
Result<OpenedDataset> openImageFolder(const std::string& rest, const SourceContext& context);
Result<OpenedDataset> openImageFile(const std::string& rest, const SourceContext& context);

} // namespace hourglass
