#pragma once

// What the AnomalyService has done elsewhere: the phases of one check, each of which adds its part. All return false
// when asked to stop.

#include "ui/bridge/AnomalyService.h"

namespace hourglass::anomaly {

using Report = std::function<void(const AnomalyProgress&)>;

// From a run or file. Any thread.
Result<bool> loadModelOf(AnomalyCheck& check);
// The data to check and the training samples. Any thread.
Result<bool> openDataOf(AnomalyCheck& check, const std::stop_token& stop, const Report& report);
// Compute thread.
Result<bool> score(AnomalyCheck& check, Executor& executor, const std::stop_token& stop, const Report& report);
// Compute thread.
Result<AnomalyInspection> inspect(const std::shared_ptr<const AnomalyCheck>& check, int64_t row, Executor& executor);

} // namespace hourglass::anomaly
