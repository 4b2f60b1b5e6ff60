#pragma once

// Which samples are learnt from: how options split a data set, and the samples of a run, opened again from what its
// folder says: what "normal" means where anomalies are looked for, and what codes usually look like.

#include <filesystem>
#include <stop_token>

#include "core/base/Result.h"
#include "core/data/Split.h"
#include "core/options/OptionTable.h"

namespace hourglass {

enum class RunPart { Training, Validation, Test };

// As the fractions and the seed among `options` say.
Split splitOf(const Dataset& data, const OptionValues& options);

// Whether the loss can compare with these samples: cross-entropy takes values from 0 to 1 alone. Reads all of them,
// unless they are 8-bit. InvalidArgument names the first that does not fit.
Result<void> checkTargets(const Dataset& data, const OptionValues& options);

// That part of the data of the run that `model`, a run folder or a checkpoint, stands for. Asked to stop, it returns
// soon with a null dataset. Errors: NotFound where it belongs to no run (an exported model says nothing of its data),
// InvalidArgument where the run keeps no such part, and those of openDataset().
Result<OpenedDataset> openRunPart(const std::filesystem::path& model, RunPart part, std::stop_token stop = {},
                                  const ProgressFunction& progress = {});
// What it was trained on.
Result<OpenedDataset> openTrainingRows(const std::filesystem::path& model, std::stop_token stop = {},
                                       const ProgressFunction& progress = {});

} // namespace hourglass
