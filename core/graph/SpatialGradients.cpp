// Gradients of the ops that move elements between places. All but MaxPool are linear: each goes back by its adjoint.

#include "core/graph/Rules.h"

namespace hourglass {

namespace {

Window windowOf(const OpAttributes& a) {
    return {a.stride, a.padBefore, a.padAfter};
}

NodeId zeros(Graph& graph, SymbolicShape shape) {
    std::vector<int> axes(shape.size());
    for (size_t i = 0; i < axes.size(); ++i)
        axes[i] = static_cast<int>(i);
    return graph.expand(graph.constant(0.0), std::move(axes), std::move(shape));
}

// Zeros around g on one axis, so that it is `wanted` long and begins at `before`.
NodeId padded(Graph& graph, NodeId g, int axis, int64_t before, int64_t wanted) {
    SymbolicShape shape = graph.shape(g);
    Dim& size = shape[static_cast<size_t>(axis)];
    const int64_t behind = wanted - before - size.fixedSize();
    if (before > 0) {
        size = before;
        g = graph.concat(zeros(graph, shape), g, axis);
    }
    if (behind > 0) {
        size = behind;
        g = graph.concat(g, zeros(graph, shape), axis);
    }
    return g;
}

// Symbolic sizes always do: what is multiplied again must have been divided evenly (Dim.h).
bool fillsBlocks(const Dim& size, int64_t factor) {
    return !size.isFixed() || size.fixedSize() % factor == 0;
}
// The lines of x that do, and a gradient of those with zeros for the rest.
NodeId wholeBlocks(Graph& graph, NodeId x, int64_t factor) {
    for (const int axis : {2, 3})
        if (const Dim size = graph.shape(x)[static_cast<size_t>(axis)]; !fillsBlocks(size, factor))
            x = graph.slice(x, axis, 0, size.dividedBy(factor).times(factor));
    return x;
}
NodeId withRest(Graph& graph, NodeId g, const SymbolicShape& shape, int64_t factor) {
    for (const int axis : {2, 3})
        if (const Dim& size = shape[static_cast<size_t>(axis)]; !fillsBlocks(size, factor))
            g = padded(graph, g, axis, 0, size.fixedSize());
    return g;
}

// To each element that is its block's largest (of equals, to all: they differ almost everywhere).
NodeId maxPoolGradient(Graph& graph, const Node& node, NodeId y, NodeId g) {
    const int64_t f = node.attributes.factor;
    const NodeId x = wholeBlocks(graph, node.inputs[0], f);
    const NodeId below = graph.subtract(graph.scaled(OpKind::UpsampleNearest, y, f), x);
    const NodeId isLargest = graph.affine(graph.unary(OpKind::Step, below), -1.0, 1.0);
    return graph.multiply(graph.scaled(OpKind::UpsampleNearest, g, f), isLargest);
}

std::vector<int> inverse(const std::vector<int>& axes) {
    std::vector<int> result(axes.size());
    for (size_t i = 0; i < axes.size(); ++i)
        result[static_cast<size_t>(axes[i])] = static_cast<int>(i);
    return result;
}

} // namespace

std::vector<std::optional<NodeId>> spatialGradient(Graph& graph, NodeId id, NodeId g) {
    const Node node = graph.node(id); // a copy: appending moves the nodes
    const OpAttributes& a = node.attributes;
    const auto shape = [&](size_t i) { return graph.shape(node.inputs[i]); };
    switch (node.op) {
    case OpKind::Permute:
        return {graph.permute(g, inverse(a.axes))};
    case OpKind::Concat: {
        const Dim first = shape(0)[static_cast<size_t>(a.axes[0])], second = shape(1)[static_cast<size_t>(a.axes[0])];
        return {graph.slice(g, a.axes[0], 0, first), graph.slice(g, a.axes[0], first.fixedSize(), second)};
    }
    case OpKind::Slice:
        return {padded(graph, g, a.axes[0], a.begin, shape(0)[static_cast<size_t>(a.axes[0])].fixedSize())};
    case OpKind::Convolve:
        return {graph.convolveTransposed(g, node.inputs[1], windowOf(a), shape(0)),
                graph.convolveWeights(node.inputs[0], g, windowOf(a), shape(1))};
    case OpKind::ConvolveTransposed:
        return {graph.convolve(g, node.inputs[1], windowOf(a)),
                graph.convolveWeights(g, node.inputs[0], windowOf(a), shape(1))};
    case OpKind::ConvolveWeights:
        return {graph.convolveTransposed(node.inputs[1], g, windowOf(a), shape(0)),
                graph.convolve(node.inputs[0], g, windowOf(a))};
    case OpKind::MaxPool:
        return {withRest(graph, maxPoolGradient(graph, node, id, g), shape(0), a.factor)};
    case OpKind::SumPool:
        return {withRest(graph, graph.scaled(OpKind::UpsampleNearest, g, a.factor), shape(0), a.factor)};
    case OpKind::UpsampleNearest:
        return {graph.scaled(OpKind::SumPool, g, a.factor)};
    case OpKind::UpsampleBilinear:
        return {graph.scaled(OpKind::BilinearTransposed, g, a.factor)};
    case OpKind::BilinearTransposed:
        return {graph.scaled(OpKind::UpsampleBilinear, g, a.factor)};
    case OpKind::PixelShuffle:
        return {graph.scaled(OpKind::PixelUnshuffle, g, a.factor)};
    case OpKind::PixelUnshuffle:
        return {graph.scaled(OpKind::PixelShuffle, g, a.factor)};
    default:
        throw ContractError(fmt::format("no derivative is written for {}", info(node.op).name));
    }
}

} // namespace hourglass
