#include "core/training/Preflight.h"

#include <chrono>

#include "core/base/Parallel.h"
#include "core/data/Batcher.h"
#include "core/training/Trainer.h"
#include "core/training/TrainingData.h"
#include "core/training/TrainingStep.h"

namespace hourglass {

namespace {

// Steps taken as an untrained network takes them, and what they hold.
Result<void> measure(TrainingStep& step, const Dataset& dataset, const std::vector<int64_t>& rows, int64_t batchSize,
                     std::stop_token stop, Preflight& result) {
    std::vector<float> batch(static_cast<size_t>(batchSize * dataset.sampleShape().elements()));
    dataset.read(std::span(rows).first(static_cast<size_t>(batchSize)), batch);
    using SteadyClock = std::chrono::steady_clock;
    constexpr int kWarmUp = 2, kMeasured = 5;
    SteadyClock::time_point begin;
    for (int i = 0; i < kWarmUp + kMeasured && !stop.stop_requested(); ++i) {
        if (i == kWarmUp)
            begin = SteadyClock::now();
        if (Result<RunOutcome> done = step.run(batchSize, batch, batch, {}, stop); !done)
            return std::move(done).error();
        step.update(1e-6);
    }
    if (!stop.stop_requested())
        result.secondsPerEpoch = std::chrono::duration<double>(SteadyClock::now() - begin).count() / kMeasured *
                                 static_cast<double>(result.stepsPerEpoch);
    return {};
}

} // namespace

Result<Preflight> preflight(const Experiment& experiment, const std::shared_ptr<const Dataset>& dataset,
                            Executor* executor, std::stop_token stop, size_t memoryBudget) {
    const OptionValues& options = experiment.options();
    auto model = buildModel(options, dataset->sampleShape());
    if (!model)
        return std::move(model).error();
    const Split split = splitOf(*dataset, options);
    if (split.train.empty())
        return makeError(ErrorCode::InvalidArgument, "Nothing is left to train on.");
    if (Result<void> fits = checkTargets(*dataset, options); !fits)
        return std::move(fits).error();
    Preflight result;
    result.trainingSamples = static_cast<int64_t>(split.train.size());
    result.validationSamples = static_cast<int64_t>(split.validation.size());
    const int64_t batchSize = std::min(options.integer("training.batch_size"), result.trainingSamples);
    result.stepsPerEpoch = (result.trainingSamples + batchSize - 1) / batchSize;
    result.parameters = (*model)->layout->parameterCount();
    result.compressionRatio = (*model)->compressionRatio();
    result.warnings = (*model)->warnings;
    result.precision = resolvePrecision(options);
    const int64_t batches = 2 * ((*model)->family->corruptsInput() ? 2 : 1); // training and validation
    result.memoryBytes = kEngineBytes + trainingArenaBytes(**model, options) +
                         static_cast<int64_t>(sizeof(float)) * batches * batchSize * dataset->sampleShape().elements();
    if (executor == nullptr)
        return result;
    const ComputeThreadsScope threads(static_cast<int>(options.integer("training.threads")));
    auto step = TrainingStep::create(
        *model, options, {.executor = *executor, .precision = result.precision, .memoryBudget = memoryBudget});
    if (!step)
        return std::move(step).error();
    if (Result<void> measured = measure(**step, *dataset, split.train, batchSize, std::move(stop), result); !measured)
        return std::move(measured).error();
    result.memoryBytes += (*step)->memoryBytes() - trainingArenaBytes(**model, options);
    if (options.real("optimizer.ema_decay") > 0) // validation reads the average, in bf16 too
        result.memoryBytes += (*step)->weights().roundedBytes();
    return result;
}

} // namespace hourglass
