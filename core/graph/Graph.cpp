#include "core/graph/Graph.h"

#include <algorithm>
#include <numeric>

namespace hourglass {

NodeId Graph::append(OpKind op, std::vector<NodeId> inputs, OpAttributes attributes) {
    expects(static_cast<int>(inputs.size()) == info(op).arity, "{} takes {} inputs, got {}", info(op).name,
            info(op).arity, inputs.size());
    for (NodeId id : inputs)
        expects(index(id) < m_nodes.size(), "{} uses node {} of {}", info(op).name, index(id), m_nodes.size());
    SymbolicShape shape = inferShape(*this, op, inputs, attributes);
    m_nodes.push_back({op, std::move(inputs), std::move(attributes), std::move(shape)});
    return static_cast<NodeId>(m_nodes.size() - 1);
}

NodeId Graph::input(std::string name, SymbolicShape shape) {
    return append(OpKind::Input, {}, {.shape = std::move(shape), .name = std::move(name)});
}

NodeId Graph::parameter(std::string name, SymbolicShape shape, Initialisation initialisation) {
    for (NodeId id : parameters()) {
        const OpAttributes& known = node(id).attributes;
        if (known.name != name)
            continue;
        expects(known.shape == shape && known.initialisation == initialisation, "two parameters are called {}", name);
        return id;
    }
    return append(OpKind::Parameter, {},
                  {.shape = std::move(shape), .name = std::move(name), .initialisation = initialisation});
}

NodeId Graph::constant(double value) {
    return append(OpKind::Constant, {}, {.alpha = value});
}

NodeId Graph::matMul(NodeId a, NodeId b, bool transposeA, bool transposeB) {
    return append(OpKind::MatMul, {a, b}, {.transposeA = transposeA, .transposeB = transposeB});
}

NodeId Graph::affine(NodeId x, double factor, double offset) {
    return append(OpKind::Affine, {x}, {.alpha = factor, .beta = offset});
}

NodeId Graph::clamp(NodeId x, double low, double high) {
    return append(OpKind::Clamp, {x}, {.alpha = low, .beta = high});
}

NodeId Graph::unary(OpKind op, NodeId x, double alpha) {
    return append(op, {x}, {.alpha = alpha});
}

NodeId Graph::reduce(NodeId x, std::vector<int> axes, std::vector<int> averageAxes) {
    return append(OpKind::Reduce, {x}, {.axes = std::move(axes), .averageAxes = std::move(averageAxes)});
}

NodeId Graph::reduceAll(NodeId x, std::vector<int> averageAxes) {
    std::vector<int> axes(shape(x).size());
    std::iota(axes.begin(), axes.end(), 0);
    return reduce(x, std::move(axes), std::move(averageAxes));
}

NodeId Graph::expand(NodeId x, std::vector<int> axes, SymbolicShape shape, std::vector<int> averageAxes) {
    return append(OpKind::Expand, {x},
                  {.axes = std::move(axes), .averageAxes = std::move(averageAxes), .shape = std::move(shape)});
}

NodeId Graph::reshape(NodeId x, SymbolicShape shape) {
    return append(OpKind::Reshape, {x}, {.shape = std::move(shape)});
}

NodeId Graph::permute(NodeId x, std::vector<int> axes) {
    return append(OpKind::Permute, {x}, {.axes = std::move(axes)});
}

NodeId Graph::concat(NodeId a, NodeId b, int axis) {
    return append(OpKind::Concat, {a, b}, {.axes = {axis}});
}

NodeId Graph::slice(NodeId x, int axis, int64_t begin, Dim count) {
    SymbolicShape part = shape(x);
    part.at(static_cast<size_t>(axis)) = count;
    return append(OpKind::Slice, {x}, {.axes = {axis}, .begin = begin, .shape = std::move(part)});
}

NodeId Graph::convolve(NodeId x, NodeId weights, const Window& window) {
    return append(OpKind::Convolve, {x, weights},
                  {.stride = window.stride, .padBefore = window.padBefore, .padAfter = window.padAfter});
}

NodeId Graph::convolveTransposed(NodeId y, NodeId weights, const Window& window, SymbolicShape shape) {
    return append(OpKind::ConvolveTransposed, {y, weights},
                  {.stride = window.stride,
                   .padBefore = window.padBefore,
                   .padAfter = window.padAfter,
                   .shape = std::move(shape)});
}

NodeId Graph::convolveWeights(NodeId x, NodeId y, const Window& window, SymbolicShape shape) {
    return append(OpKind::ConvolveWeights, {x, y},
                  {.stride = window.stride,
                   .padBefore = window.padBefore,
                   .padAfter = window.padAfter,
                   .shape = std::move(shape)});
}

NodeId Graph::scaled(OpKind op, NodeId x, int64_t factor) {
    return append(op, {x}, {.factor = factor});
}

const Node& Graph::node(NodeId id) const {
    expects(index(id) < m_nodes.size(), "node {} of {}", index(id), m_nodes.size());
    return m_nodes[index(id)];
}

NodeId Graph::output(const std::string& name) const {
    const auto it = m_outputs.find(name);
    expects(it != m_outputs.end(), "the graph has no output '{}'", name);
    return it->second;
}

std::vector<NodeId> Graph::nodesOf(OpKind kind) const {
    std::vector<NodeId> ids;
    for (size_t i = 0; i < m_nodes.size(); ++i)
        if (m_nodes[i].op == kind)
            ids.push_back(static_cast<NodeId>(i));
    return ids;
}

Graph Graph::pruned(const std::vector<std::string>& outputNames) const {
    std::vector<bool> needed(m_nodes.size(), false);
    for (const std::string& name : outputNames)
        needed[index(output(name))] = true;
    for (size_t i = m_nodes.size(); i-- > 0;)
        if (needed[i])
            for (NodeId id : m_nodes[i].inputs)
                needed[index(id)] = true;

    Graph result;
    std::vector<NodeId> moved(m_nodes.size());
    for (size_t i = 0; i < m_nodes.size(); ++i) {
        if (!needed[i])
            continue;
        Node node = m_nodes[i];
        for (NodeId& id : node.inputs)
            id = moved[index(id)];
        moved[i] = static_cast<NodeId>(result.m_nodes.size());
        result.m_nodes.push_back(std::move(node));
    }
    for (const std::string& name : outputNames)
        result.m_outputs[name] = moved[index(output(name))];
    return result;
}

uint64_t Graph::fingerprint() const {
    std::string text;
    for (const Node& node : m_nodes) {
        const OpAttributes& a = node.attributes;
        text +=
            fmt::format("{}|{}|{}|{}{}|{}|{}|{}|{}|{}|{}|{}|{}|{};", info(node.op).name, a.alpha, a.beta, a.transposeA,
                        a.transposeB, fmt::join(a.axes, ","), fmt::join(a.averageAxes, ","), a.stride, a.padBefore,
                        a.padAfter, a.factor, a.begin + (a.channelsLast ? 1 << 20 : 0), a.name, toString(node.shape));
        for (NodeId id : node.inputs)
            text += std::to_string(index(id)) + ",";
    }
    for (const auto& [name, id] : m_outputs)
        text += fmt::format("{}={};", name, index(id));
    uint64_t hash = 14695981039346656037ULL; // FNV-1a
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return hash;
}

} // namespace hourglass
