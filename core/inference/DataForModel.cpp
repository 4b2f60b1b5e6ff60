#include "core/inference/DataForModel.h"

namespace hourglass {

namespace {

// Pictures become samples in a way that the model alone decides: what one becomes must not depend on its neighbours in
// a folder, as it does where `auto` looks whether all have one size.
void fitTo(const Model& model, DataOptions& options) {
    const Shape& sample = model.sampleShape;
    const bool sized = options.width > 0 || options.height > 0;
    const bool likePatches = sample[1] == options.patchSize && sample[2] == options.patchSize;
    options.channels = sample[0] == 1 ? ChannelChoice::Gray : ChannelChoice::Rgb;
    if (options.fit == FitChoice::Auto)
        options.fit = likePatches && !sized ? FitChoice::Patches : FitChoice::Stretch;
    options.height = sample[1];
    options.width = sample[2];
}

} // namespace

Result<OpenedDataset> openDataFor(const Model& model, const std::string& source,
                                  const std::filesystem::path& baseFolder, std::stop_token stop,
                                  const ProgressFunction& progress) {
    Result<DataOptions> options = readDataOptions(model.options);
    if (!options)
        return std::move(options).error();
    options->limit = 0; // these two are of the training data
    options->classes.clear();
    if (model.sampleShape.rank() == 3)
        fitTo(model, *options);
    return openSource(source, *options, baseFolder, std::move(stop), progress);
}

} // namespace hourglass
