#include "core/training/Workloads.h"

#include <chrono>

#include "core/base/Random.h"
#include "core/models/Model.h"
#include "core/optim/Optimizer.h"
#include "core/training/Experiment.h"

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

Result<WorkloadResult> runWorkload(std::string_view name, Precision precision, double seconds, Executor& executor) {
    const auto& all = workloads();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Workload& w) { return w.name == name; });
    if (found == all.end())
        return makeError(ErrorCode::InvalidArgument, "There is no workload '{}'; there are {}.", name,
                         fmt::format("{}", fmt::join(workloadNames(), ", ")));
    Experiment experiment = Experiment::create().value();
    for (const auto& [key, value] : found->options)
        experiment.set(key, value).value();
    const auto model = buildModel(experiment.options(), found->sample).value();
    auto store = std::make_shared<ParameterStore>(model->layout);
    initialiseParameters(*store, 0);
    AlignedBuffer<float> gradients(static_cast<size_t>(model->layout->floats()));
    auto optimizer = Optimizer::create(experiment.options(), executor, store, gradients.span());
    if (!optimizer)
        return std::move(optimizer).error();
    auto compiled = executor.compile(model->training, store, {.sizes = {.n = found->batch}, .precision = precision});
    if (!compiled)
        return std::move(compiled).error();
    Program& program = **compiled;
    AlignedBuffer<float> batch(static_cast<size_t>(found->batch * found->sample.elements()));
    RandomStream(1).fillUniform(batch.span());
    for (const char* input : {"input", "target"})
        program.bindInput(program.inputSlot(input), batch.data());
    for (const ArenaLayout::Entry& entry : model->layout->entries())
        program.bindOutput(program.outputSlot("grad." + entry.name), gradients.data() + entry.offset);
    const int loss = program.outputSlot("loss");

    const double rate = experiment.options().real("optimizer.learning_rate");
    const auto step = [&] {
        program.run();
        (*optimizer)->step(rate);
        return static_cast<double>(program.output(loss)[0]);
    };
    WorkloadResult result{.name = std::string(name), .precision = precision};
    result.firstLoss = step();
    constexpr int kWarmUp = 10;
    for (int i = 0; i < kWarmUp; ++i)
        step();
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    double elapsed = 0;
    for (; elapsed < seconds; elapsed = std::chrono::duration<double>(Clock::now() - begin).count()) {
        result.loss = step();
        ++result.steps;
    }
    result.samplesPerSecond = static_cast<double>(result.steps * found->batch) / elapsed;
    return result;
}

} // namespace hourglass
