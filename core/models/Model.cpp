#include "core/models/Model.h"

#include <cmath>

#include "core/graph/Differentiate.h"
#include "core/graph/Flops.h"
#include "core/graph/ReceptiveField.h"
#include "core/models/VariationalFamily.h"

namespace hourglass {

namespace {

Graph buildGraph(const Family& family, const Architecture& architecture, const ModelContext& context, BuildMode mode) {
    ModelBuilder builder(context, architecture, mode);
    family.build(builder);
    return builder.finish();
}

void appendGradients(Graph& graph) {
    const std::vector<NodeId> parameters = graph.parameters();
    const std::vector<NodeId> gradients = differentiate(graph, graph.output("loss"), parameters);
    for (size_t i = 0; i < parameters.size(); ++i)
        graph.setOutput("grad." + graph.node(parameters[i]).attributes.name, gradients[i]);
    graph.removeOutput("code");
    graph.removeOutput("reconstruction");
}

std::vector<std::string> namesStarting(const Graph& graph, std::string_view prefix) {
    std::vector<std::string> names;
    for (const auto& [name, id] : graph.outputs())
        if (name.starts_with(prefix))
            names.push_back(name);
    return names;
}

std::vector<std::string> namesAfter(const Graph& graph, std::string_view prefix) {
    std::vector<std::string> names = namesStarting(graph, prefix);
    for (std::string& name : names)
        name.erase(0, prefix.size());
    return names;
}

Result<void> validate(const ModelContext& context, const Family& family, const Architecture& architecture) {
    const OptionValues& options = context.options;
    if (context.sampleShape.rank() < 1 || context.sampleShape.elements() < 1)
        return makeError(ErrorCode::InvalidArgument, "Samples of shape {} cannot be learnt from.",
                         context.sampleShape.toString());
    const bool isBce = options.text("objective.loss") == "bce";
    if (const OptionSpec& output = *options.table().find("model.output_activation");
        isBce && !output.unusedBecause.empty())
        return makeError(ErrorCode::InvalidArgument,
                         "objective.loss 'bce' is computed from the logits of a sigmoid output, which "
                         "model.architecture '{}' has not: {}. Choose another loss.",
                         architecture.id(), output.unusedBecause);
    if (isBce && options.text("model.output_activation") != "sigmoid")
        return makeError(ErrorCode::InvalidArgument,
                         "objective.loss 'bce' is computed from the logits of a sigmoid output, but "
                         "model.output_activation is '{}'. Set it to 'sigmoid', or choose another loss.",
                         options.text("model.output_activation"));
    if (family.needsCode() && !architecture.hasCode())
        return makeError(ErrorCode::InvalidArgument,
                         "model.family '{}' needs a code, but model.architecture '{}' has none: skip connections lead "
                         "around it. Choose another of the two.",
                         family.id(), architecture.id());
    if (Result<void> result = architecture.validate(context); !result)
        return result;
    return family.validate(context);
}

} // namespace

std::vector<std::string> Model::lossNames() const {
    return namesStarting(training, "loss");
}

double SampleMetric::reported(double mean) const {
    return isSquare ? std::sqrt(mean) : mean;
}

std::vector<SampleMetric> Model::metrics() const {
    std::vector<SampleMetric> all;
    for (const auto& [prefix, isSquare] : {std::pair("metric.", false), {"square.", true}})
        for (const std::string& name : namesAfter(evaluation, prefix))
            all.push_back({name, prefix + name, isSquare});
    return all;
}

std::vector<std::string> Model::unitValueNames() const {
    return namesAfter(evaluation, "unit.");
}

SymbolSizes Model::sizes(int64_t rows) const {
    SymbolSizes sizes{.n = rows};
    if (sampleShape.rank() == 3) {
        sizes.h = sampleShape[1];
        sizes.w = sampleShape[2];
    }
    return sizes;
}

bool Model::wantsNoiseLevel() const {
    const std::vector<NodeId> inputs = autoencoder.nodesOf(OpKind::Input);
    return std::any_of(inputs.begin(), inputs.end(),
                       [&](NodeId id) { return autoencoder.node(id).attributes.name == kNoiseLevelInput; });
}

int64_t Model::codeElements() const {
    if (!hasCode())
        return 0;
    const Shape shape = evaluate(architecture->codeShape({options, sampleShape}), sizes(1)).value();
    return shape.elements();
}

std::optional<double> Model::compressionRatio() const {
    if (!hasCode())
        return std::nullopt;
    return static_cast<double>(sampleShape.elements()) / static_cast<double>(codeElements());
}

int64_t Model::forwardFlops() const {
    return productFlops(autoencoder, sizes(1));
}

Result<void> checkSampleShape(const Shape& expected, const Shape& found) {
    if (found == expected)
        return {};
    return makeError(ErrorCode::InvalidArgument, "This model takes samples of shape {}; these have {}.",
                     expected.toString(), found.toString());
}

Result<std::shared_ptr<const Model>> buildModel(const OptionValues& options, const Shape& sampleShape) {
    const Family* family = findFamily(options.text("model.family"));
    const Architecture* architecture = findArchitecture(options.text("model.architecture"));
    expects(family != nullptr && architecture != nullptr, "options with an unknown family or architecture");
    return buildModel(*family, *architecture, options, sampleShape);
}

Result<std::shared_ptr<const Model>> buildModel(const Family& family, const Architecture& architecture,
                                                const OptionValues& options, const Shape& sampleShape) {
    auto model = std::make_shared<Model>();
    model->options = options;
    model->sampleShape = sampleShape;
    model->family = &family;
    model->architecture = &architecture;
    const ModelContext context{model->options, sampleShape, family.codeHeads()};
    if (Result<void> valid = validate(context, *model->family, *model->architecture); !valid)
        return std::move(valid).error();

    model->training = buildGraph(*model->family, *model->architecture, context, BuildMode::Training);
    model->layout = std::make_shared<ArenaLayout>(model->training);
    appendGradients(model->training);
    model->evaluation = buildGraph(*model->family, *model->architecture, context, BuildMode::Evaluation);
    model->autoencoder = model->evaluation.pruned({"reconstruction"});
    model->layers = model->architecture->layers(context);
    model->sizeMultiple = sizeMultiple(model->autoencoder);
    model->warnings = family.warnings(context);
    if (!model->hasCode() && !model->family->corruptsInput())
        model->warnings.emplace_back(
            "Skip connections lead around every narrow place, and no noise is added: the network "
            "only learns to copy its input. Choose the family 'denoising'.");
    if (!model->hasCode())
        return std::shared_ptr<const Model>(std::move(model));

    std::vector<std::string> codes = {"code"};
    if (model->evaluation.outputs().contains(kLogVarianceOutput))
        codes.emplace_back(kLogVarianceOutput);
    model->encoder = model->evaluation.pruned(codes);
    ModelBuilder decoder(context, *model->architecture, BuildMode::Evaluation);
    const NodeId code = decoder.graph().input("code", model->architecture->codeShape(context));
    decoder.setReconstruction(decoder.outputActivation(decoder.decode(code)));
    model->decoder = decoder.graph().pruned({"reconstruction"});
    if (model->family->wantsSmallCode() && model->codeElements() >= sampleShape.elements())
        model->warnings.push_back(
            fmt::format("The code ({}) is not smaller than a sample ({}): the network can learn to "
                        "copy its input.",
                        model->codeElements(), sampleShape.elements()));
    return std::shared_ptr<const Model>(std::move(model));
}

} // namespace hourglass
