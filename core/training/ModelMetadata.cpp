#include "core/training/ModelMetadata.h"

#include "core/formats/StrictJson.h"

namespace hourglass {

namespace {

constexpr int kMetadataSchema = 1;
constexpr const char* kAveragedPrefix = "optimizer.ema.";
constexpr int64_t kMostSampleElements = int64_t{1} << 28;

Error damaged(const char* what) {
    return makeError(ErrorCode::Unreadable, "The description of the model in this file is damaged: {}.", what);
}

Result<Shape> readSampleShape(const Json& list) {
    if (!list.is_array() || list.empty() || list.size() > 4)
        return damaged("sample_shape is not a list of sizes");
    std::vector<int64_t> sizes;
    int64_t elements = 1;
    for (const Json& size : list) {
        if (!size.is_number_integer() || size.get<int64_t>() < 1 || size.get<int64_t>() > kMostSampleElements ||
            (elements *= size.get<int64_t>()) > kMostSampleElements)
            return damaged("sample_shape holds an impossible size");
        sizes.push_back(size.get<int64_t>());
    }
    return Shape(std::move(sizes));
}

} // namespace

std::string describeModel(const Model& model) {
    nlohmann::ordered_json options;
    for (const OptionSpec& spec : model.options.table().specs())
        if (spec.key != "data.source") // a path: nothing of this machine belongs into a model
            options[spec.key] = model.options.value(spec.key);
    nlohmann::ordered_json description;
    description["schema"] = kMetadataSchema;
    description["sample_shape"] = model.sampleShape.sizes();
    description["options"] = std::move(options);
    return description.dump();
}

Result<std::shared_ptr<const Model>> modelFromMetadata(const std::map<std::string, std::string>& metadata) {
    const auto text = metadata.find(kModelMetadataKey);
    if (text == metadata.end())
        return makeError(ErrorCode::Unsupported, "This file holds tensors, but no model that Hourglass wrote.");
    Result<Json> parsed = parseStrictJson(text->second, 16);
    if (!parsed)
        return std::move(parsed).error();
    if (!parsed->is_object() || !parsed->contains("schema") || !(*parsed)["schema"].is_number_integer() ||
        !parsed->contains("options") || !(*parsed)["options"].is_object() || !parsed->contains("sample_shape"))
        return damaged("a part is missing");
    if ((*parsed)["schema"].get<int64_t>() > kMetadataSchema)
        return makeError(ErrorCode::Unsupported, "This model was written by a newer Hourglass. Please update.");
    Result<Shape> shape = readSampleShape((*parsed)["sample_shape"]);
    if (!shape)
        return std::move(shape).error();

    const Json& options = (*parsed)["options"];
    const auto id = [&](const char* key) {
        const auto it = options.find(key);
        return it != options.end() && it->is_string() ? it->get<std::string>() : std::string("?");
    };
    Result<Experiment> experiment = Experiment::create(id("model.family"), id("model.architecture"));
    if (!experiment)
        return std::move(experiment).error();
    for (const auto& [key, value] : options.items())
        if (Result<void> set = experiment->set(key, value); !set)
            return std::move(set).error();
    return buildModel(experiment->options(), *shape);
}

Result<void> checkArena(const SafetensorsFile& file, const std::string& prefix, const ArenaLayout& layout) {
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

Result<void> readArena(const SafetensorsFile& file, const std::string& prefix, const ArenaLayout& layout,
                       std::span<float> arena) {
    if (Result<void> complete = checkArena(file, prefix, layout); !complete)
        return complete;
    for (const ArenaLayout::Entry& entry : layout.entries()) {
        const TensorEntry* tensor = file.find(prefix + entry.name);
        const auto values =
            arena.subspan(static_cast<size_t>(entry.offset), static_cast<size_t>(entry.shape.elements()));
        if (Result<void> read = file.readBytes(*tensor, std::as_writable_bytes(values)); !read)
            return read;
    }
    return {};
}

Result<std::shared_ptr<ParameterStore>> readModelWeights(const SafetensorsFile& file, const Model& model) {
    const ArenaLayout& layout = *model.layout;
    const bool averaged =
        !layout.entries().empty() && file.find(kAveragedPrefix + layout.entries().front().name) != nullptr;
    const std::string prefix = averaged ? kAveragedPrefix : "";
    if (Result<void> complete = checkArena(file, prefix, layout); !complete)
        return std::move(complete).error(); // before memory is taken
    auto weights = std::make_shared<ParameterStore>(model.layout);
    if (Result<void> read = readArena(file, prefix, layout, weights->arena()); !read)
        return std::move(read).error();
    weights->touch();
    return weights;
}

void appendArena(std::vector<NamedTensorView>& tensors, const std::string& prefix, const ArenaLayout& layout,
                 std::span<const float> arena) {
    for (const ArenaLayout::Entry& entry : layout.entries())
        tensors.push_back(NamedTensorView::of(
            prefix + entry.name, entry.shape,
            arena.subspan(static_cast<size_t>(entry.offset), static_cast<size_t>(entry.shape.elements()))));
}

} // namespace hourglass
