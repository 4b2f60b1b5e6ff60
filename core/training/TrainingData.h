#pragma once

// The samples that a run learnt from, opened again from what its folder says: what "normal" means where anomalies are
// looked for, and what codes usually look like.

#include <filesystem>
#include <stop_token>

#include "core/base/Result.h"
#include "core/data/Dataset.h"

namespace hourglass {

enum class RunPart { Training, Validation, Test };

// That part of the data of the run that `checkpoint` lies in. Asked to stop, it returns soon with a null dataset.
// Errors: NotFound where the file belongs to no run (an exported model says nothing of its data), InvalidArgument where
// the run keeps no such part, and those of openDataset().
Result<OpenedDataset> openRunPart(const std::filesystem::path& checkpoint, RunPart part, std::stop_token stop = {},
                                  const ProgressFunction& progress = {});
// What it was trained on.
Result<OpenedDataset> openTrainingRows(const std::filesystem::path& checkpoint, std::stop_token stop = {},
                                       const ProgressFunction& progress = {});

} // namespace hourglass
