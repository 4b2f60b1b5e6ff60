#include "core/io/exporters/SafetensorsExporter.h"

#include "core/io/importers/SafetensorsImporter.h"
#include "core/training/ModelMetadata.h"

namespace hourglass {

Result<WrittenModel> writeSafetensorsModel(const LoadedModel& model, const ExportOptions&,
                                           const std::filesystem::path& path) {
    const ArenaLayout& layout = model.weights->layout();
    std::vector<NamedTensorView> tensors;
    appendArena(tensors, "", layout, std::as_const(*model.weights).arena());
    if (Result<void> written =
            writeSafetensors(path, std::move(tensors), {{kModelMetadataKey, describeModel(*model.model)}});
        !written)
        return std::move(written).error();
    return WrittenModel{static_cast<int64_t>(layout.entries().size()), layout.parameterCount()};
}

Result<ImportedNetwork> readBackSafetensorsModel(const std::filesystem::path& path, const ExportOptions& options) {
    Result<LoadedModel> loaded = loadSafetensorsModel(path);
    if (!loaded)
        return std::move(loaded).error();
    return ImportedNetwork{partGraph(*loaded->model, options.part), loaded->weights};
}

} // namespace hourglass
