#include "core/io/importers/OnnxImporter.h"

#include <algorithm>
#include <new>

#include "core/io/importers/OnnxGraphReader.h"
#include "core/training/ModelMetadata.h"

namespace hourglass {

namespace {

Result<ImportedNetwork> readNetwork(const onnx::ModelProto& model, const std::filesystem::path& path) {
    try {
        if (model.opset_import_size() != 1 || model.opset_import(0).version() != kOnnxOpset ||
            !model.opset_import(0).domain().empty() || model.functions_size() > 0)
            refuse(ErrorCode::Unsupported, "only opset {} without functions is read", kOnnxOpset);
        return OnnxGraphReader(model.graph()).read();
    } catch (OnnxRefusal& refusal) {
        return std::move(refusal.error).withContext(fmt::format("'{}' cannot be read", path.string()));
    } catch (const ContractError& error) {
        return makeError(ErrorCode::Unreadable, "'{}' cannot be read: {}", path.string(), error.what());
    } catch (const std::bad_alloc&) {
        return makeError(ErrorCode::OutOfMemory, "There is no memory for the network in '{}'.", path.string());
    }
}

Result<std::shared_ptr<ParameterStore>>
takeWeights(const ArenaLayout& wanted, std::shared_ptr<const ArenaLayout> layout, const ParameterStore& found) {
    for (const ArenaLayout::Entry& entry : wanted.entries()) {
        const ArenaLayout::Entry* other = found.layout().find(entry.name);
        if (other == nullptr || other->shape != entry.shape)
            return makeError(ErrorCode::Unreadable, "The weights '{}' of shape {} are missing.", entry.name,
                             entry.shape.toString());
    }
    auto weights = std::make_shared<ParameterStore>(std::move(layout));
    for (const ArenaLayout::Entry& entry : wanted.entries()) {
        const std::span<const float> values = found.values(entry.name);
        std::copy(values.begin(), values.end(), weights->values(entry.name).begin());
    }
    weights->touch();
    return weights;
}

} // namespace

Result<ImportedNetwork> importOnnx(const std::filesystem::path& path) {
    Result<onnx::ModelProto> model = parseOnnx(path);
    if (!model)
        return std::move(model).error();
    return readNetwork(*model, path);
}

Result<LoadedModel> loadOnnxModel(const std::filesystem::path& path) {
    Result<onnx::ModelProto> proto = parseOnnx(path);
    if (!proto)
        return std::move(proto).error();
    std::map<std::string, std::string> metadata = onnxMetadata(*proto);
    if (metadata.count(kModelMetadataKey) == 0)
        return makeError(
            ErrorCode::Unsupported, "'{}' was written by {}; only ONNX files that Hourglass exported can be loaded.",
            path.string(), proto->producer_name().empty() ? "another program" : onnxName(proto->producer_name()));
    Result<ImportedNetwork> network = readNetwork(*proto, path);
    if (!network)
        return std::move(network).error();
    proto->Clear();
    if (const std::string part = metadata[kOnnxPartKey]; part != "autoencoder")
        return makeError(ErrorCode::Unsupported,
                         "'{}' holds the {} alone; a model needs encoder and decoder. Load what it was exported from.",
                         path.string(), onnxName(part));
    Result<std::shared_ptr<const Model>> model = modelFromMetadata(metadata);
    if (!model)
        return std::move(model).error().withContext(path.string());
    Result<std::shared_ptr<ParameterStore>> weights =
        takeWeights(*(*model)->layout, (*model)->layout, *network->weights);
    if (!weights)
        return std::move(weights).error().withContext(path.string());
    return LoadedModel{*model, *weights, "onnx", path};
}

} // namespace hourglass
