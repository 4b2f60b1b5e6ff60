#include "app/cli/ModelContext.h"
#include "core/analysis/ReconstructionMetrics.h"

namespace hourglass::cli {

namespace {

struct Arguments : ModelArguments {
    uint64_t seed = 1;
};

int run(const Arguments& arguments, Context& context) {
    Result<LoadedModel> loaded = loadModel(arguments.model);
    if (!loaded)
        return context.fail(loaded.error());
    const Model& model = *loaded->model;
    Result<OpenedDataset> data = openFor(model, arguments.source, context);
    if (!data)
        return context.fail(data.error());
    Result<std::unique_ptr<NoiseModel>> noise = noiseOf(model);
    if (!noise)
        return context.fail(noise.error());
    if (data->dataset == nullptr)
        return kInterrupted;

    ReconstructionMetrics metrics(data->dataset->sampleShape(), data->dataset->isImage());
    ModelRunner runner = makeRunner(*loaded, context);
    const auto elements = static_cast<size_t>(data->dataset->sampleShape().elements());
    ProgressLine progress;
    Result<bool> done = runner.run(
        data->dataset, ModelRunner::What::Reconstruction, noise->get(), arguments.seed,
        [&](const Batch& batch, std::span<const float> output) -> Result<void> {
            const size_t count = static_cast<size_t>(batch.rows) * elements;
            metrics.add(batch.clean.span().first(count), output,
                        *noise ? batch.input().first(count) : std::span<const float>());
            progress.show(static_cast<double>(metrics.samples()) / static_cast<double>(data->dataset->size()), "");
            return {};
        },
        context.stopToken());
    if (!done)
        return context.fail(done.error());
    if (!*done)
        return kInterrupted;

    Json values = Json::object();
    std::string text = fmt::format("{} samples", metrics.samples());
    MetricMap all = metrics.values();
    all["compression_ratio"] = model.compressionRatio();
    for (const auto& [name, value] : all) {
        values[name] = value;
        text += fmt::format("\n{:<20} {:.6g}", name, value);
    }
    context.print({{"samples", metrics.samples()}, {"metrics", values}}, text);
    return kDone;
}

} // namespace

void addEvaluate(CLI::App& app, Context& context, int& status) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand("evaluate", "Measure a model on a data source");
    addModelArguments(*command, *arguments);
    command->add_option("--seed", arguments->seed, "Of the noise that a denoising model is tested with")
        ->check(CLI::NonNegativeNumber);
    command->add_flag("--json", context.json, "Print one JSON object");
    command->callback([arguments, &context, &status] { status = run(*arguments, context); });
}

} // namespace hourglass::cli
