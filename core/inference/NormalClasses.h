#pragma once

// Which classes of labelled data count as normal where anomalies are looked for.

#include "core/base/Result.h"
#include "core/data/Dataset.h"

namespace hourglass {

struct NormalClasses {
    std::vector<int> classes; // of data.classNames(); empty: not known, or there are no labels
    std::string reason;       // a sentence that says why these, or why none
};

// In this order: the classes that `asked` names (classesNamed()); those of the training samples (null: unknown), by
// name, where the data have others too; one named good, normal or ok, as inspection data sets have it; of the two
// classes 0 and 1 the first. Errors: as classesNamed(), of which `key` is the name.
Result<NormalClasses> normalClassesOf(const Dataset& data, const std::string& asked, const Dataset* training,
                                      std::string_view key);

} // namespace hourglass
