#include "core/models/ConvolutionalArchitecture.h"

#include <algorithm>

#include "core/models/Layers.h"

namespace hourglass {

namespace {

// What the options come to for one kind of picture.
struct Plan {
    int64_t channels, height, width;
    std::vector<int64_t> encoder, decoder; // channels of each layer; the decoder's from the code outwards
    int64_t kernel, transposedKernel, code;
    bool spatial;
    std::string activation, initialisation;

    explicit Plan(const ModelContext& context)
        : channels(context.sampleShape[0]), height(context.sampleShape[1]), width(context.sampleShape[2]),
          encoder(context.options.integers("model.layers")), decoder(context.options.integers("model.decoder_layers")),
          kernel(context.options.integer("model.kernel")), transposedKernel(kernel + 1),
          code(context.options.integer("model.code_size")), spatial(context.options.text("model.code") == "spatial"),
          activation(context.options.text("model.activation")),
          initialisation(context.options.text("model.initialisation")) {
        if (decoder.empty()) {
            decoder.assign(encoder.rbegin(), encoder.rend());
            if (!decoder.empty())
                decoder.erase(decoder.begin());
        }
    }

    int64_t shrunk(int64_t size) const { return size >> encoder.size(); }
    int64_t deepest() const { return encoder.empty() ? channels : encoder.back(); }
    int64_t flat() const { return deepest() * shrunk(height) * shrunk(width); }

    Initialisation start(const std::string& next, int64_t fanIn, int64_t fanOut) const {
        return layerInitialisation(initialisation, next, fanIn, fanOut);
    }
};

NodeId convolution(Graph& graph, NodeId x, const std::string& name, int64_t outputs, int64_t kernel, int64_t stride,
                   const Initialisation& start) {
    return addChannelBias(graph, convolutionLayer(graph, x, name, outputs, kernel, Window::same(kernel, stride), start),
                          name);
}

} // namespace

OptionTable ConvolutionalArchitecture::options() const {
    return {{.key = "model.layers",
             .type = OptionType::IntegerList,
             .defaultValue = {16, 32},
             .label = "Encoder layers",
             .help = "Channels of each layer before the code, first to last; each layer halves the picture. More "
                     "layers see further, more channels fit more and take longer.",
             .unit = "channels",
             .minimum = 1,
             .maximum = 65536},
            {.key = "model.decoder_layers",
             .type = OptionType::IntegerList,
             .defaultValue = Json::array(),
             .label = "Decoder layers",
             .help = "Channels of each layer after the code but the last, whose channels are the picture's; each layer "
                     "doubles the picture. Empty mirrors the encoder.",
             .unit = "channels",
             .minimum = 1,
             .maximum = 65536,
             .tier = OptionTier::Expert},
            kernelOption(),
            {.key = "model.code",
             .type = OptionType::Choice,
             .defaultValue = "dense",
             .label = "Code",
             .help = "A vector that sums up the whole picture, or a smaller picture that keeps what is where: such a "
                     "network takes pictures of any size.",
             .choices = {{"dense", "Vector (dense)"}, {"spatial", "Small picture (spatial)"}},
             .tier = OptionTier::Expert}};
}

Result<void> ConvolutionalArchitecture::validate(const ModelContext& context) const {
    const Shape& sample = context.sampleShape;
    if (sample.rank() != 3)
        return makeError(ErrorCode::InvalidArgument,
                         "model.architecture 'convolutional' takes pictures, but a sample is {}. Choose 'dense'.",
                         sample.toString());
    const Plan plan(context);
    if (plan.kernel % 2 == 0)
        return evenKernel(plan.kernel);
    const auto depth = static_cast<int64_t>(plan.encoder.size());
    const int64_t most = std::min(halvings(plan.height), halvings(plan.width));
    if (depth > most)
        return makeError(ErrorCode::InvalidArgument,
                         "model.layers {} halves the picture {} times, but at most {} halvings fit {}×{}. Take fewer "
                         "layers, or a data.width and data.height that can be halved more often.",
                         context.options.value("model.layers").dump(), depth, most, plan.width, plan.height);
    if (!plan.encoder.empty() && plan.decoder.size() + 1 != plan.encoder.size())
        return makeError(ErrorCode::InvalidArgument,
                         "model.decoder_layers {} does not double the picture as often as model.layers {} halves it: "
                         "it needs {} numbers, one for each layer but the last.",
                         context.options.value("model.decoder_layers").dump(),
                         context.options.value("model.layers").dump(), plan.encoder.size() - 1);
    return checkParameters(layers(context), context);
}

NodeId ConvolutionalArchitecture::encode(Graph& graph, NodeId input, const ModelContext& context) const {
    const Plan plan(context);
    NodeId x = input;
    for (size_t i = 0; i < plan.encoder.size(); ++i) {
        const int64_t area = plan.kernel * plan.kernel, inputs = graph.shape(x)[1].fixedSize();
        x = convolution(graph, x, fmt::format("encoder.{}", i), plan.encoder[i], plan.kernel, 2,
                        plan.start(plan.activation, inputs * area, plan.encoder[i] * area / 4));
        x = applyActivation(graph, x, plan.activation);
    }
    const std::string name = fmt::format("encoder.{}", plan.encoder.size());
    const int64_t outputs = context.codeHeads * plan.code;
    if (plan.spatial)
        return convolution(graph, x, name, outputs, 1, 1, codeInitialisation(context, plan.deepest(), outputs));
    const NodeId flat = graph.reshape(x, {Dim::n(), plan.flat()});
    return linearLayer(graph, flat, name, outputs, codeInitialisation(context, plan.flat(), outputs));
}

NodeId ConvolutionalArchitecture::decode(Graph& graph, NodeId code, const ModelContext& context) const {
    const Plan plan(context);
    NodeId x = code;
    if (plan.spatial) {
        x = convolution(graph, x, "decoder.0", plan.deepest(), 1, 1,
                        plan.start(plan.activation, plan.code, plan.deepest()));
    } else {
        x = linearLayer(graph, x, "decoder.0", plan.flat(), plan.start(plan.activation, plan.code, plan.flat()));
        x = graph.reshape(x, {Dim::n(), plan.deepest(), plan.shrunk(plan.height), plan.shrunk(plan.width)});
    }
    for (size_t i = 0; i < plan.encoder.size(); ++i) {
        x = applyActivation(graph, x, plan.activation);
        const bool isLast = i + 1 == plan.encoder.size();
        const int64_t outputs = isLast ? plan.channels : plan.decoder[i], inputs = graph.shape(x)[1].fixedSize();
        const int64_t area = plan.transposedKernel * plan.transposedKernel; // a place hears a quarter of it
        const std::string name = fmt::format("decoder.{}", i + 1);
        const Initialisation start =
            plan.start(isLast ? "identity" : plan.activation, inputs * area / 4, outputs * area);
        x = addChannelBias(graph, doublingLayer(graph, x, name, outputs, plan.transposedKernel, start), name);
    }
    return x;
}

SymbolicShape ConvolutionalArchitecture::codeShape(const ModelContext& context) const {
    const Plan plan(context);
    if (!plan.spatial)
        return {Dim::n(), plan.code};
    const int64_t shrinks = int64_t{1} << plan.encoder.size();
    return {Dim::n(), plan.code, Dim::h().dividedBy(shrinks), Dim::w().dividedBy(shrinks)};
}

bool ConvolutionalArchitecture::takesAnySize(const ModelContext& context) const {
    return context.options.text("model.code") == "spatial";
}

std::vector<LayerInfo> ConvolutionalArchitecture::layers(const ModelContext& context) const {
    const Plan plan(context);
    const std::string activation = activationLabel(context.options.text("model.activation"));
    const std::string output = activationLabel(context.options.text("model.output_activation"));
    std::vector<LayerInfo> result;
    int64_t channels = plan.channels, height = plan.height, width = plan.width;
    const auto add = [&](LayerInfo::Kind kind, std::string name, const std::string& detail, int64_t parameters) {
        result.push_back({kind, std::move(name), detail, {Dim::n(), channels, height, width}, parameters});
    };
    add(LayerInfo::Kind::Input, "input", context.sampleShape.toString(), 0);
    for (size_t i = 0; i < plan.encoder.size(); ++i) {
        const int64_t parameters = plan.encoder[i] * (channels * plan.kernel * plan.kernel + 1);
        channels = plan.encoder[i];
        height /= 2;
        width /= 2;
        add(LayerInfo::Kind::Layer, fmt::format("encoder.{}", i),
            fmt::format("{}×{}, stride 2 · {}", plan.kernel, plan.kernel, activation), parameters);
    }
    const SymbolicShape code = plan.spatial ? SymbolicShape{Dim::n(), plan.code, height, width} : codeShape(context);
    const int64_t fan = plan.spatial ? plan.deepest() : plan.flat();
    result.push_back({LayerInfo::Kind::Code, fmt::format("encoder.{}", plan.encoder.size()),
                      fmt::format("code {}", plan.code), code, context.codeHeads * plan.code * (fan + 1)});
    add(plan.encoder.empty() ? LayerInfo::Kind::Output : LayerInfo::Kind::Layer, "decoder.0",
        plan.spatial ? fmt::format("1×1 · {}", plan.encoder.empty() ? output : activation)
                     : fmt::format("dense · {}", plan.encoder.empty() ? output : activation),
        fan * (plan.code + 1));
    for (size_t i = 0; i < plan.encoder.size(); ++i) {
        const bool isLast = i + 1 == plan.encoder.size();
        const int64_t outputs = isLast ? plan.channels : plan.decoder[i];
        const int64_t parameters = outputs * (channels * plan.transposedKernel * plan.transposedKernel + 1);
        channels = outputs;
        height *= 2;
        width *= 2;
        add(isLast ? LayerInfo::Kind::Output : LayerInfo::Kind::Layer, fmt::format("decoder.{}", i + 1),
            fmt::format("{}×{} transposed · {}", plan.transposedKernel, plan.transposedKernel,
                        isLast ? output : activation),
            parameters);
    }
    return result;
}

} // namespace hourglass
