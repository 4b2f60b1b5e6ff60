#include "core/models/ModelBuilder.h"

#include "core/models/Layers.h"

namespace hourglass {

namespace {

SymbolicShape batchShape(const Shape& sample, bool anySize) {
    if (anySize)
        return {Dim::n(), sample[0], Dim::h(), Dim::w()};
    SymbolicShape shape = {Dim::n()};
    for (int64_t size : sample.sizes())
        shape.push_back(size);
    return shape;
}

// Elementwise loss of an error d = x̂ − x.
NodeId errorLoss(Graph& g, NodeId d, const OptionValues& options) {
    const std::string loss = options.text("objective.loss");
    if (loss == "l1")
        return g.unary(OpKind::Abs, d);
    if (loss == "huber") { // c (d − c/2) with c = d clamped to ±δ: quadratic inside, linear outside
        const double delta = options.real("objective.huber_delta");
        const NodeId c = g.clamp(d, -delta, delta);
        return g.multiply(c, g.subtract(d, g.scale(c, 0.5)));
    }
    const NodeId square = g.unary(OpKind::Square, d);
    if (loss == "charbonnier") { // √(d² + ε²)
        const double epsilon = options.real("objective.charbonnier_epsilon");
        return g.unary(OpKind::Sqrt, g.affine(square, 1.0, epsilon * epsilon));
    }
    return square;
}

} // namespace

ModelBuilder::ModelBuilder(const ModelContext& context, const Architecture& architecture, BuildMode mode)
    : m_context(context), m_architecture(architecture), m_mode(mode),
      m_input(m_graph.input("input", batchShape(context.sampleShape, architecture.takesAnySize(context)))),
      m_target(m_graph.input("target", batchShape(context.sampleShape, architecture.takesAnySize(context)))) {}

NodeId ModelBuilder::encode(NodeId input) {
    return m_architecture.encode(m_graph, input, m_context);
}

NodeId ModelBuilder::codeActivation(NodeId code) {
    return applyActivation(m_graph, code, options().text("model.code_activation"));
}

NodeId ModelBuilder::random(const std::string& name, NodeId like) {
    return m_graph.input(std::string(kRandomInput) + name, m_graph.shape(like));
}

NodeId ModelBuilder::decode(NodeId code) {
    return m_architecture.decode(m_graph, code, m_context);
}

NodeId ModelBuilder::reconstruct(NodeId input) {
    return m_architecture.reconstruct(m_graph, input, m_context);
}

NodeId ModelBuilder::outputActivation(NodeId logits) {
    return applyActivation(m_graph, logits, options().text("model.output_activation"));
}

NodeId ModelBuilder::reconstructionLoss(NodeId logits, NodeId reconstruction) {
    if (options().text("objective.loss") == "bce") // log(1 + e^z) − z x: binary cross-entropy from logits
        return reduceLoss(
            m_graph.subtract(m_graph.unary(OpKind::Softplus, logits), m_graph.multiply(logits, m_target)));
    return reduceLoss(errorLoss(m_graph, m_graph.subtract(reconstruction, m_target), options()));
}

NodeId ModelBuilder::reduceLoss(NodeId elementwise) {
    std::vector<int> averaged = {0};
    if (options().text("objective.reduction") == "element_mean")
        for (int axis = 1; axis < static_cast<int>(m_graph.shape(elementwise).size()); ++axis)
            averaged.push_back(axis);
    return m_graph.reduceAll(elementwise, std::move(averaged));
}

NodeId ModelBuilder::asTerm(NodeId scalar) {
    if (options().text("objective.reduction") != "element_mean")
        return scalar;
    return m_graph.scale(scalar, 1.0 / static_cast<double>(m_context.sampleShape.elements()));
}

NodeId ModelBuilder::sumPerSample(NodeId elementwise) {
    std::vector<int> axes;
    for (int axis = 1; axis < static_cast<int>(m_graph.shape(elementwise).size()); ++axis)
        axes.push_back(axis);
    return axes.empty() ? elementwise : m_graph.reduce(elementwise, axes);
}

void ModelBuilder::setOutput(const std::string& name, NodeId node) {
    if (m_mode == BuildMode::Evaluation)
        m_graph.setOutput(name, node);
}

NodeId ModelBuilder::addAutoencoder() {
    const NodeId code = codeActivation(encode(m_input));
    setCode(code);
    addReconstruction(decode(code));
    return code;
}

void ModelBuilder::addReconstruction(NodeId logits) {
    const NodeId reconstruction = outputActivation(logits);
    setReconstruction(reconstruction);
    addTerm("reconstruction", reconstructionLoss(logits, reconstruction));
}

void ModelBuilder::setReconstruction(NodeId reconstruction) {
    m_reconstruction = reconstruction;
    m_graph.setOutput("reconstruction", reconstruction);
}

void ModelBuilder::addTerm(const std::string& name, NodeId scalar) {
    m_graph.setOutput("loss." + name, scalar);
    m_loss = m_loss ? m_graph.add(*m_loss, scalar) : scalar;
}

void ModelBuilder::addMetric(const std::string& name, NodeId perSample) {
    if (m_mode == BuildMode::Evaluation)
        m_graph.setOutput("metric." + name, perSample);
}

void ModelBuilder::addRootMeanSquare(const std::string& name, NodeId squarePerSample) {
    if (m_mode == BuildMode::Evaluation)
        m_graph.setOutput("square." + name, squarePerSample);
}

void ModelBuilder::addUnitValues(const std::string& name, NodeId perUnit) {
    if (m_mode == BuildMode::Evaluation)
        m_graph.setOutput("unit." + name, perUnit);
}

Graph ModelBuilder::finish() {
    expects(m_loss.has_value(), "a family without a loss term");
    m_graph.setOutput("loss", *m_loss);
    if (m_mode == BuildMode::Evaluation && m_reconstruction) {
        std::vector<int> axes;
        for (int axis = 1; axis < static_cast<int>(m_graph.shape(m_target).size()); ++axis)
            axes.push_back(axis);
        const NodeId square = m_graph.unary(OpKind::Square, m_graph.subtract(*m_reconstruction, m_target));
        m_graph.setOutput("sample_mse", m_graph.reduce(square, axes, axes));
    }
    return std::move(m_graph);
}

} // namespace hourglass
