// The ops that move elements between places, as their definitions in Op.h read.

#include <algorithm>
#include <cmath>

#include "core/exec/reference/Interpreter.h"

namespace hourglass::reference {

namespace {

struct Place {
    int64_t n, c, h, w;
};

size_t at(const Shape& shape, const Place& p) {
    return static_cast<size_t>(((p.n * shape[1] + p.c) * shape[2] + p.h) * shape[3] + p.w);
}

template <typename Function>
void forEachPlace(const Shape& shape, Function function) {
    for (int64_t n = 0; n < shape[0]; ++n)
        for (int64_t c = 0; c < shape[1]; ++c)
            for (int64_t h = 0; h < shape[2]; ++h)
                for (int64_t w = 0; w < shape[3]; ++w)
                    function(Place{n, c, h, w});
}

// Every pair of an element of x and one of y that a weight joins: function(index in x, index in w, index in y).
template <typename Function>
void forEachTap(const OpAttributes& a, const Shape& x, const Shape& w, const Shape& y, Function function) {
    forEachPlace(y, [&](const Place& out) {
        forEachPlace(Shape{1, w[1], w[2], w[3]}, [&](const Place& tap) {
            const int64_t h = out.h * a.stride + tap.h - a.padBefore, column = out.w * a.stride + tap.w - a.padBefore;
            if (h >= 0 && h < x[2] && column >= 0 && column < x[3])
                function(at(x, {out.n, tap.c, h, column}), at(w, {out.c, tap.c, tap.h, tap.w}), at(y, out));
        });
    });
}

// The two lines that bilinear upsampling mixes for line i of the result, and the share of the second.
struct Mix {
    int64_t low, high;
    double share;
};
Mix mixAt(int64_t i, int64_t factor, int64_t size) {
    const double place = std::clamp((static_cast<double>(i) + 0.5) / static_cast<double>(factor) - 0.5, 0.0,
                                    static_cast<double>(size - 1));
    const auto low = static_cast<int64_t>(place);
    return {low, std::min(low + 1, size - 1), place - static_cast<double>(low)};
}

// small and large pictures that bilinear upsampling joins: function(index in small, weight, index in large).
template <typename Function>
void forEachMix(int64_t factor, const Shape& small, const Shape& large, Function function) {
    forEachPlace(large, [&](const Place& p) {
        const Mix rows = mixAt(p.h, factor, small[2]), columns = mixAt(p.w, factor, small[3]);
        for (const auto& [h, a] : {std::pair(rows.low, 1 - rows.share), std::pair(rows.high, rows.share)})
            for (const auto& [w, b] :
                 {std::pair(columns.low, 1 - columns.share), std::pair(columns.high, columns.share)})
                function(at(small, {p.n, p.c, h, w}), a * b, at(large, p));
    });
}

// Where PixelShuffle puts an element of the deep picture.
Place shuffled(const Place& p, int64_t f) {
    return {p.n, p.c / (f * f), p.h * f + p.c / f % f, p.w * f + p.c % f};
}

// Elements of an array as [outer][axis][inner].
struct Blocks {
    int64_t outer = 1, size = 1, inner = 1;
    Blocks(const Shape& shape, int axis) : size(shape[axis]) {
        for (int i = 0; i < shape.rank(); ++i)
            (i < axis ? outer : inner) *= i == axis ? 1 : shape[i];
    }
};

void copyBlocks(const Array& from, Array& to, int axis, int64_t fromBegin, int64_t toBegin, int64_t count) {
    const Blocks source(from.shape, axis), target(to.shape, axis);
    for (int64_t o = 0; o < source.outer; ++o)
        std::copy_n(from.values.begin() + (o * source.size + fromBegin) * source.inner, count * source.inner,
                    to.values.begin() + (o * target.size + toBegin) * target.inner);
}

void permute(const std::vector<int>& axes, const Array& x, Array& y) {
    const int rank = x.shape.rank();
    for (size_t i = 0; i < y.values.size(); ++i) {
        std::vector<int64_t> place(static_cast<size_t>(rank));
        auto rest = static_cast<int64_t>(i);
        for (int axis = rank - 1; axis >= 0; --axis) {
            place[static_cast<size_t>(axes[static_cast<size_t>(axis)])] = rest % y.shape[axis];
            rest /= y.shape[axis];
        }
        int64_t from = 0;
        for (int axis = 0; axis < rank; ++axis)
            from = from * x.shape[axis] + place[static_cast<size_t>(axis)];
        y.values[i] = x.values[static_cast<size_t>(from)];
    }
}

} // namespace

void applySpatial(const Node& node, const std::vector<const Array*>& inputs, Array& y) {
    const OpAttributes& a = node.attributes;
    const Array& x = *inputs[0];
    const int64_t f = a.factor;
    switch (node.op) {
    case OpKind::Permute:
        return permute(a.axes, x, y);
    case OpKind::Concat:
        copyBlocks(x, y, a.axes[0], 0, 0, x.shape[a.axes[0]]);
        return copyBlocks(*inputs[1], y, a.axes[0], 0, x.shape[a.axes[0]], inputs[1]->shape[a.axes[0]]);
    case OpKind::Slice:
        return copyBlocks(x, y, a.axes[0], a.begin, 0, y.shape[a.axes[0]]);
    case OpKind::Convolve:
        return forEachTap(a, x.shape, inputs[1]->shape, y.shape,
                          [&](size_t i, size_t k, size_t o) { y.values[o] += x.values[i] * inputs[1]->values[k]; });
    case OpKind::ConvolveTransposed:
        return forEachTap(a, y.shape, inputs[1]->shape, x.shape,
                          [&](size_t i, size_t k, size_t o) { y.values[i] += x.values[o] * inputs[1]->values[k]; });
    case OpKind::ConvolveWeights:
        return forEachTap(a, x.shape, y.shape, inputs[1]->shape,
                          [&](size_t i, size_t k, size_t o) { y.values[k] += x.values[i] * inputs[1]->values[o]; });
    case OpKind::MaxPool:
        std::fill(y.values.begin(), y.values.end(), -std::numeric_limits<double>::infinity());
        return forEachPlace(x.shape, [&](const Place& p) {
            if (p.h / f < y.shape[2] && p.w / f < y.shape[3]) {
                double& largest = y.values[at(y.shape, {p.n, p.c, p.h / f, p.w / f})];
                largest = std::max(largest, x.values[at(x.shape, p)]);
            }
        });
    case OpKind::SumPool:
        return forEachPlace(x.shape, [&](const Place& p) {
            if (p.h / f < y.shape[2] && p.w / f < y.shape[3])
                y.values[at(y.shape, {p.n, p.c, p.h / f, p.w / f})] += x.values[at(x.shape, p)];
        });
    case OpKind::UpsampleNearest:
        return forEachPlace(y.shape, [&](const Place& p) {
            y.values[at(y.shape, p)] = x.values[at(x.shape, {p.n, p.c, p.h / f, p.w / f})];
        });
    case OpKind::UpsampleBilinear:
        return forEachMix(f, x.shape, y.shape,
                          [&](size_t i, double weight, size_t o) { y.values[o] += weight * x.values[i]; });
    case OpKind::BilinearTransposed:
        return forEachMix(f, y.shape, x.shape,
                          [&](size_t i, double weight, size_t o) { y.values[i] += weight * x.values[o]; });
    case OpKind::PixelShuffle:
        return forEachPlace(x.shape,
                            [&](const Place& p) { y.values[at(y.shape, shuffled(p, f))] = x.values[at(x.shape, p)]; });
    case OpKind::PixelUnshuffle:
        return forEachPlace(y.shape,
                            [&](const Place& p) { y.values[at(y.shape, p)] = x.values[at(x.shape, shuffled(p, f))]; });
    default:
        throw ContractError(fmt::format("{} has no reference", info(node.op).name));
    }
}

} // namespace hourglass::reference
