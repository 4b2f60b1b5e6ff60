#pragma once

// What the GenerateService has done on the compute thread, and what it remembers there from one request to the next:
// reading a model and its data and fitting a Gaussian to its codes take longer than decoding.

#include "core/inference/CodeSource.h"
#include "ui/bridge/GenerateService.h"
#include "ui/bridge/ModelMemory.h"

namespace hourglass {

// Only jobs touch it, one after another.
struct GenerateMemory {
    ModelMemory models;
    // Where codes of these weights come from, and which of their dimensions matter.
    std::shared_ptr<const ParameterStore> weights;
    int64_t step = -1;
    std::shared_ptr<const Dataset> open; // for a model that belongs to no run
    std::optional<CodeSource> source;
    std::optional<std::vector<double>> divergence;
};

// Nothing when asked to stop. Errors: InvalidArgument (no code, no data to fit to, samples of another shape), those of
// openTrainingRows() and of the runner.
Result<std::optional<Generated>> generate(const GenerateRequest& request, const WorkingModel& model,
                                          GenerateMemory& memory, Executor& executor,
                                          const std::function<void(const GenerateProgress&)>& report,
                                          const std::stop_token& stop);

} // namespace hourglass
