#pragma once

// Data opened the way a model's own was (size, channels, fit), so that the samples are such as the model takes.

#include "core/data/OpenDataset.h"
#include "core/models/Model.h"

namespace hourglass {

// Any thread. Limit and classes of the training data do not count. Asked to stop, it returns soon with a null dataset.
// Errors: as openSource().
Result<OpenedDataset> openDataFor(const Model& model, const std::string& source,
                                  const std::filesystem::path& baseFolder = {}, std::stop_token stop = {},
                                  const ProgressFunction& progress = {});

} // namespace hourglass
