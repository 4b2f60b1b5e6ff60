#include "app/cli/ModelContext.h"

#include <cstdlib>

#include "core/data/OpenDataset.h"
#include "core/inference/DataForModel.h"
#include "core/training/NetworkInput.h"

namespace hourglass::cli {

void addModelArguments(Command& command, ModelArguments& arguments) {
    command.option("model", arguments.model, "A run folder, a checkpoint or an exported file").required();
    command.option("--data", arguments.source, "Data source: fashion-mnist:test, folder:DIR, npy:FILE, …").required();
}

void addSigma(Command& command, std::string& sigma) {
    command
        .option("--sigma", sigma,
                "Noise level on the 0–255 scale, for networks that want to know it, or auto: estimated")
        .check(autoOr(numberBetween(0, 255), "auto has it estimated from each picture"));
}

std::optional<float> noiseLevelOf(const std::string& sigma, const Model& model, const Context& context) {
    if (sigma == "auto")
        return std::nullopt;
    if (!model.wantsNoiseLevel())
        context.message("note: this network does not take a noise level; --sigma is not used");
    return static_cast<float>(std::strtod(sigma.c_str(), nullptr)) / 255.0f; // which takes what was checked, 1e-50 too
}

Result<OpenedDataset> openArgument(const std::string& source, const DataOptions& options, const Context& context) {
    Result<OpenedDataset> data = openSource(source, options, {}, context.stopToken());
    if (!data)
        return std::move(data).error().withArgument(kSourceKey, "--data");
    return data;
}

Result<OpenedDataset> openFor(const Model& model, const std::string& source, const Context& context) {
    Result<OpenedDataset> data = openDataFor(model, source, {}, context.stopToken());
    if (!data)
        return std::move(data).error().withArgument(kSourceKey, "--data");
    if (data->dataset != nullptr)
        context.report(data->report);
    return data;
}

Result<std::optional<ModelOnData>> openModelOnData(const ModelArguments& arguments, const Context& context) {
    Result<LoadedModel> loaded = loadModel(arguments.model);
    if (!loaded)
        return std::move(loaded).error();
    Result<OpenedDataset> data = openFor(*loaded->model, arguments.source, context);
    if (!data)
        return std::move(data).error();
    if (data->dataset == nullptr)
        return std::optional<ModelOnData>();
    Result<std::unique_ptr<NoiseModel>> noise = evaluationNoiseOf(*loaded->model);
    if (!noise)
        return std::move(noise).error();
    return std::optional(ModelOnData{*std::move(loaded), data->dataset, *std::move(noise)});
}

Result<bool> writeRows(const std::string& path, const Shape& shape, ModelRunner& runner,
                       const std::shared_ptr<const Dataset>& data, ModelRunner::What what,
                       std::optional<float> noiseLevel, const RowWriter& write, const std::string& doing,
                       const Context& context) {
    WorkProgress progress("samples");
    double rows = 0;
    bool stopped = false;
    const Result<void> written = writeNpyStreaming(path, shape, [&](const FloatSink& sink) -> Result<void> {
        bool taken = true;
        const auto send = [&](const Batch& batch, std::span<const float> output) -> Result<void> {
            taken = write(batch, output, sink);
            rows += static_cast<double>(batch.rows);
            progress.show(rows / static_cast<double>(data->size()), rows, doing);
            return taken ? Result<void>() : makeError(ErrorCode::WriteFailed, "The disk takes no more.");
        };
        Result<bool> done = runner.run(data, what, noiseLevel, send, context.stopToken());
        if (!taken)
            return {}; // the writer knows why
        if (!done)
            return std::move(done).error();
        stopped = !*done;
        return stopped ? makeError(ErrorCode::Conflict, "Interrupted; nothing was written.") : Result<void>();
    });
    if (!written && !stopped)
        return written.error();
    return !stopped;
}

ModelRunner makeRunner(const LoadedModel& loaded, Context& context) {
    return {context.executor(), loaded.model, loaded.weights};
}

} // namespace hourglass::cli
