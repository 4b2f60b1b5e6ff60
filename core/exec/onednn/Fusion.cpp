#include "core/exec/onednn/Fusion.h"

#include <algorithm>
#include <queue>
#include <set>

#include "core/exec/kernels/StripProgram.h"

namespace hourglass::onednn {

namespace {

bool isView(OpKind op) {
    return op == OpKind::Reshape || op == OpKind::StopGradient;
}

// Activations that oneDNN can apply while it stores a product. Those whose gradient needs z (GELU, SiLU) are not
// absorbed where a gradient is taken: z has another consumer then.
bool isFusableActivation(OpKind op) {
    switch (op) {
    case OpKind::Relu:
    case OpKind::LeakyRelu:
    case OpKind::Elu:
    case OpKind::Sigmoid:
    case OpKind::Tanh:
    case OpKind::Gelu:
    case OpKind::Silu:
        return true;
    default:
        return false;
    }
}

class Fuser {
public:
    Fuser(const Graph& graph, const std::vector<Shape>& shapes)
        : m_graph(graph), m_shapes(shapes), m_groupOf(graph.size(), -1), m_consumers(graph.size()) {
        for (size_t i = 0; i < graph.size(); ++i)
            for (NodeId id : graph.nodes()[i].inputs)
                m_consumers[index(resolveView(graph, id))].push_back(static_cast<NodeId>(i));
        for (const auto& [name, id] : graph.outputs())
            m_isOutput.insert(resolveView(graph, id));
    }

    FusedGraph run() {
        for (size_t i = 0; i < m_graph.size(); ++i)
            if (isProduct(m_graph.nodes()[i].op))
                addProduct(static_cast<NodeId>(i));
        for (size_t i = 0; i < m_graph.size(); ++i)
            if (m_groupOf[i] < 0)
                addOther(static_cast<NodeId>(i));
        return ordered();
    }

private:
    const Node& node(NodeId id) const { return m_graph.node(id); }

    int newGroup(Group group) {
        for (NodeId id : group.nodes)
            m_groupOf[index(id)] = static_cast<int>(m_groups.size());
        m_groups.push_back(std::move(group));
        return static_cast<int>(m_groups.size()) - 1;
    }

    // The one consumer of a node that nobody else sees, if there is exactly one.
    std::optional<NodeId> onlyConsumer(NodeId id) const {
        const auto& consumers = m_consumers[index(id)];
        if (consumers.size() != 1 || m_isOutput.contains(id) || isView(node(consumers[0]).op))
            return std::nullopt;
        return consumers[0];
    }

    void addProduct(NodeId product) {
        const bool isMatMul = node(product).op == OpKind::MatMul;
        Group group{isMatMul ? Group::Kind::MatMul : Group::Kind::Convolution, {product}, {}, {}};
        std::optional<NodeId> next = onlyConsumer(product);
        if (next && node(*next).op == OpKind::Add && node(*next).inputs[0] == product && absorbBias(group, *next)) {
            group.nodes.push_back(*next);
            next = onlyConsumer(*next);
        }
        // An activation may be absorbed if nobody else needs what goes into it.
        const bool absorbs = isMatMul || node(product).op == OpKind::Convolve;
        if (next && absorbs && isFusableActivation(node(*next).op) && !feedsStripsOnly(*next)) {
            group.nodes.push_back(*next);
            group.activation = *next;
        }
        newGroup(std::move(group));
    }

    // Whether elementwise passes are all that reads a node: they compute it on their way, and store nothing of it.
    bool feedsStripsOnly(NodeId id) const {
        const auto& consumers = m_consumers[index(id)];
        return !m_isOutput.contains(id) && std::all_of(consumers.begin(), consumers.end(), [&](NodeId consumer) {
            const Node& n = node(consumer);
            const bool isFullSum = n.op == OpKind::Reduce && m_shapes[index(consumer)].rank() == 0;
            return !isView(n.op) && (isFullSum || isStripNode(n));
        });
    }

    // Of a matrix product a row, of a convolution a row spread over its places.
    bool absorbBias(Group& group, NodeId add) const {
        NodeId bias = node(add).inputs[1];
        const bool isConvolution = node(group.nodes[0]).op == OpKind::Convolve;
        if (isConvolution) {
            const Node& spread = node(bias);
            if (spread.op != OpKind::Expand || spread.attributes.axes != std::vector<int>{0, 1, 2} ||
                !spread.attributes.averageAxes.empty() || onlyConsumer(bias) != add)
                return false;
            bias = spread.inputs[0];
        } else if (group.kind != Group::Kind::MatMul) {
            return false;
        }
        const OpKind source = node(bias).op;
        if (m_shapes[index(bias)].rank() != 1 || (source != OpKind::Parameter && source != OpKind::Input))
            return false;
        if (isConvolution)
            group.nodes.push_back(node(add).inputs[1]);
        group.bias = bias;
        return true;
    }

    void addOther(NodeId id) {
        const Node& n = node(id);
        if (isView(n.op) || n.op == OpKind::Input || n.op == OpKind::Parameter)
            return;
        if (n.op == OpKind::Constant && !m_isOutput.contains(id))
            return; // written into whatever uses it
        const bool fullSum = n.op == OpKind::Reduce && m_shapes[index(id)].rank() == 0;
        if (!fullSum && !isStripNode(n)) {
            const bool reduces = n.op == OpKind::Reduce;
            expects(n.op != OpKind::Expand, "this Expand has no kernel");
            newGroup({reduces ? Group::Kind::Reduce : Group::Kind::Move, {id}, {}, {}});
            return;
        }
        int group = newGroup({Group::Kind::Strip, {id}, {}, {}});
        for (NodeId operand : n.inputs) {
            const NodeId source = resolveView(m_graph, operand);
            const int other = m_groupOf[index(source)];
            if (other >= 0 && other != group && m_groups[static_cast<size_t>(other)].kind == Group::Kind::Strip &&
                passElements(source) == passElements(id) && node(source).op != OpKind::Reduce)
                group = merge(other, group);
        }
    }

    // Elements that the strip pass of a node walks over.
    int64_t passElements(NodeId id) const {
        const Node& n = node(id);
        return n.op == OpKind::Reduce ? m_shapes[index(n.inputs[0])].elements() : m_shapes[index(id)].elements();
    }

    // Joins two strip groups unless that makes them wait for each other; returns the group that `b` is in afterwards.
    int merge(int a, int b) {
        Group& into = m_groups[static_cast<size_t>(a)];
        Group& from = m_groups[static_cast<size_t>(b)];
        if (valueCount(into, from) > StripProgram::kMaxValues || dependsThroughOthers(a, b) ||
            dependsThroughOthers(b, a))
            return b;
        into.nodes.insert(into.nodes.end(), from.nodes.begin(), from.nodes.end());
        std::sort(into.nodes.begin(), into.nodes.end());
        for (NodeId id : from.nodes)
            m_groupOf[index(id)] = a;
        from.nodes.clear();
        return a;
    }

    // Values of the pass that two groups would be together: what it computes, and what it reads by each way in which
    // that is read (as emitStrip() numbers them).
    int valueCount(const Group& a, const Group& b) const {
        std::set<NodeId> computed(a.nodes.begin(), a.nodes.end());
        computed.insert(b.nodes.begin(), b.nodes.end());
        std::set<std::tuple<NodeId, int64_t, int64_t>> read;
        for (const Group* group : {&a, &b})
            for (NodeId id : group->nodes)
                for (NodeId operand : node(id).inputs) {
                    const NodeId source = resolveView(m_graph, operand);
                    const StripAccess access = stripAccess(node(id), m_shapes[index(id)], m_shapes[index(operand)]);
                    if (node(source).op == OpKind::Constant)
                        computed.insert(source);
                    else if (!computed.contains(source))
                        read.emplace(source, access.repeat, access.period);
                }
        return static_cast<int>(computed.size() + read.size());
    }

    // Whether group `later` needs a result of group `earlier` by a way that leaves both, or needs a sum of it.
    bool dependsThroughOthers(int later, int earlier) const {
        std::set<int> seen;
        std::vector<int> open;
        const auto visit = [&](int group, bool direct) {
            for (NodeId id : m_groups[static_cast<size_t>(group)].nodes)
                for (NodeId operand : node(id).inputs) {
                    const NodeId source = resolveView(m_graph, operand);
                    const int other = m_groupOf[index(source)];
                    if (other == earlier && (!direct || node(source).op == OpKind::Reduce))
                        return true;
                    if (other >= 0 && other != earlier && other != later && seen.insert(other).second)
                        open.push_back(other);
                }
            return false;
        };
        if (visit(later, true))
            return true;
        while (!open.empty()) {
            const int group = open.back();
            open.pop_back();
            if (visit(group, false))
                return true;
        }
        return false;
    }

    // Groups in dependency order, the one whose first node comes first leading.
    FusedGraph ordered() const {
        std::vector<std::set<int>> needs(m_groups.size()), neededBy(m_groups.size());
        for (size_t g = 0; g < m_groups.size(); ++g)
            for (NodeId id : m_groups[g].nodes)
                for (NodeId operand : node(id).inputs) {
                    const int other = m_groupOf[index(resolveView(m_graph, operand))];
                    if (other >= 0 && other != static_cast<int>(g)) {
                        needs[g].insert(other);
                        neededBy[static_cast<size_t>(other)].insert(static_cast<int>(g));
                    }
                }
        using Ready = std::pair<NodeId, int>;
        std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready;
        const auto offer = [&](int g) {
            const Group& group = m_groups[static_cast<size_t>(g)];
            if (!group.nodes.empty() && needs[static_cast<size_t>(g)].empty())
                ready.emplace(group.nodes.front(), g);
        };
        for (size_t g = 0; g < m_groups.size(); ++g)
            offer(static_cast<int>(g));
        FusedGraph result{{}, std::vector<int>(m_graph.size(), -1)};
        while (!ready.empty()) {
            const int g = ready.top().second;
            ready.pop();
            for (NodeId id : m_groups[static_cast<size_t>(g)].nodes)
                result.groupOf[index(id)] = static_cast<int>(result.groups.size());
            result.groups.push_back(m_groups[static_cast<size_t>(g)]);
            for (int next : neededBy[static_cast<size_t>(g)]) {
                needs[static_cast<size_t>(next)].erase(g);
                offer(next);
            }
        }
        for (size_t g = 0; g < m_groups.size(); ++g)
            expects(needs[g].empty(), "fusion made groups wait for each other");
        return result;
    }

    const Graph& m_graph;
    const std::vector<Shape>& m_shapes;
    std::vector<Group> m_groups;
    std::vector<int> m_groupOf;
    std::vector<std::vector<NodeId>> m_consumers;
    std::set<NodeId> m_isOutput;
};

} // namespace

FusedGraph fuse(const Graph& graph, const std::vector<Shape>& shapes) {
    return Fuser(graph, shapes).run();
}

NodeId resolveView(const Graph& graph, NodeId id) {
    while (isView(graph.node(id).op))
        id = graph.node(id).inputs[0];
    return id;
}

bool isProduct(OpKind op) {
    return op == OpKind::MatMul || op == OpKind::Convolve || op == OpKind::ConvolveTransposed ||
           op == OpKind::ConvolveWeights;
}

bool isWeights(OpKind op, size_t k) {
    return k == 1 && (op == OpKind::Convolve || op == OpKind::ConvolveTransposed);
}

StripAccess stripAccess(const Node& node, const Shape& shape, const Shape& operandShape) {
    if (node.op == OpKind::Reduce || operandShape.elements() == shape.elements())
        return {};
    if (node.op != OpKind::Expand)
        return {1, operandShape.elements()};
    int64_t after = 1; // elements behind the last kept axis
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
        if (!std::count(node.attributes.axes.begin(), node.attributes.axes.end(), axis))
            break;
        after *= shape[axis];
    }
    return operandShape.elements() == 1 ? StripAccess{1, 1} : StripAccess{after, operandShape.elements()};
}

bool isStripNode(const Node& node) {
    if (node.op == OpKind::Constant)
        return true;
    if (node.op != OpKind::Expand)
        return info(node.op).elementwise;
    // The kept axes must lie side by side for one (repeat, period) to describe the reading.
    const auto& axes = node.attributes.axes;
    int runsOfKeptAxes = 0;
    bool previousKept = false;
    for (int axis = 0; axis < static_cast<int>(node.shape.size()); ++axis) {
        const bool kept = std::count(axes.begin(), axes.end(), axis) == 0;
        runsOfKeptAxes += kept && !previousKept ? 1 : 0;
        previousKept = kept;
    }
    return runsOfKeptAxes <= 1;
}

} // namespace hourglass::onednn
