#include <algorithm>
#include <cstring>

#include "core/formats/Safetensors.h"
#include "core/io/ModelFile.h"
#include "core/io/importers/OnnxFile.h"
#include "core/io/importers/OnnxImporter.h"
#include "core/io/inspect/Facts.h"
#include "core/training/Checkpoint.h"
#include "core/training/History.h"
#include "core/training/ModelMetadata.h"
#include "core/training/RunFolder.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

// Of what a checkpoint keeps besides the weights: moments, averages. They are no part of the network that is described.
constexpr std::string_view kOptimizerPrefix = "optimizer.";

Json modelFacts(const Model& model) {
    Json layers = Json::array(), options = Json::object();
    for (const LayerInfo& layer : model.layers)
        layers.push_back({{"name", layer.name},
                          {"detail", layer.detail},
                          {"shape", toString(layer.shape)},
                          {"parameters", layer.parameters}});
    for (const OptionSpec& spec : model.options.table().specs())
        if (spec.key != "data.source")
            options[spec.key] = model.options.value(spec.key);
    const std::optional<double> ratio = model.compressionRatio();
    return {{"family", model.family->id()},
            {"architecture", model.architecture->id()},
            {"shape", model.sampleShape.sizes()},
            {"sample_shape", model.sampleShape.sizes()},
            {"code_size", model.hasCode() ? Json(model.codeElements()) : Json(nullptr)},
            {"compression_ratio", ratio ? Json(*ratio) : Json(nullptr)},
            {"parameters", model.layout->parameterCount()},
            {"forward_flops", model.forwardFlops()},
            {"layers", layers},
            {"options", options}};
}

Json sizesOf(const onnx::ValueInfoProto& value) {
    Json sizes = Json::array();
    for (const onnx::TensorShapeProto::Dimension& dim : value.type().tensor_type().shape().dim())
        sizes.push_back(dim.has_dim_param() ? Json(dim.dim_param()) : Json(dim.dim_value()));
    return sizes;
}

template <typename Values>
Json valuesOf(const Values& values) {
    Json list = Json::array();
    for (const onnx::ValueInfoProto& value : values)
        list.push_back({{"name", value.name()}, {"shape", sizesOf(value)}});
    return list;
}

Json tensorFacts(const onnx::TensorProto& tensor) {
    Json json = {{"name", tensor.name()},
                 {"shape", std::vector<int64_t>(tensor.dims().begin(), tensor.dims().end())},
                 {"dtype", onnx::TensorProto::DataType_Name(tensor.data_type())}};
    if (tensor.data_type() != onnx::TensorProto::FLOAT)
        return json;
    std::vector<float> values(tensor.float_data().begin(), tensor.float_data().end());
    if (values.empty()) {
        values.resize(tensor.raw_data().size() / sizeof(float));
        if (!values.empty())
            std::memcpy(values.data(), tensor.raw_data().data(), values.size() * sizeof(float));
    }
    json["dtype"] = "float32";
    json.update(valueFacts(values));
    return json;
}

Json checkpointNames(const fs::path& run) {
    Json names = Json::array();
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(run / "checkpoints", code))
        if (entry.path().extension() == ".safetensors")
            names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

Result<Json> historyFacts(const fs::path& path) {
    std::error_code code;
    if (!fs::exists(path, code))
        return Json(nullptr);
    Result<History> history = History::load(path);
    if (!history)
        return std::move(history).error();
    Json json = {{"rows", history->rows().size()}, {"columns", history->columns()}};
    if (!history->rows().empty()) {
        json["steps"] = history->rows().back().step;
        json["epochs"] = history->rows().back().epoch;
    }
    return json;
}

} // namespace

Result<Json> inspectSafetensors(const fs::path& path, const std::stop_token& stop) {
    Result<SafetensorsFile> file = openSafetensors(path);
    if (!file)
        return std::move(file).error();
    Json json = {{"kind", "safetensors"}, {"shape", nullptr}};
    const bool isModel = file->metadata.count(kModelMetadataKey) > 0;
    if (isModel) {
        Result<LoadedModel> loaded = loadModel(path);
        if (!loaded)
            return std::move(loaded).error();
        json = modelFacts(*loaded->model);
        json["kind"] = loaded->kind;
    }
    Json tensors = Json::array();
    int64_t others = 0, values = 0, notFinite = 0;
    for (const TensorEntry& entry : file->tensors) {
        if (stop.stop_requested())
            return Json();
        Result<NumericArray> array = file->readArray(entry.name);
        if (!array)
            return std::move(array).error();
        if (isModel && entry.name.starts_with(kOptimizerPrefix)) {
            ++others;
            values += array->shape.elements();
            notFinite += arrayFacts(*array)["not_finite"].get<int64_t>();
            continue;
        }
        tensors.push_back(arrayFacts(*array));
        tensors.back()["name"] = entry.name;
        tensors.back()["dtype"] = elementName(entry.type);
    }
    if (!isModel && tensors.size() == 1)
        json["shape"] = tensors[0]["shape"];
    json["tensors"] = std::move(tensors);
    if (others > 0)
        json["training_state"] = {{"tensors", others}, {"values", values}, {"not_finite", notFinite}};
    for (const auto& [key, value] : file->metadata)
        if (key != kModelMetadataKey)
            json["metadata"][key] = value;
    return json;
}

Result<Json> inspectOnnx(const fs::path& path, const std::stop_token&) {
    Result<onnx::ModelProto> proto = parseOnnx(path);
    if (!proto)
        return std::move(proto).error();
    const onnx::GraphProto& graph = proto->graph();
    const std::map<std::string, std::string> metadata = onnxMetadata(*proto);
    Json json = {{"shape", graph.input_size() > 0 ? sizesOf(graph.input(0)) : Json(nullptr)}};
    if (metadata.count(kModelMetadataKey) > 0) {
        if (Result<ImportedNetwork> network = importOnnx(path); !network)
            return std::move(network).error();
        Result<std::shared_ptr<const Model>> model = modelFromMetadata(metadata);
        if (!model)
            return std::move(model).error().withContext(path.string());
        json = modelFacts(**model);
        const auto part = metadata.find(kOnnxPartKey);
        json["part"] = part != metadata.end() ? Json(part->second) : Json(nullptr);
    }
    json["kind"] = "onnx";
    json["producer"] = proto->producer_name() + " " + proto->producer_version();
    json["ir_version"] = proto->ir_version();
    json["opset"] = proto->opset_import_size() > 0 ? Json(proto->opset_import(0).version()) : Json(nullptr);
    json["inputs"] = valuesOf(graph.input());
    json["outputs"] = valuesOf(graph.output());
    std::map<std::string, int> ops;
    for (const onnx::NodeProto& node : graph.node())
        ++ops[node.op_type()];
    json["ops"] = ops;
    json["tensors"] = Json::array();
    for (const onnx::TensorProto& tensor : graph.initializer())
        json["tensors"].push_back(tensorFacts(tensor));
    return json;
}

Result<Json> inspectRun(const fs::path& path, const std::stop_token& stop) {
    Result<Experiment> experiment = Experiment::load(RunFolder::experimentPath(path));
    if (!experiment)
        return std::move(experiment).error();
    Json json = {{"kind", "run"}, {"shape", nullptr}, {"checkpoints", checkpointNames(path)}};
    Result<Json> history = historyFacts(path / "history.csv");
    if (!history)
        return std::move(history).error();
    json["history"] = *history;
    for (const OptionSpec& spec : experiment->options().table().specs())
        json["options"][spec.key] = experiment->options().value(spec.key);
    if (Result<fs::path> checkpoint = RunFolder::modelPath(path); checkpoint) {
        Result<Json> model = inspectSafetensors(*checkpoint, stop);
        if (!model || model->is_null())
            return model;
        for (const char* key : {"shape", "sample_shape", "family", "architecture", "code_size", "compression_ratio",
                                "parameters", "layers", "tensors", "training_state"})
            if (model->contains(key))
                json[key] = (*model)[key];
        json["model"] = checkpoint->filename().string();
    }
    return json;
}

} // namespace hourglass
