#include "app/cli/ModelContext.h"

#include "core/data/OpenDataset.h"
#include "core/noise/NoiseRegistry.h"

namespace hourglass::cli {

void addModelArguments(CLI::App& command, ModelArguments& arguments) {
    command.add_option("model", arguments.model, "A run folder, a checkpoint or an exported file")->required();
    command.add_option("--data", arguments.source, "Data source: fashion-mnist:test, folder:DIR, npy:FILE, …")
        ->required();
}

namespace {

// Whether a model's samples are known to be whole pictures: patches are squares of the size that was asked for.
bool takesWholePictures(const Model& model, const DataOptions& options) {
    const bool sized = options.width > 0 || options.height > 0;
    const bool likePatches = model.sampleShape[1] == options.patchSize && model.sampleShape[2] == options.patchSize;
    return options.fit != FitChoice::Patches && (options.fit != FitChoice::Auto || sized || !likePatches);
}

void fitTo(const Shape& sample, DataOptions& options) {
    if (options.fit == FitChoice::Auto || options.fit == FitChoice::Patches)
        options.fit = FitChoice::Stretch;
    options.height = sample[1];
    options.width = sample[2];
}

} // namespace

Result<OpenedDataset> openFor(const Model& model, const std::string& source, const Context& context) {
    Result<DataOptions> options = readDataOptions(model.options);
    if (!options)
        return std::move(options).error();
    options->limit = 0; // of the training data
    const bool pictures = model.sampleShape.rank() == 3;
    if (pictures) {
        options->channels = model.sampleShape[0] == 1 ? ChannelChoice::Gray : ChannelChoice::Rgb;
        // Decided by the model alone: what one picture becomes must not depend on its neighbours in a folder.
        if (takesWholePictures(model, *options))
            fitTo(model.sampleShape, *options);
    }
    Result<OpenedDataset> data = openSource(source, *options, {}, context.stopToken());
    if (!data || data->dataset == nullptr)
        return data;
    if (pictures && data->dataset->isImage() && data->dataset->sampleShape() != model.sampleShape) {
        fitTo(model.sampleShape, *options);
        data = openSource(source, *options, {}, context.stopToken());
    }
    if (data && data->dataset != nullptr)
        context.report(data->report);
    return data;
}

Result<std::unique_ptr<NoiseModel>> noiseOf(const Model& model) {
    if (!model.family->corruptsInput())
        return std::unique_ptr<NoiseModel>();
    return makeNoise(model.options);
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
    Result<std::unique_ptr<NoiseModel>> noise = noiseOf(*loaded->model);
    if (!noise)
        return std::move(noise).error();
    return std::optional(ModelOnData{*std::move(loaded), data->dataset, *std::move(noise)});
}

ModelRunner makeRunner(const LoadedModel& loaded, Context& context) {
    return {context.executor(), loaded.model, loaded.weights};
}

} // namespace hourglass::cli
