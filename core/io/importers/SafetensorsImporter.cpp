#include "core/io/importers/SafetensorsImporter.h"

#include "core/training/Checkpoint.h"
#include "core/training/ModelMetadata.h"

namespace hourglass {

namespace {

Result<LoadedModel> load(const SafetensorsFile& file) {
    Result<std::shared_ptr<const Model>> model = modelFromMetadata(file.metadata);
    if (!model)
        return std::move(model).error();
    Result<std::shared_ptr<ParameterStore>> weights = readModelWeights(file, **model);
    if (!weights)
        return std::move(weights).error();
    const bool hasState = file.metadata.count(kStateMetadataKey) > 0;
    return LoadedModel{*model, *std::move(weights), hasState ? "checkpoint" : "safetensors", {}};
}

} // namespace

Result<LoadedModel> loadSafetensorsModel(const std::filesystem::path& path) {
    Result<SafetensorsFile> file = openSafetensors(path);
    if (!file)
        return std::move(file).error();
    Result<LoadedModel> loaded = load(*file);
    if (!loaded)
        return std::move(loaded).error().withContext(path.string());
    loaded->path = path;
    return loaded;
}

} // namespace hourglass
