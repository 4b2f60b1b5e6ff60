#pragma once

// What a finished run came to, known from its folder alone: neither its data nor a network is needed.

#include <optional>

#include "core/training/Trainer.h"

namespace hourglass {

// The stored result of a finished run, if `experiment` is the one it was made with: its options say the same but for
// the place of the data. Nothing when the run is not finished or goes on with what is asked.
std::optional<TrainingResult> finishedResult(const std::filesystem::path& runFolder, const Experiment& experiment);

} // namespace hourglass
