#include "core/io/exporters/OnnxEmitters.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hourglass {

namespace {

using Writer = OnnxGraphWriter;
using Value = Result<std::string>;

// "encoder.0" for a parameter "encoder.0.weight".
std::string layerName(const Graph& graph, NodeId parameter) {
    const std::string& name = graph.node(parameter).attributes.name;
    return name.substr(0, name.rfind('.'));
}

bool isParameter(const Graph& graph, NodeId id) {
    return graph.node(id).op == OpKind::Parameter;
}

// MatMul(x, W) + b with parameters W and b, the product used nowhere else: one Gemm. Returns the product.
std::optional<NodeId> linearProduct(const Writer& writer, const Node& add) {
    const Graph& graph = writer.graph();
    const NodeId product = add.inputs[0], bias = add.inputs[1];
    const bool isOutput = std::any_of(graph.outputs().begin(), graph.outputs().end(),
                                      [&](const auto& output) { return output.second == product; });
    const bool fits = !isOutput && graph.node(product).op == OpKind::MatMul && writer.uses(product) == 1 &&
                      isParameter(graph, bias) && isParameter(graph, graph.node(product).inputs[1]) &&
                      graph.shape(bias) == SymbolicShape{graph.shape(product)[1]};
    return fits ? std::optional(product) : std::nullopt;
}

std::string gemm(Writer& writer, const Node& product, const std::string* bias, const std::string& hint) {
    std::vector<std::string> inputs = {writer.value(product.inputs[0]), writer.value(product.inputs[1])};
    std::vector<OnnxAttribute> attributes = {{"alpha", 1.0f},
                                             {"transA", int64_t{product.attributes.transposeA}},
                                             {"transB", int64_t{product.attributes.transposeB}}};
    if (bias != nullptr) {
        inputs.push_back(*bias);
        attributes.push_back({"beta", 1.0f});
    }
    return writer.node("Gemm", inputs, attributes, hint);
}

Value emitConstant(Writer& writer, const Node& node) {
    return writer.scalar(node.attributes.alpha);
}

// Nothing yet when the Add that follows makes a Gemm of both.
Value emitMatMul(Writer& writer, const Node& node) {
    for (const Node& user : writer.graph().nodes())
        if (user.op == OpKind::Add && &writer.graph().node(user.inputs[0]) == &node && linearProduct(writer, user))
            return std::string();
    return gemm(writer, node, nullptr, "");
}

Value emitAdd(Writer& writer, const Node& node) {
    if (std::optional<Value> convolution = emitBiasedConvolution(writer, node))
        return *std::move(convolution);
    const std::string& second = writer.value(node.inputs[1]);
    if (const std::optional<NodeId> product = linearProduct(writer, node))
        return gemm(writer, writer.graph().node(*product), &second,
                    layerName(writer.graph(), writer.graph().node(*product).inputs[1]));
    return writer.node("Add", {writer.value(node.inputs[0]), second});
}

Value emitAffine(Writer& writer, const Node& node) {
    std::string x = writer.value(node.inputs[0]);
    if (node.attributes.alpha != 1.0 || node.attributes.beta == 0.0)
        x = writer.node("Mul", {x, writer.scalar(node.attributes.alpha)});
    return node.attributes.beta == 0.0 ? x : writer.node("Add", {x, writer.scalar(node.attributes.beta)});
}

Value emitSquare(Writer& writer, const Node& node) {
    return writer.node("Mul", {writer.value(node.inputs[0]), writer.value(node.inputs[0])});
}

Value emitStep(Writer& writer, const Node& node) {
    const std::string above = writer.node("Greater", {writer.value(node.inputs[0]), writer.scalar(0.0)});
    return writer.node("Cast", {above}, {{"to", int64_t{onnx::TensorProto::FLOAT}}});
}

Value emitClamp(Writer& writer, const Node& node) {
    return writer.node("Clip", {writer.value(node.inputs[0]), writer.scalar(node.attributes.alpha),
                                writer.scalar(node.attributes.beta)});
}

Value emitLeakyRelu(Writer& writer, const Node& node) {
    return writer.node("LeakyRelu", {writer.value(node.inputs[0])},
                       {{"alpha", static_cast<float>(node.attributes.alpha)}});
}

Value emitElu(Writer& writer, const Node& node) {
    return writer.node("Elu", {writer.value(node.inputs[0])}, {{"alpha", static_cast<float>(node.attributes.alpha)}});
}

// x Φ(x) = x · (1 + erf(x / √2)) / 2
Value emitGelu(Writer& writer, const Node& node) {
    const std::string& x = writer.value(node.inputs[0]);
    const std::string erf = writer.node("Erf", {writer.node("Mul", {x, writer.scalar(std::sqrt(0.5))})});
    const std::string twice = writer.node("Mul", {x, writer.node("Add", {erf, writer.scalar(1.0)})});
    return writer.node("Mul", {twice, writer.scalar(0.5)});
}

Value emitSilu(Writer& writer, const Node& node) {
    const std::string& x = writer.value(node.inputs[0]);
    return writer.node("Mul", {x, writer.node("Sigmoid", {x})});
}

// The sum over the axes that are not averaged, then the mean over those that are.
Value emitReduce(Writer& writer, const Node& node) {
    const std::vector<int>&axes = node.attributes.axes, &averaged = node.attributes.averageAxes;
    std::vector<int64_t> summed, meant;
    for (int axis : axes)
        if (std::find(averaged.begin(), averaged.end(), axis) == averaged.end())
            summed.push_back(axis);
    for (int axis : averaged) // as numbered once the summed ones are gone
        meant.push_back(axis - std::count_if(summed.begin(), summed.end(), [&](int64_t s) { return s < axis; }));
    std::string x = writer.value(node.inputs[0]);
    if (!summed.empty())
        x = writer.node("ReduceSum", {x, writer.integers(summed)}, {{"keepdims", int64_t{0}}});
    if (!meant.empty())
        x = writer.node("ReduceMean", {x}, {{"axes", meant}, {"keepdims", int64_t{0}}});
    return axes.empty() ? writer.node("Identity", {x}) : x;
}

// Sizes 1 put in, copied by Expand; a symbolic size that is already there stays ("1" in Expand's shape means that).
Value emitExpand(Writer& writer, const Node& node) {
    if (isPartOfBiasedConvolution(writer, node))
        return std::string();
    const SymbolicShape& to = node.shape;
    SymbolicShape with = to;
    std::vector<int64_t> sizes(to.size(), 1);
    double factor = 1.0;
    for (int axis : node.attributes.axes) {
        const auto place = static_cast<size_t>(axis);
        if (!to[place].isFixed())
            return makeError(ErrorCode::Unsupported, "The copies along {} of {} have no form in ONNX.",
                             to[place].toString(), toString(to));
        with[place] = 1;
        sizes[place] = to[place].fixedSize();
    }
    for (int axis : node.attributes.averageAxes)
        factor /= static_cast<double>(to[static_cast<size_t>(axis)].fixedSize());
    Value x = writer.reshape(writer.value(node.inputs[0]), writer.graph().shape(node.inputs[0]), with);
    if (!x)
        return x;
    const std::string expanded = writer.node("Expand", {*x, writer.integers(sizes)});
    return factor == 1.0 ? expanded : writer.node("Mul", {expanded, writer.scalar(factor)});
}

Value emitReshape(Writer& writer, const Node& node) {
    return writer.reshape(writer.value(node.inputs[0]), writer.graph().shape(node.inputs[0]), node.shape);
}

constexpr std::array kEmitters = {
    OnnxEmitter{OpKind::Constant, nullptr, emitConstant},
    OnnxEmitter{OpKind::MatMul, nullptr, emitMatMul},
    OnnxEmitter{OpKind::Add, nullptr, emitAdd},
    OnnxEmitter{OpKind::Subtract, "Sub"},
    OnnxEmitter{OpKind::Multiply, "Mul"},
    OnnxEmitter{OpKind::Divide, "Div"},
    OnnxEmitter{OpKind::Affine, nullptr, emitAffine},
    OnnxEmitter{OpKind::Square, nullptr, emitSquare},
    OnnxEmitter{OpKind::Sqrt, "Sqrt"},
    OnnxEmitter{OpKind::Exp, "Exp"},
    OnnxEmitter{OpKind::Log, "Log"},
    OnnxEmitter{OpKind::Abs, "Abs"},
    OnnxEmitter{OpKind::Sign, "Sign"},
    OnnxEmitter{OpKind::Step, nullptr, emitStep},
    OnnxEmitter{OpKind::Clamp, nullptr, emitClamp},
    OnnxEmitter{OpKind::Erf, "Erf"},
    OnnxEmitter{OpKind::Softplus, "Softplus"},
    OnnxEmitter{OpKind::Sigmoid, "Sigmoid"},
    OnnxEmitter{OpKind::Tanh, "Tanh"},
    OnnxEmitter{OpKind::Relu, "Relu"},
    OnnxEmitter{OpKind::LeakyRelu, nullptr, emitLeakyRelu},
    OnnxEmitter{OpKind::Elu, nullptr, emitElu},
    OnnxEmitter{OpKind::Gelu, nullptr, emitGelu},
    OnnxEmitter{OpKind::Silu, nullptr, emitSilu},
    OnnxEmitter{OpKind::StopGradient, "Identity"},
    OnnxEmitter{OpKind::Reduce, nullptr, emitReduce},
    OnnxEmitter{OpKind::Expand, nullptr, emitExpand},
    OnnxEmitter{OpKind::Reshape, nullptr, emitReshape},
};

} // namespace

const OnnxEmitter* findOnnxEmitter(OpKind op) {
    for (const std::span<const OnnxEmitter> rows : {std::span<const OnnxEmitter>(kEmitters), onnxPictureEmitters()})
        for (const OnnxEmitter& row : rows)
            if (row.op == op)
                return &row;
    return nullptr;
}

} // namespace hourglass
