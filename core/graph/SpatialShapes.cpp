// Shape inference for the ops that move elements between places.

#include <algorithm>

#include "core/graph/Rules.h"

namespace hourglass {

namespace {

const char* nameOf(OpKind op) {
    return info(op).name.data();
}

Dim convolved(const Dim& size, int64_t kernel, const OpAttributes& a) {
    return size.plus(a.padBefore + a.padAfter - kernel).dividedBy(a.stride).plus(1);
}

SymbolicShape convolution(const SymbolicShape& x, const SymbolicShape& w, const OpAttributes& a) {
    expects(x.size() == 4 && w.size() == 4, "a convolution takes a picture and weights, got {} and {}", toString(x),
            toString(w));
    expects(x[1] == w[1], "a convolution of {} by {}: other channels", toString(x), toString(w));
    expects(a.stride > 0 && a.padBefore >= 0 && a.padAfter >= 0, "a convolution with stride {} and padding {}, {}",
            a.stride, a.padBefore, a.padAfter);
    return {x[0], w[0], convolved(x[2], w[2].fixedSize(), a), convolved(x[3], w[3].fixedSize(), a)};
}

SymbolicShape scaled(OpKind op, SymbolicShape x, int64_t f) {
    expects(x.size() == 4 && f > 0, "{} of {} by {}", nameOf(op), toString(x), f);
    const bool shrinks = op == OpKind::MaxPool || op == OpKind::SumPool || op == OpKind::BilinearTransposed ||
                         op == OpKind::PixelUnshuffle;
    for (const size_t axis : {size_t{2}, size_t{3}})
        x[axis] = shrinks ? x[axis].dividedBy(f) : x[axis].times(f);
    if (op == OpKind::PixelUnshuffle)
        x[1] = x[1].times(f * f);
    if (op == OpKind::PixelShuffle) {
        expects(x[1].fixedSize() % (f * f) == 0, "PixelShuffle of {} channels by {}", x[1].fixedSize(), f);
        x[1] = x[1].dividedBy(f * f);
    }
    return x;
}

SymbolicShape permuted(const SymbolicShape& x, const std::vector<int>& axes) {
    std::vector<int> sorted = axes;
    std::sort(sorted.begin(), sorted.end());
    SymbolicShape result;
    for (size_t i = 0; i < x.size(); ++i) {
        expects(sorted.size() == x.size() && sorted[i] == static_cast<int>(i), "Permute of {} axes is no permutation",
                x.size());
        result.push_back(x[static_cast<size_t>(axes[i])]);
    }
    return result;
}

SymbolicShape concatenated(SymbolicShape a, const SymbolicShape& b, size_t axis) {
    expects(axis < a.size() && a.size() == b.size(), "Concat of {} and {}", toString(a), toString(b));
    for (size_t i = 0; i < a.size(); ++i)
        expects(i == axis || a[i] == b[i], "Concat of {} and {} along axis {}", toString(a), toString(b), axis);
    a[axis] = a[axis].plus(b[axis].fixedSize());
    return a;
}

SymbolicShape sliced(const SymbolicShape& x, const OpAttributes& a) {
    const auto axis = static_cast<size_t>(a.axes.at(0));
    expects(axis < x.size() && a.shape.size() == x.size(), "Slice of {} to {}", toString(x), toString(a.shape));
    for (size_t i = 0; i < x.size(); ++i)
        expects(i == axis || x[i] == a.shape[i], "Slice of {} to {} along axis {}", toString(x), toString(a.shape),
                axis);
    expects(a.begin >= 0 && a.begin + a.shape[axis].fixedSize() <= x[axis].fixedSize(), "Slice from {} of {} to {}",
            a.begin, toString(x), toString(a.shape));
    return a.shape;
}

} // namespace

namespace {

// The rules read [N, C, H, W]; a graph of an executor may hold [N, H, W, C].
SymbolicShape toFirst(const SymbolicShape& s, bool channelsLast) {
    return channelsLast ? SymbolicShape{s.at(0), s.at(3), s.at(1), s.at(2)} : s;
}
SymbolicShape fromFirst(const SymbolicShape& s, bool channelsLast) {
    return channelsLast ? SymbolicShape{s[0], s[2], s[3], s[1]} : s;
}

} // namespace

SymbolicShape spatialShape(const Graph& graph, OpKind op, const std::vector<NodeId>& inputs,
                           const OpAttributes& attributes) {
    const auto shape = [&](size_t i) -> const SymbolicShape& { return graph.shape(inputs[i]); };
    const bool last = attributes.channelsLast;
    switch (op) {
    case OpKind::Permute:
        return permuted(shape(0), attributes.axes);
    case OpKind::Concat:
        return concatenated(shape(0), shape(1), static_cast<size_t>(attributes.axes.at(0)));
    case OpKind::Slice:
        return sliced(shape(0), attributes);
    case OpKind::Convolve:
        return fromFirst(convolution(toFirst(shape(0), last), shape(1), attributes), last);
    case OpKind::ConvolveTransposed:
        expects(convolution(toFirst(attributes.shape, last), shape(1), attributes) == toFirst(shape(0), last),
                "ConvolveTransposed: no convolution makes {} of {}", toString(shape(0)), toString(attributes.shape));
        return attributes.shape;
    case OpKind::ConvolveWeights:
        expects(convolution(toFirst(shape(0), last), attributes.shape, attributes) == toFirst(shape(1), last),
                "ConvolveWeights: weights of {} do not make {} of {}", toString(attributes.shape), toString(shape(1)),
                toString(shape(0)));
        return attributes.shape;
    default:
        return fromFirst(scaled(op, toFirst(shape(0), last), attributes.factor), last);
    }
}

} // namespace hourglass
