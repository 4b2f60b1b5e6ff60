#include "core/exec/onednn/ChannelsLast.h"

#include <algorithm>

namespace hourglass::onednn {

namespace {

const std::vector<int> kToLast = {0, 2, 3, 1}, kToFirst = {0, 3, 1, 2};

SymbolicShape toLast(const SymbolicShape& s) {
    return {s[0], s[2], s[3], s[1]};
}

// Where an axis of [N, C, H, W] is in [N, H, W, C].
int lastAxis(int axis) {
    return axis == 0 ? 0 : axis == 1 ? 3 : axis - 1;
}

bool isPictureOp(OpKind op) {
    switch (op) {
    case OpKind::Concat:
    case OpKind::Slice:
    case OpKind::Convolve:
    case OpKind::ConvolveTransposed:
    case OpKind::ConvolveWeights:
    case OpKind::MaxPool:
    case OpKind::SumPool:
    case OpKind::UpsampleNearest:
    case OpKind::UpsampleBilinear:
    case OpKind::BilinearTransposed:
    case OpKind::PixelShuffle:
    case OpKind::PixelUnshuffle:
        return true;
    default:
        return false;
    }
}

class Rewriter {
public:
    explicit Rewriter(const Graph& graph) : m_graph(graph), m_forms(graph.size()) {}

    Graph run() {
        for (size_t i = 0; i < m_graph.size(); ++i)
            rewrite(static_cast<NodeId>(i));
        for (const auto& [name, id] : m_graph.outputs())
            m_result.setOutput(name, first(id));
        std::vector<std::string> names;
        for (const auto& [name, id] : m_graph.outputs())
            names.push_back(name);
        return m_result.pruned(names);
    }

private:
    // A node in the new graph, in the orders in which it is there so far.
    struct Forms {
        std::optional<NodeId> first, last;
    };

    Forms& formsOf(NodeId id) { return m_forms[index(id)]; }
    bool isPicture(NodeId id) const { return m_graph.shape(id).size() == 4; }

    // A single channel or a single pixel lies the same in both orders.
    static bool sameInBoth(const SymbolicShape& s) { return s[1] == Dim(1) || (s[2] == Dim(1) && s[3] == Dim(1)); }

    NodeId first(NodeId id) {
        Forms& forms = formsOf(id);
        if (!forms.first)
            forms.first = sameInBoth(m_graph.shape(id)) ? m_result.reshape(*forms.last, m_graph.shape(id))
                                                        : m_result.permute(*forms.last, kToFirst);
        return *forms.first;
    }
    NodeId last(NodeId id) {
        Forms& forms = formsOf(id);
        if (!forms.last)
            forms.last = sameInBoth(m_graph.shape(id)) ? m_result.reshape(*forms.first, toLast(m_graph.shape(id)))
                                                       : m_result.permute(*forms.first, kToLast);
        return *forms.last;
    }

    void rewrite(NodeId id) {
        const Node& node = m_graph.node(id);
        if (isPictureOp(node.op) && isPicture(id))
            return rewritePictureOp(id, node);
        if (info(node.op).elementwise && isPicture(id) && wantsLast(node))
            return keep(id, node, true);
        if (node.op == OpKind::Expand && isPicture(id) && keptInOrder(node.attributes.axes)) {
            OpAttributes attributes = inLastOrder(node.attributes);
            attributes.shape = toLast(attributes.shape);
            formsOf(id).last = m_result.append(node.op, {first(node.inputs[0])}, std::move(attributes));
            return;
        }
        if (node.op == OpKind::Reduce && isPicture(node.inputs[0]) && formsOf(node.inputs[0]).last &&
            keptInOrder(node.attributes.axes)) {
            formsOf(id).first = m_result.append(node.op, {last(node.inputs[0])}, inLastOrder(node.attributes));
            return;
        }
        keep(id, node, false);
    }

    // The same op on operands in one order.
    void keep(NodeId id, const Node& node, bool inLast) {
        std::vector<NodeId> inputs;
        for (const NodeId input : node.inputs)
            inputs.push_back(inLast && isPicture(input) ? last(input) : first(input));
        (inLast ? formsOf(id).last : formsOf(id).first) = m_result.append(node.op, std::move(inputs), node.attributes);
    }

    // An elementwise op follows its operands; scalars go with any order, other parts of a picture only with the first.
    bool wantsLast(const Node& node) {
        bool wants = false;
        for (const NodeId input : node.inputs) {
            if (!isPicture(input) && !m_graph.shape(input).empty())
                return false;
            wants |= isPicture(input) && formsOf(input).last.has_value();
        }
        return wants;
    }

    void rewritePictureOp(NodeId id, const Node& node) {
        OpAttributes attributes = node.attributes;
        attributes.channelsLast = true;
        std::vector<NodeId> inputs;
        for (size_t i = 0; i < node.inputs.size(); ++i) {
            const bool weights = i == 1 && (node.op == OpKind::Convolve || node.op == OpKind::ConvolveTransposed);
            inputs.push_back(weights ? first(node.inputs[i]) : last(node.inputs[i]));
        }
        if (node.op == OpKind::ConvolveWeights) { // its result are weights
            formsOf(id).first = m_result.append(node.op, std::move(inputs), std::move(attributes));
            return;
        }
        if (node.op == OpKind::Concat || node.op == OpKind::Slice) { // do not know of channels
            attributes.channelsLast = false;
            attributes.axes[0] = lastAxis(attributes.axes[0]);
        }
        if (attributes.shape.size() == 4)
            attributes.shape = toLast(attributes.shape);
        formsOf(id).last = m_result.append(node.op, std::move(inputs), std::move(attributes));
    }

    // Whether the axes that remain beside `axes` come in the same order in both, and side by side in the new one.
    static bool keptInOrder(const std::vector<int>& axes) {
        int previous = -1;
        for (int axis = 0; axis < 4; ++axis) {
            if (std::count(axes.begin(), axes.end(), axis) > 0)
                continue;
            if (previous >= 0 && lastAxis(axis) != previous + 1)
                return false;
            previous = lastAxis(axis);
        }
        return true;
    }
    static OpAttributes inLastOrder(OpAttributes attributes) {
        for (std::vector<int>* axes : {&attributes.axes, &attributes.averageAxes}) {
            std::transform(axes->begin(), axes->end(), axes->begin(), lastAxis);
            std::sort(axes->begin(), axes->end());
        }
        return attributes;
    }

    const Graph& m_graph;
    Graph m_result;
    std::vector<Forms> m_forms;
};

} // namespace

Graph channelsLast(const Graph& graph) {
    const bool hasPictures =
        std::any_of(graph.nodes().begin(), graph.nodes().end(), [](const Node& node) { return isPictureOp(node.op); });
    return hasPictures ? Rewriter(graph).run() : graph;
}

} // namespace hourglass::onednn
