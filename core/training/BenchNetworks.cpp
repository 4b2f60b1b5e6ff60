#include "core/training/BenchNetworks.h"

#include "core/models/Layers.h"

namespace hourglass {

namespace {

Initialisation he(int64_t fanIn) {
    return {Initialisation::Kind::HeNormal, fanIn};
}

NodeId convolution(Graph& graph, NodeId x, const std::string& name, int64_t outputs, int64_t stride = 1) {
    const Window window = stride == 1 ? Window{1, 1, 1} : Window{stride, 1, 0};
    const int64_t fanIn = 9 * graph.shape(x)[1].fixedSize();
    return addChannelBias(graph, convolutionLayer(graph, x, name, outputs, 3, window, he(fanIn)), name);
}

NodeId doubled(Graph& graph, NodeId y, const std::string& name, int64_t outputs) {
    return addChannelBias(graph, doublingLayer(graph, y, name, outputs, 2, he(graph.shape(y)[1].fixedSize())), name);
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
