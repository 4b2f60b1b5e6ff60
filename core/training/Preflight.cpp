#include "core/training/Preflight.h"

#include <chrono>

#include "core/data/Batcher.h"
#include "core/data/Split.h"
#include "core/models/Model.h"
#include "core/optim/Optimizer.h"
#include "core/training/Trainer.h"

namespace hourglass {

namespace {

// Weights and gradients, and what the optimiser keeps: at least two moments or one momentum.
int64_t arenas(const OptionValues& options) {
    return 2 + (options.text("optimizer.kind") == "sgd" ? 1 : 2) + (options.real("optimizer.ema_decay") > 0 ? 2 : 0);
}

Result<void> measure(const Experiment& experiment, const Model& model, const std::shared_ptr<const Dataset>& dataset,
                     const std::vector<int64_t>& rows, int64_t batchSize, Executor& executor, std::stop_token stop,
                     Preflight& result) {
    auto store = std::make_shared<ParameterStore>(model.layout);
    initialiseParameters(*store, 0);
    AlignedBuffer<float> gradients(static_cast<size_t>(model.layout->floats()));
    auto optimizer = Optimizer::create(experiment.options(), executor, store, gradients.span());
    if (!optimizer)
        return std::move(optimizer).error();
    auto compiled = executor.compile(model.training, store, {.sizes = {.n = batchSize}, .precision = result.precision});
    if (!compiled)
        return std::move(compiled).error();
    Program& program = **compiled;
    result.memoryBytes += static_cast<int64_t>(program.workspaceBytes());
    std::vector<float> batch(static_cast<size_t>(batchSize * dataset->sampleShape().elements()));
    dataset->read(std::span(rows).first(static_cast<size_t>(batchSize)), batch);
    for (const char* input : {"input", "target"})
        if (program.hasInput(input))
            program.bindInput(input, batch);
    for (const ArenaLayout::Entry& entry : model.layout->entries())
        program.bindOutput(program.outputSlot("grad." + entry.name), gradients.data() + entry.offset);

    using Clock = std::chrono::steady_clock;
    constexpr int kWarmUp = 2, kMeasured = 5;
    Clock::time_point begin;
    for (int i = 0; i < kWarmUp + kMeasured && !stop.stop_requested(); ++i) {
        if (i == kWarmUp)
            begin = Clock::now();
        program.run(stop);
        (*optimizer)->step(1e-6);
    }
    if (!stop.stop_requested())
        result.secondsPerEpoch = std::chrono::duration<double>(Clock::now() - begin).count() / kMeasured *
                                 static_cast<double>(result.stepsPerEpoch);
    return {};
}

} // namespace

Result<Preflight> preflight(const Experiment& experiment, const std::shared_ptr<const Dataset>& dataset,
                            Executor* executor, std::stop_token stop) {
    const OptionValues& options = experiment.options();
    auto model = buildModel(options, dataset->sampleShape());
    if (!model)
        return std::move(model).error();
    const Split split =
        splitByStableId(*dataset, options.real("data.validation_fraction"), options.real("data.test_fraction"),
                        static_cast<uint64_t>(options.integer("training.seed")));
    if (split.train.empty())
        return makeError(ErrorCode::InvalidArgument, "Nothing is left to train on.");
    Preflight result;
    result.trainingSamples = static_cast<int64_t>(split.train.size());
    result.validationSamples = static_cast<int64_t>(split.validation.size());
    const int64_t batchSize = std::min(options.integer("training.batch_size"), result.trainingSamples);
    result.stepsPerEpoch = (result.trainingSamples + batchSize - 1) / batchSize;
    result.parameters = (*model)->layout->parameterCount();
    result.compressionRatio = (*model)->compressionRatio();
    result.warnings = (*model)->warnings;
    result.precision = resolvePrecision(options);
    const int64_t batches = 4 * ((*model)->family->corruptsInput() ? 2 : 1); // prepared ahead, training and validation
    result.memoryBytes =
        static_cast<int64_t>(sizeof(float)) *
        (arenas(options) * (*model)->layout->floats() + batches * batchSize * dataset->sampleShape().elements());
    if (executor != nullptr)
        if (Result<void> measured =
                measure(experiment, **model, dataset, split.train, batchSize, *executor, std::move(stop), result);
            !measured)
            return std::move(measured).error();
    return result;
}

} // namespace hourglass
