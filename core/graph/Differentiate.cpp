#include "core/graph/Differentiate.h"

namespace hourglass {

std::vector<NodeId> differentiate(Graph& graph, NodeId loss, std::span<const NodeId> with) {
    expects(graph.shape(loss).empty(), "only a scalar has a gradient, not {}", toString(graph.shape(loss)));
    const size_t count = index(loss) + 1;

    // Only nodes between `with` and the loss take part.
    std::vector<bool> reached(graph.size(), false);
    for (NodeId id : with)
        reached[index(id)] = true;
    for (size_t i = 0; i < count; ++i)
        for (NodeId id : graph.nodes()[i].inputs)
            if (reached[index(id)] && info(graph.nodes()[i].op).gradient != GradientKind::None)
                reached[i] = true;

    std::vector<std::optional<NodeId>> gradients(graph.size());
    if (reached[index(loss)])
        gradients[index(loss)] = graph.constant(1.0);
    for (size_t i = count; i-- > 0;) {
        if (!gradients[i] || !reached[i] || graph.nodes()[i].inputs.empty())
            continue;
        const std::vector<NodeId> inputs = graph.nodes()[i].inputs;
        const auto parts = gradientRule(graph, static_cast<NodeId>(i), *gradients[i]);
        for (size_t k = 0; k < inputs.size(); ++k) {
            if (!parts[k] || !reached[index(inputs[k])])
                continue;
            std::optional<NodeId>& sum = gradients[index(inputs[k])];
            sum = sum ? graph.add(*sum, *parts[k]) : *parts[k];
        }
    }

    std::vector<NodeId> result;
    for (NodeId id : with) {
        const SymbolicShape shape = graph.shape(id);
        std::vector<int> axes(shape.size());
        for (size_t i = 0; i < axes.size(); ++i)
            axes[i] = static_cast<int>(i);
        result.push_back(gradients[index(id)] ? *gradients[index(id)] : graph.expand(graph.constant(0.0), axes, shape));
    }
    return result;
}

} // namespace hourglass
