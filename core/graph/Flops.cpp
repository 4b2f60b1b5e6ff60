#include "core/graph/Flops.h"

namespace hourglass {

int64_t productFlops(const Graph& whole, const SymbolSizes& sizes) {
    std::vector<std::string> names;
    for (const auto& [name, id] : whole.outputs())
        names.push_back(name);
    const Graph graph = whole.pruned(names);
    const auto shapeOf = [&](NodeId id) { return evaluate(graph.shape(id), sizes).value(); };
    // Of a convolution between a picture and the smaller y: every place of y meets every weight.
    const auto convolution = [&](NodeId y, const Shape& weights) {
        const Shape places = shapeOf(y);
        return 2 * places[0] * places[2] * places[3] * weights.elements();
    };
    int64_t flops = 0;
    for (size_t i = 0; i < graph.size(); ++i) {
        const Node& node = graph.nodes()[i];
        const auto id = static_cast<NodeId>(i);
        switch (node.op) {
        case OpKind::MatMul:
            flops += 2 * shapeOf(node.inputs[0]).elements() * shapeOf(id)[1];
            break;
        case OpKind::Convolve:
            flops += convolution(id, shapeOf(node.inputs[1]));
            break;
        case OpKind::ConvolveTransposed:
            flops += convolution(node.inputs[0], shapeOf(node.inputs[1]));
            break;
        case OpKind::ConvolveWeights:
            flops += convolution(node.inputs[1], shapeOf(id));
            break;
        default:
            break;
        }
    }
    return flops;
}

} // namespace hourglass
