#pragma once

// Pictures from files: a folder with everything below it, or one file.

#include "core/data/SourceReader.h"

namespace hourglass {

// The stable id is the hash of the relative path; the class is the subfolder of the first level, when there are any.
Result<OpenedDataset> openImageFolder(const std::string& rest, const SourceContext& context);
Result<OpenedDataset> openImageFile(const std::string& rest, const SourceContext& context);

} // namespace hourglass
