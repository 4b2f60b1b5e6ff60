// The derivative of each op, written once as a graph of ops. y is the node itself, g = ∂L/∂y; where the derivative can
// be said in y (ReLU, ELU, sigmoid, tanh, …) it is, so that z need not be kept.

#include <numbers>

#include "core/graph/Differentiate.h"
#include "core/graph/Rules.h"

namespace hourglass {

namespace {

// Sums a gradient over the leading axes along which an input was broadcast.
NodeId sumToShape(Graph& graph, NodeId gradient, const SymbolicShape& shape) {
    const size_t extra = graph.shape(gradient).size() - shape.size();
    if (extra == 0)
        return gradient;
    std::vector<int> axes(extra);
    for (size_t i = 0; i < extra; ++i)
        axes[i] = static_cast<int>(i);
    return graph.reduce(gradient, std::move(axes));
}

std::vector<std::optional<NodeId>> matMulGradient(Graph& graph, const Node& node, NodeId g) {
    const NodeId a = node.inputs[0], b = node.inputs[1];
    const bool ta = node.attributes.transposeA, tb = node.attributes.transposeB;
    const NodeId gradA = ta ? graph.matMul(b, g, tb, true) : graph.matMul(g, b, false, !tb);
    const NodeId gradB = tb ? graph.matMul(g, a, true, ta) : graph.matMul(a, g, !ta, false);
    return {gradA, gradB};
}

std::vector<std::optional<NodeId>> binaryGradient(Graph& graph, const Node& node, NodeId y, NodeId g) {
    const NodeId a = node.inputs[0], b = node.inputs[1];
    const SymbolicShape shapeA = graph.shape(a), shapeB = graph.shape(b);
    NodeId gradA = g, gradB = g;
    switch (node.op) {
    case OpKind::Subtract:
        gradB = graph.scale(g, -1.0);
        break;
    case OpKind::Multiply:
        gradA = graph.multiply(g, b);
        gradB = graph.multiply(g, a);
        break;
    case OpKind::Divide:
        gradA = graph.divide(g, b);
        gradB = graph.scale(graph.divide(graph.multiply(g, y), b), -1.0);
        break;
    default:
        break;
    }
    return {sumToShape(graph, gradA, shapeA), sumToShape(graph, gradB, shapeB)};
}

// dy/dx as a node, or nothing where it is zero almost everywhere.
std::optional<NodeId> derivative(Graph& graph, const Node& node, NodeId y) {
    const NodeId x = node.inputs[0];
    const double alpha = node.attributes.alpha, beta = node.attributes.beta;
    switch (node.op) {
    case OpKind::Square:
        return graph.scale(x, 2.0);
    case OpKind::Sqrt:
        return graph.divide(graph.constant(0.5), y);
    case OpKind::Exp:
        return y;
    case OpKind::Log:
        return graph.divide(graph.constant(1.0), x);
    case OpKind::Abs:
        return graph.unary(OpKind::Sign, x);
    case OpKind::Clamp: // inside both bounds
        return graph.multiply(graph.unary(OpKind::Step, graph.affine(x, 1.0, -alpha)),
                              graph.unary(OpKind::Step, graph.affine(x, -1.0, beta)));
    case OpKind::Erf: // 2/√π e^(−x²)
        return graph.scale(graph.unary(OpKind::Exp, graph.scale(graph.unary(OpKind::Square, x), -1.0)),
                           2.0 * std::numbers::inv_sqrtpi);
    case OpKind::Softplus:
        return graph.unary(OpKind::Sigmoid, x);
    case OpKind::Sigmoid: // y − y²
        return graph.subtract(y, graph.unary(OpKind::Square, y));
    case OpKind::Tanh: // 1 − y²
        return graph.affine(graph.unary(OpKind::Square, y), -1.0, 1.0);
    case OpKind::Relu:
        return graph.unary(OpKind::Step, y);
    case OpKind::LeakyRelu:
        return graph.affine(graph.unary(OpKind::Step, y), 1.0 - alpha, alpha);
    case OpKind::Elu: // 1 above zero, y + α below
        return graph.add(graph.multiply(graph.unary(OpKind::Step, y), graph.affine(y, -1.0, 1.0 - alpha)),
                         graph.affine(y, 1.0, alpha));
    case OpKind::Gelu: { // Φ(x) + x φ(x)
        const NodeId cdf = graph.affine(graph.unary(OpKind::Erf, graph.scale(x, 1.0 / std::numbers::sqrt2)), 0.5, 0.5);
        const NodeId pdf = graph.scale(graph.unary(OpKind::Exp, graph.scale(graph.unary(OpKind::Square, x), -0.5)),
                                       std::numbers::inv_sqrtpi / std::numbers::sqrt2);
        return graph.add(cdf, graph.multiply(x, pdf));
    }
    case OpKind::Silu: { // s + y (1 − s)
        const NodeId s = graph.unary(OpKind::Sigmoid, x);
        return graph.add(s, graph.multiply(y, graph.affine(s, -1.0, 1.0)));
    }
    case OpKind::Sign:
    case OpKind::Step:
    case OpKind::StopGradient:
        return std::nullopt;
    default:
        throw ContractError(fmt::format("no derivative is written for {}", info(node.op).name));
    }
}

} // namespace

std::vector<std::optional<NodeId>> gradientRule(Graph& graph, NodeId id, NodeId g) {
    const Node node = graph.node(id); // a copy: appending moves the nodes
    switch (node.op) {
    case OpKind::MatMul:
        return matMulGradient(graph, node, g);
    case OpKind::Reduce:
        return {graph.expand(g, node.attributes.axes, graph.shape(node.inputs[0]), node.attributes.averageAxes)};
    case OpKind::Expand:
        return {graph.reduce(g, node.attributes.axes, node.attributes.averageAxes)};
    case OpKind::Reshape:
        return {graph.reshape(g, graph.shape(node.inputs[0]))};
    case OpKind::Affine:
        return {node.attributes.alpha == 1.0 ? g : graph.scale(g, node.attributes.alpha)};
    default:
        break;
    }
    if (!info(node.op).elementwise)
        return spatialGradient(graph, id, g);
    if (info(node.op).arity == 2)
        return binaryGradient(graph, node, id, g);
    const std::optional<NodeId> slope = derivative(graph, node, id);
    return {slope ? std::optional(graph.multiply(g, *slope)) : std::nullopt};
}

} // namespace hourglass
