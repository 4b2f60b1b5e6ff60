#include "core/training/Workloads.h"

#include <chrono>
#include <cmath>

#include "core/base/Random.h"
#include "core/graph/Flops.h"
#include "core/training/BenchNetworks.h"
#include "core/training/Experiment.h"
#include "core/training/MachinePeak.h"
#include "core/training/TrainingStep.h"

namespace hourglass {

namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kSeed = 0;

struct Workload {
    std::string_view name;
    enum class Network { Dense, Variational, DnCnn, UNet } network;
    bool isTraining;
    int64_t batch, size; // samples, and the side of a picture
};

constexpr std::array kWorkloads = {
    Workload{"dense_ae_b128", Workload::Network::Dense, true, 128, 28},
    Workload{"dense_ae_b1024", Workload::Network::Dense, true, 1024, 28},
    Workload{"vae_b128", Workload::Network::Variational, true, 128, 28},
    Workload{"dncnn8_train_b32_40", Workload::Network::DnCnn, true, 32, 40},
    Workload{"unet_train_b32_64", Workload::Network::UNet, true, 32, 64},
    Workload{"dncnn8_infer_1024_px", Workload::Network::DnCnn, false, 1, 1024},
    Workload{"unet_infer_1024_px", Workload::Network::UNet, false, 1, 1024},
};

bool isDense(const Workload& workload) {
    return workload.network == Workload::Network::Dense || workload.network == Workload::Network::Variational;
}

// With the defaults of its family where that is not plain reconstruction.
Experiment experimentOf(const Workload& workload) {
    const bool isVariational = workload.network == Workload::Network::Variational;
    Experiment experiment = Experiment::create(isVariational ? "variational" : "undercomplete").value();
    if (isVariational)
        return experiment;
    experiment.set("objective.reduction", "element_mean").value();
    if (workload.network == Workload::Network::Dense) {
        experiment.set("model.layers", {512, 256}).value();
        experiment.set("model.code_size", 32).value();
    } else {
        experiment.set("model.output_activation", "identity").value();
    }
    return experiment;
}

const Architecture* networkOf(const Workload& workload, double factor, std::unique_ptr<Architecture>& owner) {
    const auto width = [&](double usual) { return std::max<int64_t>(1, std::llround(usual * factor)); };
    if (isDense(workload))
        return findArchitecture("dense");
    if (workload.network == Workload::Network::DnCnn)
        owner = std::make_unique<BenchDnCnn>(8, width(64));
    else
        owner = std::make_unique<BenchUNet>(width(32));
    return owner.get();
}

// A workload that is ready to go: model, weights, and one batch of numbers in [0, 1).
struct Prepared {
    Workload workload;
    std::unique_ptr<Architecture> network = {};
    std::optional<Experiment> experiment = {};
    std::shared_ptr<const Model> model = {};
    Tensor batch = {};

    // Besides what the workload computes in.
    int64_t bytes() const { return kEngineBytes + batch.elements() * static_cast<int64_t>(sizeof(float)); }
    int64_t items() const {
        const Shape& shape = batch.shape();
        return workload.isTraining ? shape[0] : shape[0] * shape[2] * shape[3];
    }
};

Result<Prepared> prepare(std::string_view name, const WorkloadSettings& settings) {
    const auto found =
        std::find_if(kWorkloads.begin(), kWorkloads.end(), [&](const Workload& w) { return w.name == name; });
    if (found == kWorkloads.end())
        return makeError(ErrorCode::InvalidArgument, "There is no workload '{}'; there are {}.", name,
                         fmt::format("{}", fmt::join(workloadNames(), ", ")));
    Workload workload = *found;
    workload.batch = settings.batch > 0 ? settings.batch : workload.batch;
    workload.size = settings.size > 0 ? settings.size : workload.size;
    if (workload.size % 4 != 0)
        return makeError(ErrorCode::InvalidArgument, "Pictures of side {} cannot be halved twice.", workload.size);
    Prepared prepared{.workload = workload};
    prepared.experiment = experimentOf(workload);
    const OptionValues& options = prepared.experiment->options();
    const Architecture* network = networkOf(workload, settings.width, prepared.network);
    const Shape sample =
        isDense(workload) ? Shape{workload.size * workload.size} : Shape{1, workload.size, workload.size};
    auto model = buildModel(*findFamily(options.text("model.family")), *network, options, sample);
    if (!model)
        return std::move(model).error();
    prepared.model = *std::move(model);
    prepared.batch = Tensor(sample.batch(workload.batch));
    RandomStream(1).fillUniform(prepared.batch.values());
    return prepared;
}

// Calls step() until the time is over and fills rate and steps.
template <typename Step>
void measure(WorkloadResult& result, const Prepared& prepared, const WorkloadSettings& settings, std::stop_token stop,
             Step step) {
    const Clock::time_point begin = Clock::now();
    double elapsed = 0;
    for (; elapsed < settings.seconds && !stop.stop_requested();
         elapsed = std::chrono::duration<double>(Clock::now() - begin).count()) {
        step();
        ++result.steps;
    }
    result.itemsPerSecond = static_cast<double>(result.steps * prepared.items()) / elapsed;
}

Result<WorkloadResult> train(const Prepared& prepared, const WorkloadSettings& settings, Executor& executor,
                             std::stop_token stop) {
    const OptionValues& options = prepared.experiment->options();
    auto training = TrainingStep::create(prepared.model, options,
                                         {.executor = executor, .precision = settings.precision, .seed = kSeed});
    if (!training)
        return std::move(training).error();
    TrainingStep& trained = **training;
    const double rate = options.real("optimizer.learning_rate");
    const int64_t rows = prepared.workload.batch;
    const std::span<const float> batch = prepared.batch.values();
    const auto step = [&]() -> Result<double> {
        if (Result<RunOutcome> done = trained.run(rows, batch, batch); !done)
            return std::move(done).error();
        trained.update(rate);
        return trained.losses()[0];
    };
    WorkloadResult result;
    Result<double> first = step(); // compiles
    if (!first)
        return std::move(first).error();
    result.firstLoss = *first;
    for (int64_t i = 1; i < WorkloadResult::kCheckSteps; ++i)
        step().value();
    trained.run(rows, batch, batch).value();
    result.checkLoss = trained.losses()[0];
    measure(result, prepared, settings, std::move(stop), [&] { result.loss = step().value(); });
    result.predictedBytes = trained.memoryBytes() + prepared.bytes();
    result.flopsPerItem = static_cast<double>(productFlops(prepared.model->training, prepared.model->sizes(rows)));
    return result;
}

Result<WorkloadResult> infer(const Prepared& prepared, const WorkloadSettings& settings, Executor& executor,
                             std::stop_token stop) {
    const auto weights = std::make_shared<ParameterStore>(prepared.model->layout);
    initialiseParameters(*weights, kSeed);
    const SymbolSizes sizes = prepared.model->sizes(prepared.workload.batch);
    auto program =
        executor.compile(prepared.model->autoencoder, weights, {.sizes = sizes, .precision = settings.precision});
    if (!program)
        return std::move(program).error();
    (*program)->bindInput("input", prepared.batch.values());
    const auto run = [&] { (*program)->run(); };
    run();
    WorkloadResult result;
    result.isTraining = false;
    const std::span<const float> output = (*program)->output((*program)->outputSlot("reconstruction"));
    for (const float value : output)
        result.checkLoss += static_cast<double>(value * value) / static_cast<double>(output.size());
    result.firstLoss = result.loss = result.checkLoss;
    measure(result, prepared, settings, std::move(stop), run);
    result.predictedBytes = static_cast<int64_t>((*program)->workspaceBytes() + weights->arena().size_bytes()) +
                            weights->roundedBytes() + prepared.bytes();
    result.flopsPerItem = static_cast<double>(productFlops(prepared.model->autoencoder, sizes));
    return result;
}

} // namespace

std::vector<std::string_view> workloadNames() {
    std::vector<std::string_view> names;
    for (const Workload& workload : kWorkloads)
        names.push_back(workload.name);
    return names;
}

Result<WorkloadStart> workloadStart(std::string_view name, const WorkloadSettings& settings) {
    Result<Prepared> prepared = prepare(name, settings);
    if (!prepared)
        return std::move(prepared).error();
    auto weights = std::make_shared<ParameterStore>(prepared->model->layout);
    initialiseParameters(*weights, kSeed);
    return WorkloadStart{prepared->workload.isTraining, prepared->model->autoencoder, std::move(weights),
                         std::move(prepared->batch)};
}

Result<WorkloadResult> runWorkload(std::string_view name, const WorkloadSettings& settings, Executor& executor,
                                   std::stop_token stop) {
    Result<Prepared> prepared = prepare(name, settings);
    if (!prepared)
        return std::move(prepared).error();
    Result<WorkloadResult> result = prepared->workload.isTraining
                                        ? train(*prepared, settings, executor, std::move(stop))
                                        : infer(*prepared, settings, executor, std::move(stop));
    if (!result)
        return result;
    result->name = std::string(name);
    result->precision = settings.precision;
    result->flopsPerItem /= static_cast<double>(prepared->items());
    if (result->isTraining)
        result->updateBytesPerItem = static_cast<double>(kUpdateBytes * prepared->model->layout->parameterCount()) /
                                     static_cast<double>(prepared->items());
    return result;
}

} // namespace hourglass
