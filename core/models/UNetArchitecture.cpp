#include "core/models/UNetArchitecture.h"

#include "core/models/Layers.h"

namespace hourglass {

namespace {

constexpr int64_t kWidthStep = 16; // channels come in vectors
constexpr int64_t kMostWidth = 4096;
// Of orthogonal weights: small, so that the network begins as little more than x̂ = x. Measured on photographs, σ 25:
// after 400 steps 31.6 dB with 0.2, 30.3 dB with 1 and small second convolutions, 22.4 dB with 1 everywhere.
constexpr double kGain = 0.2;

// Where nothing adds noise of one σ, there is no level to tell, whatever the option says.
bool hearsNoiseLevel(const OptionValues& options) {
    return options.boolean("model.noise_level") && options.applies(*options.table().find("model.noise_level"));
}

// Adds the network to a graph, part after part.
class Builder {
public:
    Builder(Graph& graph, const ModelContext& context)
        : m_graph(graph), m_options(context.options), m_widths(m_options.integers("model.layers")),
          m_blocks(m_options.integer("model.blocks")), m_kernel(m_options.integer("model.kernel")),
          m_activation(m_options.text("model.activation")) {}

    NodeId build(NodeId input, int64_t channels) {
        NodeId x = m_graph.scaled(OpKind::PixelUnshuffle, input, 2);
        if (hearsNoiseLevel(m_options))
            x = m_graph.concat(x, noiseMap(x), 1);
        x = convolution(x, "head", m_widths.front(), "identity");
        std::vector<NodeId> skips;
        for (size_t level = 0; level + 1 < m_widths.size(); ++level) {
            x = blocks(x, fmt::format("down.{}", level));
            skips.push_back(x);
            x = halved(x, fmt::format("down.{}.half", level), m_widths[level + 1]);
        }
        x = blocks(x, "body");
        for (size_t level = m_widths.size() - 1; level-- > 0;) {
            x = m_graph.add(doubled(x, fmt::format("up.{}.double", level), m_widths[level]), skips[level]);
            x = blocks(x, fmt::format("up.{}", level));
        }
        x = convolution(x, "tail", 4 * channels, "identity");
        return m_graph.subtract(input, m_graph.scaled(OpKind::PixelShuffle, x, 2));
    }

private:
    int64_t channelsOf(NodeId x) const { return m_graph.shape(x)[1].fixedSize(); }

    Initialisation start(const std::string& next, int64_t fanIn, int64_t fanOut) const {
        Initialisation start = layerInitialisation(m_options.text("model.initialisation"), next, fanIn, fanOut);
        if (start.kind == Initialisation::Kind::Orthogonal)
            start.gain = kGain;
        return start;
    }

    NodeId convolution(NodeId x, const std::string& name, int64_t outputs, const std::string& next) {
        const int64_t area = m_kernel * m_kernel;
        return convolutionLayer(m_graph, x, name, outputs, m_kernel, Window::same(m_kernel),
                                start(next, channelsOf(x) * area, outputs * area));
    }

    // x + conv(activation(conv(x))), a few times.
    NodeId blocks(NodeId x, const std::string& name) {
        for (int64_t i = 0; i < m_blocks; ++i) {
            const std::string block = fmt::format("{}.{}", name, i);
            NodeId y = convolution(x, block + ".0", channelsOf(x), m_activation);
            y = applyActivation(m_graph, y, m_activation);
            x = m_graph.add(convolution(y, block + ".1", channelsOf(x), "identity"), x);
        }
        return x;
    }

    NodeId halved(NodeId x, const std::string& name, int64_t outputs) {
        return convolutionLayer(m_graph, x, name, outputs, 2, Window::same(2, 2),
                                start("identity", 4 * channelsOf(x), outputs));
    }

    // 1×1 and pixel shuffle, which are together the adjoint of a 2×2 convolution of stride 2.
    NodeId doubled(NodeId y, const std::string& name, int64_t outputs) {
        return doublingLayer(m_graph, y, name, outputs, 2, start("identity", channelsOf(y), 4 * outputs));
    }

    NodeId noiseMap(NodeId x) {
        SymbolicShape shape = m_graph.shape(x);
        shape[1] = 1;
        return m_graph.input(kNoiseLevelInput, shape);
    }

    Graph& m_graph;
    const OptionValues& m_options;
    std::vector<int64_t> m_widths;
    int64_t m_blocks, m_kernel;
    std::string m_activation;
};

} // namespace

OptionTable UNetArchitecture::options() const {
    return {{.key = "model.layers",
             .type = OptionType::IntegerList,
             .defaultValue = {32, 64, 128},
             .label = "Levels",
             .help = "Channels of each level, finest first, in multiples of 16; between two levels the picture halves. "
                     "More levels see further, more channels remove noise better, and both take longer.",
             .unit = "channels",
             .minimum = kWidthStep,
             .maximum = kMostWidth},
            {.key = "model.output_activation",
             .type = OptionType::Choice,
             .defaultValue = "identity",
             .label = "Output activation",
             .help = "A U-Net predicts the noise and subtracts it from what it sees: nothing bends the difference.",
             .choices = {{"sigmoid", "Sigmoid"}, {"identity", "None (linear)"}},
             .tier = OptionTier::Expert,
             .unusedBecause = "a U-Net predicts the noise and subtracts it"},
            {.key = "model.blocks",
             .type = OptionType::Integer,
             .defaultValue = 2,
             .label = "Blocks per level",
             .help = "Residual blocks on each scale, on the way down and on the way up. More remove noise better and "
                     "take longer.",
             .minimum = 1,
             .maximum = 16,
             .tier = OptionTier::Expert},
            kernelOption(),
            {.key = "model.noise_level",
             .type = OptionType::Boolean,
             .defaultValue = false,
             .label = "Tell it the noise level",
             .help = "Feeds the strength of the noise to the network as one more channel. Turn it on to train one "
                     "network for a range of strengths; for a picture the strength is then given or estimated.",
             .tier = OptionTier::Expert,
             .appliesWhen = {{"model.family", {"denoising"}}, {"noise.kind", {"gaussian", "uniform"}}}}};
}

Result<void> UNetArchitecture::validate(const ModelContext& context) const {
    const Shape& sample = context.sampleShape;
    if (sample.rank() != 3)
        return makeError(ErrorCode::InvalidArgument,
                         "model.architecture 'unet' takes pictures, but a sample is {}. Choose 'dense'.",
                         sample.toString());
    const std::vector<int64_t> widths = context.options.integers("model.layers");
    const std::string named = context.options.value("model.layers").dump();
    for (const int64_t width : widths)
        if (width % kWidthStep != 0)
            return makeError(ErrorCode::InvalidArgument,
                             "model.layers {} names {} channels; a U-Net takes multiples of {} up to {}.", named, width,
                             kWidthStep, kMostWidth);
    const int64_t most = std::min(halvings(sample[1]), halvings(sample[2]));
    const auto levels = static_cast<int64_t>(widths.size());
    if (levels < 1 || levels > most)
        return makeError(
            ErrorCode::InvalidArgument,
            "model.layers {} means {} levels of a U-Net, each half as large as the one before; at most {} fit {}×{}{}",
            named, levels, most, sample[2], sample[1],
            most > 0 && levels > 0
                ? ". Take fewer levels, or a data.width and data.height that can be halved more often."
            : levels > 0 ? ". Take a data.width and data.height that are even."
                         : ". Name at least one.");
    if (context.options.integer("model.kernel") % 2 == 0)
        return evenKernel(context.options.integer("model.kernel"));
    if (context.options.text("model.output_activation") != "identity")
        return makeError(ErrorCode::InvalidArgument,
                         "model.architecture 'unet' predicts noise and subtracts it: model.output_activation must be "
                         "'identity', not '{}'.",
                         context.options.text("model.output_activation"));
    return checkParameters(layers(context), context);
}

NodeId UNetArchitecture::reconstruct(Graph& graph, NodeId input, const ModelContext& context) const {
    return Builder(graph, context).build(input, context.sampleShape[0]);
}

std::vector<LayerInfo> UNetArchitecture::layers(const ModelContext& context) const {
    const std::vector<int64_t> widths = context.options.integers("model.layers");
    const int64_t blocks = context.options.integer("model.blocks"), kernel = context.options.integer("model.kernel");
    const int64_t area = kernel * kernel, channels = context.sampleShape[0];
    const int64_t ofBlocks = context.options.integer("model.blocks") * 2 * area;
    const int64_t seen = 4 * channels + (hearsNoiseLevel(context.options) ? 1 : 0);
    const std::string detail = fmt::format("{} × residual {}×{}", blocks, kernel, kernel);
    std::vector<LayerInfo> result;
    const auto add = [&](LayerInfo::Kind kind, std::string name, std::string text, int64_t width, int64_t factor,
                         int64_t parameters) {
        result.push_back({kind,
                          std::move(name),
                          std::move(text),
                          {Dim::n(), width, Dim(context.sampleShape[1] / factor), Dim(context.sampleShape[2] / factor)},
                          parameters});
    };
    add(LayerInfo::Kind::Input, "input", context.sampleShape.toString(), channels, 1, 0);
    int64_t factor = 2, before = area * seen * widths.front();
    for (size_t level = 0; level + 1 < widths.size(); ++level, factor *= 2) {
        add(LayerInfo::Kind::Layer, fmt::format("down.{}", level), detail, widths[level], factor,
            before + ofBlocks * widths[level] * widths[level]);
        before = 4 * widths[level] * widths[level + 1];
    }
    add(LayerInfo::Kind::Layer, "body", detail, widths.back(), factor,
        before + ofBlocks * widths.back() * widths.back());
    for (size_t level = widths.size() - 1; level-- > 0;) {
        factor /= 2;
        add(LayerInfo::Kind::Layer, fmt::format("up.{}", level), detail, widths[level], factor,
            4 * widths[level] * widths[level + 1] + ofBlocks * widths[level] * widths[level]);
    }
    add(LayerInfo::Kind::Output, "tail", "input − noise", channels, 1, area * 4 * channels * widths.front());
    return result;
}

} // namespace hourglass
