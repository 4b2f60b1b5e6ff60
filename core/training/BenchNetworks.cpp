#include "core/training/BenchNetworks.h"

#include "core/models/Layers.h"

namespace hourglass {

namespace {

NodeId convolution(Graph& graph, NodeId x, const std::string& name, int64_t outputs, int64_t stride = 1) {
    const int64_t inputs = graph.shape(x)[1].fixedSize();
    const NodeId weight =
        graph.parameter(name + ".weight", {outputs, inputs, 3, 3}, {Initialisation::Kind::HeNormal, 9 * inputs});
    return addChannelBias(graph, graph.convolve(x, weight, stride == 1 ? Window{1, 1, 1} : Window{stride, 1, 0}), name);
}

NodeId doubled(Graph& graph, NodeId y, const std::string& name, int64_t outputs) {
    SymbolicShape shape = graph.shape(y);
    const NodeId weight = graph.parameter(name + ".weight", {shape[1], outputs, 2, 2},
                                          {Initialisation::Kind::HeNormal, shape[1].fixedSize()});
    shape = {shape[0], outputs, shape[2].times(2), shape[3].times(2)};
    return addChannelBias(graph, graph.convolveTransposed(y, weight, Window{.stride = 2}, shape), name);
}

} // namespace

NodeId BenchDnCnn::reconstruct(Graph& graph, NodeId input, const ModelContext& context) const {
    NodeId x = input;
    for (int64_t i = 0; i < m_depth; ++i) {
        const bool isLast = i + 1 == m_depth;
        x = convolution(graph, x, fmt::format("layer.{}", i), isLast ? context.sampleShape[0] : m_width);
        x = isLast ? x : graph.unary(OpKind::Relu, x);
    }
    return x;
}

NodeId BenchUNet::reconstruct(Graph& graph, NodeId input, const ModelContext& context) const {
    const auto relu = [&](NodeId x) { return graph.unary(OpKind::Relu, x); };
    const auto layer = [&](NodeId x, const char* name, int64_t outputs, int64_t stride = 1) {
        return relu(convolution(graph, x, name, outputs, stride));
    };
    const int64_t a = m_width, b = 2 * m_width, c = 4 * m_width;
    const NodeId fine = layer(layer(input, "i", a), "i2", a);
    const NodeId half = layer(layer(fine, "d1", b, 2), "e1", b);
    NodeId x = layer(layer(half, "d2", c, 2), "e2", c);
    x = layer(graph.concat(doubled(graph, x, "u1", b), half, 1), "f1", b);
    x = layer(graph.concat(doubled(graph, x, "u2", a), fine, 1), "f2", a);
    return graph.subtract(input, convolution(graph, x, "o", context.sampleShape[0]));
}

} // namespace hourglass
