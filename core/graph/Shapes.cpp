// Shape inference: one rule per op, over symbolic shapes.

#include <algorithm>

#include "core/graph/Rules.h"

namespace hourglass {

namespace {

SymbolicShape broadcast(OpKind op, const SymbolicShape& a, const SymbolicShape& b) {
    const SymbolicShape& large = a.size() >= b.size() ? a : b;
    const SymbolicShape& small = a.size() >= b.size() ? b : a;
    expects(std::equal(small.rbegin(), small.rend(), large.rbegin()), "{}: {} and {} do not broadcast", info(op).name,
            toString(a), toString(b));
    return large;
}

SymbolicShape matMul(const SymbolicShape& a, const SymbolicShape& b, const OpAttributes& attributes) {
    expects(a.size() == 2 && b.size() == 2, "MatMul takes matrices, got {} and {}", toString(a), toString(b));
    const Dim rows = a[attributes.transposeA ? 1 : 0], innerA = a[attributes.transposeA ? 0 : 1];
    const Dim innerB = b[attributes.transposeB ? 1 : 0], columns = b[attributes.transposeB ? 0 : 1];
    expects(innerA == innerB, "MatMul: inner sizes of {}{} and {}{} differ", toString(a),
            attributes.transposeA ? "ᵀ" : "", toString(b), attributes.transposeB ? "ᵀ" : "");
    return {rows, columns};
}

void checkAxes(const OpAttributes& attributes, size_t rank) {
    for (size_t i = 0; i < attributes.axes.size(); ++i) {
        const int axis = attributes.axes[i];
        expects(axis >= 0 && static_cast<size_t>(axis) < rank && (i == 0 || attributes.axes[i - 1] < axis),
                "axes must ascend within {} axes", rank);
    }
    for (int axis : attributes.averageAxes)
        expects(std::count(attributes.axes.begin(), attributes.axes.end(), axis) == 1,
                "axis {} is averaged but not among the axes", axis);
}

SymbolicShape without(const SymbolicShape& shape, const std::vector<int>& axes) {
    SymbolicShape rest;
    for (size_t i = 0; i < shape.size(); ++i)
        if (std::find(axes.begin(), axes.end(), static_cast<int>(i)) == axes.end())
            rest.push_back(shape[i]);
    return rest;
}

// Reshapes are checked as far as symbols allow: the product of the fixed sizes and the list of the others must agree.
void checkSameElements(const SymbolicShape& from, const SymbolicShape& to) {
    const auto split = [](const SymbolicShape& shape) {
        std::pair<int64_t, std::vector<std::string>> parts{1, {}};
        for (const Dim& dim : shape) {
            if (dim.isFixed())
                parts.first *= dim.fixedSize();
            else
                parts.second.push_back(dim.toString());
        }
        std::sort(parts.second.begin(), parts.second.end());
        return parts;
    };
    expects(split(from) == split(to), "{} cannot be reshaped to {}", toString(from), toString(to));
}

} // namespace

SymbolicShape inferShape(const Graph& graph, OpKind op, const std::vector<NodeId>& inputs,
                         const OpAttributes& attributes) {
    const auto shape = [&](size_t i) -> const SymbolicShape& { return graph.shape(inputs[i]); };
    switch (op) {
    case OpKind::Input:
    case OpKind::Parameter:
        expects(!attributes.name.empty(), "{} needs a name", info(op).name);
        return attributes.shape;
    case OpKind::Constant:
        return {};
    case OpKind::MatMul:
        return matMul(shape(0), shape(1), attributes);
    case OpKind::Reduce:
        checkAxes(attributes, shape(0).size());
        return without(shape(0), attributes.axes);
    case OpKind::Expand:
        checkAxes(attributes, attributes.shape.size());
        expects(without(attributes.shape, attributes.axes) == shape(0), "Expand: {} does not fit into {}",
                toString(shape(0)), toString(attributes.shape));
        return attributes.shape;
    case OpKind::Reshape:
        checkSameElements(shape(0), attributes.shape);
        return attributes.shape;
    default:
        if (!info(op).elementwise)
            return spatialShape(graph, op, inputs, attributes);
        return info(op).arity == 2 ? broadcast(op, shape(0), shape(1)) : shape(0);
    }
}

} // namespace hourglass
