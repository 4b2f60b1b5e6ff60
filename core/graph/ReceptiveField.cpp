#include "core/graph/ReceptiveField.h"

#include <algorithm>

#include "core/base/IntegerMath.h"

namespace hourglass {

namespace {

// Places [begin, end) of one axis.
struct Interval {
    int64_t begin, end;
    Interval joined(const Interval& other) const { return {std::min(begin, other.begin), std::max(end, other.end)}; }
};

// What of its picture operand a node needs for places [begin, end) of its result; nothing if it needs all.
std::optional<Interval> needed(const Graph& graph, const Node& node, Interval of) {
    const OpAttributes& a = node.attributes;
    const auto shrunk = [&](int64_t factor) {
        return Interval{floorDivide(of.begin, factor), ceilDivide(of.end, factor)};
    };
    switch (node.op) {
    case OpKind::Convolve: {
        const int64_t kernel = graph.shape(node.inputs[1])[2].fixedSize();
        return Interval{of.begin * a.stride - a.padBefore, (of.end - 1) * a.stride - a.padBefore + kernel};
    }
    case OpKind::ConvolveTransposed: {
        const int64_t kernel = graph.shape(node.inputs[1])[2].fixedSize();
        return Interval{ceilDivide(of.begin + a.padBefore - kernel + 1, a.stride),
                        floorDivide(of.end - 1 + a.padBefore, a.stride) + 1};
    }
    case OpKind::MaxPool:
    case OpKind::SumPool:
    case OpKind::PixelUnshuffle:
        return Interval{of.begin * a.factor, of.end * a.factor};
    case OpKind::UpsampleNearest:
    case OpKind::PixelShuffle:
        return shrunk(a.factor);
    case OpKind::UpsampleBilinear: {
        const Interval same = shrunk(a.factor);
        return Interval{same.begin - 1, same.end + 1};
    }
    case OpKind::Concat:
        return a.axes[0] == 1 ? std::optional(of) : std::nullopt;
    case OpKind::Expand: // what is spread over the places depends on none
        return of;
    default:
        return info(node.op).elementwise || node.op == OpKind::StopGradient ? std::optional(of) : std::nullopt;
    }
}

// The input's places that the output's places [begin, end) need.
std::optional<Interval> neededOfInput(const Graph& graph, NodeId output, Interval of) {
    std::vector<std::optional<Interval>> wanted(graph.size());
    wanted[index(output)] = of;
    std::optional<Interval> result;
    for (size_t i = graph.size(); i-- > 0;) {
        if (!wanted[i])
            continue;
        const Node& node = graph.nodes()[i];
        if (node.op == OpKind::Input && node.shape.size() == 4)
            result = result ? result->joined(*wanted[i]) : *wanted[i];
        if (node.inputs.empty())
            continue;
        const std::optional<Interval> part = needed(graph, node, *wanted[i]);
        if (!part)
            return std::nullopt;
        for (const NodeId operand : node.inputs)
            if (graph.node(operand).op != OpKind::Parameter) { // of what is no picture only whether it is needed counts
                std::optional<Interval>& place = wanted[index(operand)];
                place = place ? place->joined(*part) : *part;
            }
    }
    return result;
}

} // namespace

int64_t sizeMultiple(const Graph& graph) {
    constexpr int64_t kMost = 1024;
    for (int64_t stride = 1; stride <= kMost; stride *= 2) {
        bool fits = true;
        for (const Node& node : graph.nodes())
            for (const Dim& dim : node.shape)
                fits = fits && dim.evaluate({.n = 1, .h = stride, .w = stride}).ok() &&
                       dim.evaluate({.n = 1, .h = 3 * stride, .w = 3 * stride}).ok();
        if (fits)
            return stride;
    }
    return kMost;
}

std::optional<ReceptiveField> receptiveField(const Graph& graph, const std::string& output) {
    ReceptiveField field{.stride = sizeMultiple(graph)};
    const NodeId id = graph.output(output);
    if (graph.shape(id).size() != 4)
        return std::nullopt;
    const std::optional<Interval> seen = neededOfInput(graph, id, {0, field.stride});
    if (!seen)
        return std::nullopt;
    field.radius = std::max<int64_t>({0, -seen->begin, seen->end - field.stride});
    return field;
}

} // namespace hourglass
