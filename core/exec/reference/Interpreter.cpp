#include "core/exec/reference/Interpreter.h"

namespace hourglass::reference {

std::map<std::string, Array> evaluate(const Graph& whole, const SymbolSizes& sizes,
                                      const std::map<std::string, std::vector<double>>& values) {
    std::vector<std::string> names;
    for (const auto& [name, id] : whole.outputs())
        names.push_back(name);
    const Graph graph = whole.pruned(names);

    std::vector<Array> results;
    results.reserve(graph.size());
    for (const Node& node : graph.nodes()) {
        const Shape shape = hourglass::evaluate(node.shape, sizes).value();
        if (node.op == OpKind::Input || node.op == OpKind::Parameter) {
            const auto it = values.find(node.attributes.name);
            expects(it != values.end(), "no value for '{}'", node.attributes.name);
            expects(static_cast<int64_t>(it->second.size()) == shape.elements(), "{} values for '{}' {}",
                    it->second.size(), node.attributes.name, shape.toString());
            results.push_back({shape, it->second});
            continue;
        }
        std::vector<const Array*> inputs;
        for (NodeId id : node.inputs)
            inputs.push_back(&results[index(id)]);
        results.push_back(apply(node, shape, inputs));
    }

    std::map<std::string, Array> outputs;
    for (const auto& [name, id] : graph.outputs())
        outputs[name] = results[index(id)];
    return outputs;
}

} // namespace hourglass::reference
