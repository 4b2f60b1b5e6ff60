#pragma once

// What a finished run came to, known from its folder alone: neither its data nor a network is needed.

#include <optional>

#include "core/training/Trainer.h"

namespace hourglass {

// result.json of a run folder: what train prints, kept for when it is asked again. Reading gives nothing when it is
// missing or damaged, or tells of another number of steps than `steps`.
Result<void> storeResult(const std::filesystem::path& runFolder, const TrainingResult& result);
std::optional<TrainingResult> storedResult(const std::filesystem::path& runFolder, int64_t steps);

// The stored result of a finished run, if `experiment`, with its source named from the run's folder, is the one it was
// made with. Nothing when the run is not finished or goes on with what is asked.
std::optional<TrainingResult> finishedResult(const std::filesystem::path& runFolder, const Experiment& experiment);

} // namespace hourglass
