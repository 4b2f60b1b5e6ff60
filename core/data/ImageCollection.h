#pragma once

// Pictures of any sizes on their way into one dataset: chosen, brought to one number of channels and one size, or cut
// into patches. Each picture is decoded once, and only what the dataset needs of it is kept.

#include "core/data/RawImage.h"
#include "core/data/SourceReader.h"

namespace hourglass {

// What is known before decoding, from the header.
struct ImageItem {
    std::string name;
    uint64_t id = 0;
    int label = -1; // index into classNames
    int64_t channels = 1;
    int64_t height = 0; // upright
    int64_t width = 0;
    int bitDepth = 8;
};

struct ImageCollection {
    std::vector<ImageItem> items;
    std::vector<std::string> classNames;
    std::function<Result<RawImage>(size_t index)> load;
};

// `report` is what is known so far (files skipped); pictures that fail to load are added to it. Errors: Unreadable when
// none is left, with the reasons; OutOfMemory when the result would take more than half of the machine's memory.
Result<OpenedDataset> assembleImages(const ImageCollection& collection, const SourceContext& context,
                                     DatasetReport report);

// `count` row numbers spread evenly over 0 … rows-1, ascending; all of them when count is 0 or more than there are.
std::vector<int64_t> spreadRows(int64_t rows, int64_t count);

} // namespace hourglass
