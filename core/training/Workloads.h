#pragma once

// The fixed workloads of `hourglass-cli bench`, the same networks, batches, optimisers and losses as those of the
// PyTorch peer (tests/benchmarks/torch_peer.py): forward, backward and update in every step of training, forward alone
// in inference, the batch already in memory.

#include <string>
#include <string_view>
#include <vector>

#include "core/exec/Program.h"
#include "core/tensor/Tensor.h"

namespace hourglass {

// What may differ from the workload of that name, to see how time and memory grow. 0 keeps the workload's own.
struct WorkloadSettings {
    Precision precision = Precision::F32;
    double seconds = 4;
    int64_t batch = 0, size = 0; // samples; side of a picture, a multiple of 4
    double width = 1;            // factor of the channels of convolutional networks
};

struct WorkloadResult {
    static constexpr int64_t kCheckSteps = 20;

    std::string name;
    Precision precision = Precision::F32;
    bool isTraining = true;
    double itemsPerSecond = 0;      // samples of training, pixels of inference
    double firstLoss = 0, loss = 0; // before the first and before the last step of training
    double checkLoss = 0;           // after kCheckSteps steps; of inference the mean square of what comes out
    int64_t steps = 0;
    double flopsPerItem = 0;       // of products, two for each multiplication
    double updateBytesPerItem = 0; // that Adam reads and writes; 0 of inference
    int64_t predictedBytes = 0;    // that the workload says it holds
};

// What a workload starts from, for others to start from the same.
struct WorkloadStart {
    bool isTraining = true;
    Graph network; // "input" → "reconstruction"
    std::shared_ptr<const ParameterStore> weights;
    Tensor batch;
};

std::vector<std::string_view> workloadNames();
// Errors: as runWorkload.
Result<WorkloadStart> workloadStart(std::string_view name, const WorkloadSettings& settings);

// Runs one for about `seconds` after warming up, or until the stop. Errors: InvalidArgument for an unknown name or
// impossible sizes, as Executor::compile.
Result<WorkloadResult> runWorkload(std::string_view name, const WorkloadSettings& settings, Executor& executor,
                                   std::stop_token stop = {});

} // namespace hourglass
