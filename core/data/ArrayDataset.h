#pragma once

// From an array to a dataset: shape, kind, labels, and the picture options where they apply.

#include "core/data/MemoryDataset.h"
#include "core/data/SourceReader.h"
#include "core/formats/NumericArray.h"

namespace hourglass {

struct ArrayLabels {
    std::vector<int> labels; // one per row, or empty
    std::vector<std::string> classNames;
};

// `name` is what messages call the array. Errors: Unsupported (a shape that is no list of samples), Unreadable (no
// rows, values that are not finite).
Result<OpenedDataset> datasetFromArray(NumericArray array, ArrayLabels labels, const std::string& name,
                                       const SourceContext& context);

// The picture options ("data.fit", "data.width", …) applied to samples in memory, where they ask for a change.
Result<OpenedDataset> datasetFromMemory(std::shared_ptr<const MemoryDataset> dataset, const SourceContext& context);

// Unreadable when a value is infinite or not a number, saying in which row of so many elements; `name` as above.
Result<void> requireFinite(std::span<const float> values, size_t elements, const std::string& name);

// Labels from a one-dimensional array of whole numbers 0 … 65535. Errors: Unreadable, naming the array.
Result<ArrayLabels> labelsFromArray(const NumericArray& array, const std::string& name);

} // namespace hourglass
