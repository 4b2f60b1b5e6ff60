// Ops that move elements between places. Pixel shuffles, sums over blocks and repeated pixels are convolutions with
// fixed weights: readers that know little else (OpenCV 4.6) know those.

#include <algorithm>
#include <array>

#include "core/io/exporters/OnnxEmitters.h"

namespace hourglass {

namespace {

using Writer = OnnxGraphWriter;
using Value = Result<std::string>;

struct Biased {
    const Node *convolution, *bias; // bias: the Expand
};

bool isConvolution(const Node& node) {
    return node.op == OpKind::Convolve || node.op == OpKind::ConvolveTransposed;
}

bool isOutput(const Graph& graph, NodeId id) {
    return std::any_of(graph.outputs().begin(), graph.outputs().end(), [&](const auto& o) { return o.second == id; });
}

// A convolution by parameters plus a parameter spread over its channels, neither used elsewhere.
std::optional<Biased> biased(const Writer& writer, const Node& add) {
    const Graph& graph = writer.graph();
    if (add.op != OpKind::Add)
        return std::nullopt;
    const Node &convolution = graph.node(add.inputs[0]), &bias = graph.node(add.inputs[1]);
    const bool fits = isConvolution(convolution) && bias.op == OpKind::Expand && writer.uses(add.inputs[0]) == 1 &&
                      writer.uses(add.inputs[1]) == 1 && !isOutput(graph, add.inputs[0]) &&
                      !isOutput(graph, add.inputs[1]) && bias.attributes.axes == std::vector<int>{0, 2, 3} &&
                      bias.attributes.averageAxes.empty() && graph.node(bias.inputs[0]).op == OpKind::Parameter &&
                      graph.node(convolution.inputs[1]).op == OpKind::Parameter;
    return fits ? std::optional(Biased{&convolution, &bias}) : std::nullopt;
}

std::vector<OnnxAttribute> windowAttributes(const OpAttributes& a, int64_t kernel) {
    return {{"kernel_shape", std::vector<int64_t>{kernel, kernel}},
            {"strides", std::vector<int64_t>{a.stride, a.stride}},
            {"pads", std::vector<int64_t>{a.padBefore, a.padBefore, a.padAfter, a.padAfter}}};
}

// Lines that the picture has beyond what ConvTranspose would make.
Result<int64_t> outputPadding(const Dim& from, const Dim& to, const OpAttributes& a, int64_t kernel) {
    for (int64_t extra = 0; extra < a.stride; ++extra)
        if (from.plus(-1).times(a.stride).plus(kernel - a.padBefore - a.padAfter + extra) == to)
            return extra;
    return makeError(ErrorCode::Unsupported, "The transposed convolution from {} to {} has no form in ONNX.",
                     from.toString(), to.toString());
}

Value convolution(Writer& writer, const Node& node, const Node* bias) {
    const Graph& graph = writer.graph();
    const SymbolicShape& weights = graph.shape(node.inputs[1]);
    if (weights[2] != weights[3])
        return makeError(ErrorCode::Unsupported, "A kernel of {} has no form here.", toString(weights));
    const int64_t kernel = weights[2].fixedSize();
    std::vector<OnnxAttribute> attributes = windowAttributes(node.attributes, kernel);
    if (node.op == OpKind::ConvolveTransposed) {
        std::vector<int64_t> extra;
        for (const size_t axis : {size_t{2}, size_t{3}}) {
            Result<int64_t> lines =
                outputPadding(graph.shape(node.inputs[0])[axis], node.shape[axis], node.attributes, kernel);
            if (!lines)
                return std::move(lines).error();
            extra.push_back(*lines);
        }
        if (extra != std::vector<int64_t>{0, 0})
            attributes.push_back({"output_padding", extra});
    }
    std::vector<std::string> inputs = {writer.value(node.inputs[0]), writer.value(node.inputs[1])};
    if (bias != nullptr)
        inputs.push_back(writer.value(bias->inputs[0]));
    std::string hint;
    if (const Node& parameter = graph.node(node.inputs[1]); parameter.op == OpKind::Parameter)
        hint = parameter.attributes.name.substr(0, parameter.attributes.name.rfind('.'));
    return writer.node(node.op == OpKind::Convolve ? "Conv" : "ConvTranspose", inputs, attributes, hint);
}

// Nothing yet when the Add that follows makes one node of both.
Value emitConvolution(Writer& writer, const Node& node) {
    return isPartOfBiasedConvolution(writer, node) ? Value(std::string()) : convolution(writer, node, nullptr);
}

// A convolution by weights of zeros and ones between `deep` channels of a small picture and `wide` ones of the one that
// is f times as large. tap(d, w) is the place in the block at which deep channel d is wide channel w, or -1; -2: all.
template <typename Tap>
std::string fixed(Writer& writer, const Node& node, bool enlarges, const char* hint, int64_t deep, int64_t wide,
                  Tap tap) {
    const int64_t f = node.attributes.factor, area = f * f;
    std::vector<float> values(static_cast<size_t>(deep * wide * area), 0.0f);
    for (int64_t d = 0; d < deep; ++d)
        for (int64_t w = 0; w < wide; ++w)
            for (int64_t place = 0; place < area; ++place)
                if (const int64_t at = tap(d, w); at == place || at == -2)
                    values[static_cast<size_t>((d * wide + w) * area + place)] = 1.0f;
    const std::string weights = writer.weights(hint, {deep, wide, f, f}, values);
    return writer.node(enlarges ? "ConvTranspose" : "Conv", {writer.value(node.inputs[0]), weights},
                       windowAttributes({.stride = f}, f), hint);
}

Value emitShuffle(Writer& writer, const Node& node) {
    const bool enlarges = node.op == OpKind::PixelShuffle;
    const int64_t area = node.attributes.factor * node.attributes.factor;
    const int64_t deep = (enlarges ? writer.graph().shape(node.inputs[0]) : node.shape)[1].fixedSize();
    return fixed(writer, node, enlarges, enlarges ? "pixel_shuffle" : "pixel_unshuffle", deep, deep / area,
                 [area](int64_t d, int64_t w) { return d / area == w ? d % area : int64_t{-1}; });
}

Value emitBlocks(Writer& writer, const Node& node) {
    const bool enlarges = node.op == OpKind::UpsampleNearest;
    const int64_t channels = node.shape[1].fixedSize();
    return fixed(writer, node, enlarges, enlarges ? "repeat_pixels" : "sum_blocks", channels, channels,
                 [](int64_t d, int64_t w) { return d == w ? int64_t{-2} : int64_t{-1}; });
}

Value emitMaxPool(Writer& writer, const Node& node) {
    const std::vector<int64_t> block(2, node.attributes.factor);
    return writer.node("MaxPool", {writer.value(node.inputs[0])}, {{"kernel_shape", block}, {"strides", block}});
}

Value emitBilinear(Writer& writer, const Node& node) {
    const auto f = static_cast<float>(node.attributes.factor);
    return writer.node(
        "Resize", {writer.value(node.inputs[0]), "", writer.reals({1, 1, f, f})},
        {{"mode", std::string("linear")}, {"coordinate_transformation_mode", std::string("half_pixel")}});
}

Value emitPermute(Writer& writer, const Node& node) {
    const std::vector<int>& axes = node.attributes.axes;
    return writer.node("Transpose", {writer.value(node.inputs[0])},
                       {{"perm", std::vector<int64_t>(axes.begin(), axes.end())}});
}

Value emitConcat(Writer& writer, const Node& node) {
    return writer.node("Concat", {writer.value(node.inputs[0]), writer.value(node.inputs[1])},
                       {{"axis", int64_t{node.attributes.axes[0]}}});
}

Value emitSlice(Writer& writer, const Node& node) {
    const int64_t axis = node.attributes.axes[0], begin = node.attributes.begin;
    const int64_t end = begin + node.shape[static_cast<size_t>(axis)].fixedSize();
    return writer.node("Slice", {writer.value(node.inputs[0]), writer.integers({begin}), writer.integers({end}),
                                 writer.integers({axis})});
}

// ConvolveWeights and BilinearTransposed are gradients: no network that is exported has them.
constexpr std::array kPictureEmitters = {
    OnnxEmitter{OpKind::Permute, nullptr, emitPermute},
    OnnxEmitter{OpKind::Concat, nullptr, emitConcat},
    OnnxEmitter{OpKind::Slice, nullptr, emitSlice},
    OnnxEmitter{OpKind::Convolve, nullptr, emitConvolution},
    OnnxEmitter{OpKind::ConvolveTransposed, nullptr, emitConvolution},
    OnnxEmitter{OpKind::MaxPool, nullptr, emitMaxPool},
    OnnxEmitter{OpKind::SumPool, nullptr, emitBlocks},
    OnnxEmitter{OpKind::UpsampleNearest, nullptr, emitBlocks},
    OnnxEmitter{OpKind::UpsampleBilinear, nullptr, emitBilinear},
    OnnxEmitter{OpKind::PixelShuffle, nullptr, emitShuffle},
    OnnxEmitter{OpKind::PixelUnshuffle, nullptr, emitShuffle},
};

} // namespace

std::span<const OnnxEmitter> onnxPictureEmitters() {
    return kPictureEmitters;
}

std::optional<Result<std::string>> emitBiasedConvolution(OnnxGraphWriter& writer, const Node& add) {
    const std::optional<Biased> parts = biased(writer, add);
    return parts ? std::optional(convolution(writer, *parts->convolution, parts->bias)) : std::nullopt;
}

bool isPartOfBiasedConvolution(const OnnxGraphWriter& writer, const Node& node) {
    const std::vector<Node>& nodes = writer.graph().nodes();
    return std::any_of(nodes.begin(), nodes.end(), [&](const Node& user) {
        const std::optional<Biased> parts = biased(writer, user);
        return parts && (parts->convolution == &node || parts->bias == &node);
    });
}

} // namespace hourglass
