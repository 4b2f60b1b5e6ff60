#include "core/models/Layers.h"

#include <array>

namespace hourglass {

namespace {

struct Activation {
    const char* id;
    const char* label;
    OpKind op; // Affine stands for identity
    double alpha;
    bool rectifies;
};

constexpr std::array kActivations = {
    Activation{"relu", "ReLU", OpKind::Relu, 0.0, true},
    Activation{"leaky_relu", "LeakyReLU", OpKind::LeakyRelu, 0.01, true},
    Activation{"elu", "ELU", OpKind::Elu, 1.0, true},
    Activation{"gelu", "GELU", OpKind::Gelu, 0.0, true},
    Activation{"silu", "SiLU", OpKind::Silu, 0.0, true},
    Activation{"sigmoid", "Sigmoid", OpKind::Sigmoid, 0.0, false},
    Activation{"tanh", "Tanh", OpKind::Tanh, 0.0, false},
    Activation{"identity", "None (linear)", OpKind::Affine, 1.0, false},
};

const Activation& find(const std::string& id) {
    for (const Activation& activation : kActivations)
        if (id == activation.id)
            return activation;
    throw ContractError(fmt::format("there is no activation '{}'", id));
}

} // namespace

std::vector<OptionChoice> activationChoices() {
    std::vector<OptionChoice> choices;
    for (const Activation& activation : kActivations)
        choices.push_back({activation.id, activation.label});
    return choices;
}

std::string activationLabel(const std::string& id) {
    return find(id).label;
}

NodeId applyActivation(Graph& graph, NodeId x, const std::string& id) {
    const Activation& activation = find(id);
    return activation.op == OpKind::Affine ? x : graph.unary(activation.op, x, activation.alpha);
}

Initialisation layerInitialisation(const std::string& choice, const std::string& activation, int64_t fanIn,
                                   int64_t fanOut) {
    using Kind = Initialisation::Kind;
    Kind kind = find(activation).rectifies ? Kind::HeNormal : Kind::GlorotUniform;
    if (choice == "he")
        kind = Kind::HeNormal;
    else if (choice == "glorot")
        kind = Kind::GlorotUniform;
    else if (choice == "lecun")
        kind = Kind::LecunNormal;
    else if (choice == "fan_in")
        kind = Kind::FanInUniform;
    else if (choice == "orthogonal")
        kind = Kind::Orthogonal;
    return {kind, fanIn, fanOut};
}

Initialisation codeInitialisation(const ModelContext& context, int64_t fanIn, int64_t fanOut) {
    constexpr double kNearPrior = 0.05;
    Initialisation start = layerInitialisation(context.options.text("model.initialisation"), "identity", fanIn, fanOut);
    if (context.codeHeads > 1)
        start.gain = kNearPrior;
    return start;
}

NodeId linearLayer(Graph& graph, NodeId x, const std::string& name, int64_t outputs, Initialisation initialisation) {
    const Dim inputs = graph.shape(x).at(1);
    const NodeId weight = graph.parameter(name + ".weight", {outputs, inputs}, initialisation);
    const NodeId bias = graph.parameter(name + ".bias", {outputs});
    return graph.add(graph.matMul(x, weight, false, true), bias);
}

OptionSpec kernelOption() {
    return {.key = "model.kernel",
            .type = OptionType::Integer,
            .defaultValue = 3,
            .label = "Kernel",
            .help = "Width of the neighbourhood that each layer looks at: 3, 5 or 7, which have a middle. Larger sees "
                    "further and takes longer.",
            .unit = "pixels",
            .minimum = 3,
            .maximum = 7,
            .step = 2,
            .tier = OptionTier::Expert};
}

Result<void> checkParameters(const std::vector<LayerInfo>& layers, const ModelContext& context) {
    constexpr int64_t kMost = int64_t{1} << 29; // 2 GiB of weights; training needs four times that
    int64_t parameters = 0;
    for (const LayerInfo& layer : layers) // the widest below 2^60: 2^16 numbers of a code, samples in memory
        parameters += layer.parameters;
    if (parameters <= kMost)
        return {};
    return makeError(ErrorCode::InvalidArgument,
                     "model.layers {} on samples of shape {} would need {} million parameters; at most {} million "
                     "are possible. Use narrower layers or smaller samples.",
                     context.options.value("model.layers").dump(), context.sampleShape.toString(), parameters / 1000000,
                     kMost / 1000000);
}

Error evenKernel(int64_t kernel) {
    return makeError(ErrorCode::InvalidArgument, "model.kernel {} has no middle; choose 3, 5 or 7.", kernel);
}

int64_t halvings(int64_t size) {
    int64_t count = 0;
    for (; size > 1 && size % 2 == 0; size /= 2)
        ++count;
    return count;
}

NodeId convolutionLayer(Graph& graph, NodeId x, const std::string& name, int64_t outputs, int64_t kernel,
                        const Window& window, const Initialisation& initialisation) {
    const Dim inputs = graph.shape(x)[1];
    return graph.convolve(x, graph.parameter(name + ".weight", {outputs, inputs, kernel, kernel}, initialisation),
                          window);
}

NodeId doublingLayer(Graph& graph, NodeId y, const std::string& name, int64_t outputs, int64_t kernel,
                     const Initialisation& initialisation) {
    const SymbolicShape shape = graph.shape(y);
    const NodeId weight = graph.parameter(name + ".weight", {shape[1], outputs, kernel, kernel}, initialisation);
    return graph.convolveTransposed(y, weight, Window::same(kernel, 2),
                                    {shape[0], outputs, shape[2].times(2), shape[3].times(2)});
}

NodeId addChannelBias(Graph& graph, NodeId x, const std::string& name) {
    const SymbolicShape shape = graph.shape(x);
    const NodeId bias = graph.parameter(name + ".bias", {shape[1]});
    return graph.add(x, graph.expand(bias, {0, 2, 3}, shape));
}

} // namespace hourglass
