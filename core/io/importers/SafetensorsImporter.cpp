#include "core/io/importers/SafetensorsImporter.h"

#include "core/training/Checkpoint.h"
#include "core/training/ModelMetadata.h"

namespace hourglass {

namespace {

constexpr const char* kAveragedPrefix = "optimizer.ema.";

// Whether the file holds the bytes of every parameter, so that memory for them may be taken.
Result<void> checkTensors(const SafetensorsFile& file, const std::string& prefix, const ArenaLayout& layout) {
    for (const ArenaLayout::Entry& entry : layout.entries()) {
        const TensorEntry* tensor = file.find(prefix + entry.name);
        if (tensor == nullptr)
            return makeError(ErrorCode::Unreadable, "The tensor '{}' is missing.", prefix + entry.name);
        if (tensor->shape != entry.shape || tensor->type != ElementType::F32)
            return makeError(ErrorCode::Unreadable, "The tensor '{}' is {} {}; the network needs float32 {}.",
                             tensor->name, elementName(tensor->type), tensor->shape.toString(), entry.shape.toString());
    }
    return {};
}

Result<LoadedModel> load(const SafetensorsFile& file) {
    Result<std::shared_ptr<const Model>> model = modelFromMetadata(file.metadata);
    if (!model)
        return std::move(model).error();
    const ArenaLayout& layout = *(*model)->layout;
    const bool averaged =
        !layout.entries().empty() && file.find(kAveragedPrefix + layout.entries().front().name) != nullptr;
    const std::string prefix = averaged ? kAveragedPrefix : "";
    if (Result<void> checked = checkTensors(file, prefix, layout); !checked)
        return std::move(checked).error();
    auto weights = std::make_shared<ParameterStore>((*model)->layout);
    if (Result<void> read = readArena(file, prefix, layout, weights->arena()); !read)
        return std::move(read).error();
    weights->touch();
    const bool hasState = file.metadata.count(kStateMetadataKey) > 0;
    return LoadedModel{*model, std::move(weights), hasState ? "checkpoint" : "safetensors", {}};
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
