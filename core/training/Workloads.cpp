#include "core/training/Workloads.h"

#include <chrono>

#include "core/base/Random.h"
#include "core/training/Experiment.h"
#include "core/training/TrainingStep.h"

namespace hourglass {

namespace {

struct Workload {
    std::string_view name;
    int64_t batch;
    std::vector<std::pair<std::string_view, Json>> options;
    Shape sample;
};

const std::vector<Workload>& workloads() {
    static const std::vector<std::pair<std::string_view, Json>> dense = {
        {"model.layers", {512, 256}}, {"model.code_size", 32}, {"objective.reduction", "element_mean"}};
    static const std::vector<Workload> all = {{"dense_ae_b128", 128, dense, Shape{784}},
                                              {"dense_ae_b1024", 1024, dense, Shape{784}}};
    return all;
}

} // namespace

std::vector<std::string_view> workloadNames() {
    std::vector<std::string_view> names;
    for (const Workload& workload : workloads())
        names.push_back(workload.name);
    return names;
}

Result<WorkloadResult> runWorkload(std::string_view name, Precision precision, double seconds, Executor& executor,
                                   std::stop_token stop) {
    const auto& all = workloads();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Workload& w) { return w.name == name; });
    if (found == all.end())
        return makeError(ErrorCode::InvalidArgument, "There is no workload '{}'; there are {}.", name,
                         fmt::format("{}", fmt::join(workloadNames(), ", ")));
    Experiment experiment = Experiment::create().value();
    for (const auto& [key, value] : found->options)
        experiment.set(key, value).value();
    const auto model = buildModel(experiment.options(), found->sample).value();
    auto training = TrainingStep::create(model, experiment.options(), {.executor = executor, .precision = precision});
    if (!training)
        return std::move(training).error();
    AlignedBuffer<float> batch(static_cast<size_t>(found->batch * found->sample.elements()));
    RandomStream(1).fillUniform(batch.span());
    const double rate = experiment.options().real("optimizer.learning_rate");
    const auto step = [&]() -> Result<double> {
        if (Result<RunOutcome> done = (*training)->run(found->batch, batch.data(), batch.data()); !done)
            return std::move(done).error();
        (*training)->update(rate);
        return (*training)->losses()[0];
    };
    WorkloadResult result{.name = std::string(name), .precision = precision};
    Result<double> first = step(); // compiles
    if (!first)
        return std::move(first).error();
    result.firstLoss = *first;
    constexpr int kWarmUp = 10;
    for (int i = 0; i < kWarmUp; ++i)
        step().value();
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    double elapsed = 0;
    for (; elapsed < seconds && !stop.stop_requested();
         elapsed = std::chrono::duration<double>(Clock::now() - begin).count()) {
        result.loss = step().value();
        ++result.steps;
    }
    result.samplesPerSecond = static_cast<double>(result.steps * found->batch) / elapsed;
    return result;
}

} // namespace hourglass
