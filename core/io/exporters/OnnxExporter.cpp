#include "core/io/exporters/OnnxExporter.h"

#include <onnx/checker.h>

#include "core/base/AtomicFile.h"
#include "core/base/Version.h"
#include "core/graph/ReceptiveField.h"
#include "core/io/exporters/OnnxGraphWriter.h"
#include "core/io/importers/OnnxImporter.h"
#include "core/training/ModelMetadata.h"

namespace hourglass {

namespace {

void addInitialiser(onnx::GraphProto& graph, const Node& parameter, std::span<const float> values) {
    onnx::TensorProto& tensor = *graph.add_initializer();
    tensor.set_name(parameter.attributes.name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const Dim& dim : parameter.shape)
        tensor.add_dims(dim.fixedSize());
    tensor.set_raw_data(values.data(), values.size_bytes()); // little-endian, as this machine is
}

void addMetadata(onnx::ModelProto& model, const std::string& key, const std::string& value) {
    onnx::StringStringEntryProto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
}

bool dependsOnPicture(const SymbolicShape& shape) {
    return evaluate(shape, {1, 1024, 1024}).value() != evaluate(shape, {1, 2048, 2048}).value();
}

// For whoever feeds the file without us: what an input holds.
std::string meaningOf(const Node& input) {
    if (input.attributes.name == kNoiseLevelInput)
        return "the standard deviation of the noise of each picture on the scale of its values, which is sigma on the "
               "0-255 scale divided by 255, the same number at every place; 0 for a clean picture";
    if (input.attributes.name == "code")
        return "codes, as the encoder makes them";
    return "samples; pictures are [N, C, H, W] in [0, 1]";
}

// Says of each input what it is, and of the whole what all need to know.
void describe(onnx::ModelProto& model, const Graph& graph) {
    const int64_t multiple = sizeMultiple(graph);
    bool anySize = false;
    std::string text = "An autoencoder trained with Hourglass. Values are float32. N is the batch, of any size.";
    for (const NodeId id : graph.nodesOf(OpKind::Input)) {
        const Node& input = graph.node(id);
        anySize = anySize || dependsOnPicture(input.shape);
        const std::string meaning = meaningOf(input);
        text += fmt::format(" Input {} {}: {}.", input.attributes.name, toString(input.shape), meaning);
        for (onnx::ValueInfoProto& value : *model.mutable_graph()->mutable_input())
            if (value.name() == input.attributes.name)
                value.set_doc_string(meaning);
    }
    if (anySize) {
        text += fmt::format(" H and W are the height and width of the pictures, any multiples of {}.", multiple);
        addMetadata(model, kOnnxSizeMultipleKey, std::to_string(multiple));
    }
    model.set_doc_string(text);
}

void addHeader(onnx::ModelProto& model, const std::map<std::string, std::string>& metadata) {
    model.set_ir_version(kOnnxIrVersion);
    model.set_producer_name(kOnnxProducer);
    model.set_producer_version(kVersion);
    model.set_model_version(1);
    onnx::OperatorSetIdProto& opset = *model.add_opset_import();
    opset.set_domain("");
    opset.set_version(kOnnxOpset);
    for (const auto& [key, value] : metadata)
        addMetadata(model, key, value);
}

uint64_t parameterBytes(const Graph& graph) {
    uint64_t bytes = 0;
    for (NodeId id : graph.parameters())
        bytes += static_cast<uint64_t>(evaluate(graph.shape(id), {}).value().elements()) * sizeof(float);
    return bytes;
}

} // namespace

Result<WrittenModel> writeOnnxGraph(const Graph& whole, const ParameterStore& weights, const std::string& name,
                                    const std::map<std::string, std::string>& metadata,
                                    const std::filesystem::path& path) {
    std::vector<std::string> outputs;
    for (const auto& [output, id] : whole.outputs())
        outputs.push_back(output);
    const Graph graph = whole.pruned(outputs);
    const uint64_t bytes = parameterBytes(graph);
    if (bytes > kOnnxLargestFile - kOnnxLargestStructure)
        return makeError(ErrorCode::Unsupported,
                         "The weights take {} bytes, and an ONNX file holds at most 2 GiB. Export as safetensors.",
                         bytes);
    onnx::ModelProto model;
    addHeader(model, metadata);
    onnx::GraphProto& proto = *model.mutable_graph();
    proto.set_name(name);
    OnnxGraphWriter writer(graph, proto);
    if (Result<void> written = writer.write(); !written)
        return std::move(written).error();
    describe(model, graph);
    for (NodeId id : graph.parameters())
        addInitialiser(proto, graph.node(id), weights.values(graph.node(id).attributes.name));
    try {
        onnx::checker::check_model(model);
    } catch (const std::exception& error) { // onnx::checker::ValidationError and what it lets through
        return makeError(ErrorCode::Unsupported, "ONNX's own checker refuses the exported network: {}", error.what());
    }
    std::string content;
    if (!model.SerializeToString(&content))
        return makeError(ErrorCode::Unsupported, "The network does not fit an ONNX file. Export as safetensors.");
    if (Result<void> written = writeFileAtomically(path, content); !written)
        return std::move(written).error();
    return WrittenModel{static_cast<int64_t>(graph.parameters().size()),
                        static_cast<int64_t>(bytes / sizeof(float)),
                        {{"opset", std::to_string(kOnnxOpset)},
                         {"IR", std::to_string(kOnnxIrVersion)},
                         {"nodes", std::to_string(proto.node_size())}}};
}

Result<WrittenModel> writeOnnx(const LoadedModel& model, const ExportOptions& options,
                               const std::filesystem::path& path) {
    const std::string part(partName(options.part));
    return writeOnnxGraph(partGraph(*model.model, options.part), *model.weights, part,
                          {{kModelMetadataKey, describeModel(*model.model)}, {kOnnxPartKey, part}}, path);
}

Result<ImportedNetwork> readBackOnnx(const std::filesystem::path& path, const ExportOptions&) {
    return importOnnx(path);
}

} // namespace hourglass
