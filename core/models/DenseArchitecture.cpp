#include "core/models/DenseArchitecture.h"

#include <algorithm>

#include "core/models/Layers.h"

namespace hourglass {

namespace {

std::vector<int64_t> decoderLayers(const OptionValues& options) {
    std::vector<int64_t> layers = options.integers("model.decoder_layers");
    if (layers.empty()) {
        layers = options.integers("model.layers");
        std::reverse(layers.begin(), layers.end());
    }
    return layers;
}

// Sizes from input to output, code included: 784 512 256 32 256 512 784.
std::vector<int64_t> widths(const ModelContext& context) {
    const int64_t inputs = context.sampleShape.elements();
    std::vector<int64_t> all = {inputs};
    for (int64_t width : context.options.integers("model.layers"))
        all.push_back(width);
    all.push_back(context.options.integer("model.code_size"));
    for (int64_t width : decoderLayers(context.options))
        all.push_back(width);
    all.push_back(inputs);
    return all;
}

// The hidden layers of a part, each with its activation; returns what the last layer reads.
NodeId hiddenLayers(Graph& graph, NodeId x, const std::string& part, const std::vector<int64_t>& widths,
                    const OptionValues& options) {
    const std::string activation = options.text("model.activation"), choice = options.text("model.initialisation");
    for (size_t i = 0; i < widths.size(); ++i) {
        const int64_t inputs = graph.shape(x).at(1).fixedSize();
        x = linearLayer(graph, x, fmt::format("{}.{}", part, i), widths[i],
                        layerInitialisation(choice, activation, inputs, widths[i]));
        x = applyActivation(graph, x, activation);
    }
    return x;
}

} // namespace

Result<void> DenseArchitecture::validate(const ModelContext& context) const {
    return checkParameters(layers(context), context);
}

NodeId DenseArchitecture::encode(Graph& graph, NodeId input, const ModelContext& context) const {
    const NodeId flat = graph.reshape(input, {Dim::n(), context.sampleShape.elements()});
    const std::vector<int64_t> hidden = context.options.integers("model.layers");
    const NodeId x = hiddenLayers(graph, flat, "encoder", hidden, context.options);
    const int64_t inputs = graph.shape(x).at(1).fixedSize();
    const int64_t outputs = context.codeHeads * context.options.integer("model.code_size");
    return linearLayer(graph, x, fmt::format("encoder.{}", hidden.size()), outputs,
                       codeInitialisation(context, inputs, outputs));
}

NodeId DenseArchitecture::decode(Graph& graph, NodeId code, const ModelContext& context) const {
    const std::vector<int64_t> hidden = decoderLayers(context.options);
    const NodeId x = hiddenLayers(graph, code, "decoder", hidden, context.options);
    const int64_t inputs = graph.shape(x).at(1).fixedSize(), outputs = context.sampleShape.elements();
    const NodeId flat =
        linearLayer(graph, x, fmt::format("decoder.{}", hidden.size()), outputs,
                    layerInitialisation(context.options.text("model.initialisation"), "identity", inputs, outputs));
    SymbolicShape shape = {Dim::n()};
    for (int64_t size : context.sampleShape.sizes())
        shape.push_back(size);
    return graph.reshape(flat, shape);
}

SymbolicShape DenseArchitecture::codeShape(const ModelContext& context) const {
    return {Dim::n(), context.options.integer("model.code_size")};
}

std::vector<LayerInfo> DenseArchitecture::layers(const ModelContext& context) const {
    const std::vector<int64_t> sizes = widths(context);
    const size_t code = context.options.integers("model.layers").size() + 1;
    const std::string activation = activationLabel(context.options.text("model.activation"));
    std::vector<LayerInfo> result;
    for (size_t i = 0; i < sizes.size(); ++i) {
        LayerInfo layer{LayerInfo::Kind::Layer, {}, {}, {Dim::n(), sizes[i]}, 0};
        if (i > 0)
            layer.parameters = sizes[i] * (sizes[i - 1] + 1) * (i == code ? context.codeHeads : 1);
        if (i == 0) {
            layer.kind = LayerInfo::Kind::Input;
            layer.name = "input";
            layer.detail = context.sampleShape.toString();
        } else if (i == code) {
            layer.kind = LayerInfo::Kind::Code;
            layer.name = fmt::format("encoder.{}", i - 1);
            layer.detail = fmt::format("code {}", sizes[i]);
        } else {
            layer.kind = i + 1 == sizes.size() ? LayerInfo::Kind::Output : LayerInfo::Kind::Layer;
            layer.name = i < code ? fmt::format("encoder.{}", i - 1) : fmt::format("decoder.{}", i - code - 1);
            layer.detail = fmt::format("{} · {}", sizes[i],
                                       layer.kind == LayerInfo::Kind::Output
                                           ? activationLabel(context.options.text("model.output_activation"))
                                           : activation);
        }
        result.push_back(std::move(layer));
    }
    return result;
}

} // namespace hourglass
