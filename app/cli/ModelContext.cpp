#include "app/cli/ModelContext.h"

#include "core/data/OpenDataset.h"
#include "core/noise/NoiseRegistry.h"

namespace hourglass::cli {

void addModelArguments(CLI::App& command, ModelArguments& arguments) {
    command.add_option("model", arguments.model, "A run folder, a checkpoint or an exported file")->required();
    command.add_option("--data", arguments.source, "Data source: fashion-mnist:test, folder:DIR, npy:FILE, …")
        ->required();
}

Result<OpenedDataset> openFor(const Model& model, const std::string& source, const Context& context) {
    Result<DataOptions> options = readDataOptions(model.options);
    if (!options)
        return std::move(options).error();
    options->limit = 0; // of the training data
    if (model.sampleShape.rank() == 3) {
        options->channels = model.sampleShape[0] == 1 ? ChannelChoice::Gray : ChannelChoice::Rgb;
        if (options->fit != FitChoice::Patches && options->fit != FitChoice::Auto) {
            options->height = model.sampleShape[1];
            options->width = model.sampleShape[2];
        }
    }
    Result<OpenedDataset> data = openSource(source, *options, std::filesystem::current_path(), context.stopToken());
    if (!data || data->dataset == nullptr)
        return data;
    context.report(data->report);
    // Pictures of another size are fitted, as the window does.
    if (model.sampleShape.rank() == 3 && data->dataset->isImage() &&
        data->dataset->sampleShape() != model.sampleShape) {
        context.message(fmt::format("note: pictures of {} are stretched to the {} that this model takes",
                                    data->dataset->sampleShape().toString(), model.sampleShape.toString()));
        options->fit = FitChoice::Stretch;
        options->height = model.sampleShape[1];
        options->width = model.sampleShape[2];
        return openSource(source, *options, std::filesystem::current_path(), context.stopToken());
    }
    return data;
}

ModelRunner makeRunner(const LoadedModel& loaded, Context& context) {
    return {context.executor(), loaded.model, loaded.weights};
}

Result<std::unique_ptr<NoiseModel>> noiseOf(const Model& model) {
    if (!model.family->corruptsInput())
        return std::unique_ptr<NoiseModel>();
    return makeNoise(model.options);
}

} // namespace hourglass::cli
