#pragma once

// The fixed workloads of `hourglass-cli bench`, the same networks, batches, optimisers and losses as those of the
// PyTorch peer (tests/benchmarks/torch_peer.py): forward, backward and update in every step, the batch already in
// memory.

#include <string>
#include <string_view>
#include <vector>

#include "core/exec/Program.h"

namespace hourglass {

struct WorkloadResult {
    std::string name;
    Precision precision = Precision::F32;
    double samplesPerSecond = 0;
    double firstLoss = 0, loss = 0; // before the first and before the last step
    int64_t steps = 0;
};

std::vector<std::string_view> workloadNames();

// Runs one for about `seconds` after warming up, or until the stop. Errors: InvalidArgument for an unknown name, as
// Executor::compile.
Result<WorkloadResult> runWorkload(std::string_view name, Precision precision, double seconds, Executor& executor,
                                   std::stop_token stop = {});

} // namespace hourglass
