#pragma once

// What a person should know before Run: sizes, memory, and how long an epoch will take, measured on a few batches.

#include "core/base/Memory.h"
#include "core/data/Dataset.h"
#include "core/exec/Program.h"
#include "core/training/Experiment.h"

namespace hourglass {

struct Preflight {
    int64_t trainingSamples = 0, validationSamples = 0, stepsPerEpoch = 0;
    int64_t parameters = 0;
    std::optional<double> compressionRatio = {}; // nothing without a code
    int64_t memoryBytes = 0;                     // weights, gradients, moments, workspace and batches; not the data set
    double secondsPerEpoch = 0;                  // 0 when not measured
    Precision precision = Precision::F32;
    std::vector<std::string> warnings;
};

// Without `executor` nothing is measured and memory leaves the workspace out. Compute thread only with one. Errors: as
// buildModel(), and OutOfMemory when training would hold more than `memoryBudget` bytes.
Result<Preflight> preflight(const Experiment& experiment, const std::shared_ptr<const Dataset>& dataset,
                            Executor* executor, std::stop_token stop = {}, size_t memoryBudget = availableMemory());

} // namespace hourglass
