#include "core/models/SparseFamily.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/models/CodeColumns.h"

namespace hourglass {

namespace {

// Σ_j KL(ρ ‖ ρ̂_j) of the units' means over the batch.
NodeId klFromTarget(ModelBuilder& builder, NodeId code, double rho) {
    constexpr double kSmallest = 1e-6;
    Graph& g = builder.graph();
    std::vector<int> axes = {0};
    for (int axis = 2; axis < static_cast<int>(g.shape(code).size()); ++axis)
        axes.push_back(axis);
    // Clamped in value alone: a unit that died must feel the pull back to ρ (in full at the clamp, less beyond it).
    const NodeId raw = g.reduce(code, axes, axes), clamped = g.clamp(raw, kSmallest, 1.0 - kSmallest);
    const NodeId mean = g.add(raw, g.unary(OpKind::StopGradient, g.subtract(clamped, raw)));
    const NodeId on = g.scale(g.unary(OpKind::Log, mean), -rho);
    const NodeId off = g.scale(g.unary(OpKind::Log, g.affine(mean, -1.0, 1.0)), rho - 1.0);
    const double entropy = rho * std::log(rho) + (1.0 - rho) * std::log(1.0 - rho);
    return g.reduceAll(g.affine(g.add(on, off), 1.0, entropy));
}

} // namespace

OptionTable SparseFamily::options() const {
    const std::vector<OptionCondition> kl = {{"objective.sparsity", {"kl"}}}, l1 = {{"objective.sparsity", {"l1"}}};
    return {
        {.key = "objective.sparsity",
         .type = OptionType::Choice,
         .defaultValue = "kl",
         .label = "Sparsity",
         .help = "KL holds the mean of each sigmoid unit near ρ. L1 pulls every value towards 0 and suits ReLU codes.",
         .choices = {{"kl", "KL from a target mean"}, {"l1", "L1 norm of the code"}}},
        {.key = "objective.rho",
         .type = OptionType::Real,
         .defaultValue = 0.05,
         .label = "ρ",
         .help = "Mean that each unit should have over the data. Lower is sparser; reconstructions suffer below 0.02.",
         .minimum = 1e-4,
         .maximum = 0.9999,
         .appliesWhen = kl},
        {.key = "objective.beta",
         .type = OptionType::Real,
         .defaultValue = 3.0,
         .label = "β",
         .help =
             "Weight of the KL term for samples of 784 elements; it grows with their number, as errors do. Raise it "
             "when means stay above ρ, lower it when reconstructions blur.",
         .minimum = 0,
         .maximum = 1e6,
         .effect = OptionEffect::Live,
         .appliesWhen = kl},
        {.key = "objective.lambda",
         .type = OptionType::Real,
         .defaultValue = 0.1,
         .label = "λ",
         .help = "Weight of the L1 norm of the code. Raise it for fewer active units.",
         .minimum = 0,
         .maximum = 1e6,
         .effect = OptionEffect::Live,
         .appliesWhen = l1},
    };
}

std::vector<std::pair<std::string, Json>> SparseFamily::defaults(std::string_view) const {
    return {{"model.code_activation", "sigmoid"}, {"model.code_size", 64}};
}

Result<void> SparseFamily::validate(const ModelContext& context) const {
    const std::string activation = context.options.text("model.code_activation");
    if (context.options.text("objective.sparsity") == "kl" && activation != "sigmoid")
        return makeError(ErrorCode::InvalidArgument,
                         "objective.sparsity 'kl' compares units' means with ρ, which only a code between 0 and 1 has, "
                         "but model.code_activation is '{}'. Set it to 'sigmoid', or objective.sparsity to 'l1'.",
                         activation);
    return {};
}

std::vector<ScheduledScalar> SparseFamily::scalars() const {
    return {{"beta", "objective.beta", nullptr}, {"lambda", "objective.lambda", nullptr}};
}

void SparseFamily::initialise(const ModelContext& context, const Tensor&, ParameterStore& weights) const {
    if (context.options.text("objective.sparsity") != "kl")
        return;
    const double rho = context.options.real("objective.rho");
    const auto logit = static_cast<float>(std::log(rho / (1.0 - rho)));
    const auto gain = static_cast<float>(1.0 / rho);
    std::ranges::fill(weights.values(codeBias(weights.layout())), logit);
    for (float& weight : weights.values(kCodeReader))
        weight *= gain;
}

void SparseFamily::build(ModelBuilder& builder) const {
    Graph& g = builder.graph();
    const NodeId code = builder.addAutoencoder();
    if (builder.options().text("objective.sparsity") == "kl") {
        const double scale = static_cast<double>(builder.context().sampleShape.elements()) / 784.0;
        const NodeId divergence = klFromTarget(builder, code, builder.options().real("objective.rho"));
        builder.addTerm("sparsity", builder.asTerm(g.multiply(g.scale(divergence, scale), g.input("beta", {}))));
    } else {
        const NodeId norm = g.reduceAll(builder.sumPerSample(g.unary(OpKind::Abs, code)), {0});
        builder.addTerm("sparsity", builder.asTerm(g.multiply(norm, g.input("lambda", {}))));
    }
    if (builder.options().text("model.code_activation") != "sigmoid") // whose values are never 0
        builder.addMetric("l0", builder.sumPerSample(g.unary(OpKind::Step, code)));
    std::vector<int> axes(g.shape(code).size() - 1);
    std::iota(axes.begin(), axes.end(), 1);
    builder.addMetric("mean_activation", g.reduce(code, axes, axes));
}

// Without these bounds codes shrink while the decoder grows, behind a hidden layer as well.
bool SparseFamily::afterStep(const StepEdit& edit) const {
    if (edit.options.text("objective.sparsity") != "l1")
        return false;
    const bool areScaled = scaleCodeColumns(edit.weights, ColumnNorm::One);
    return boundLaterGains(edit.weights) || areScaled;
}

std::vector<std::string> SparseFamily::warnings(const ModelContext& context) const {
    if (context.options.text("objective.sparsity") == "l1" &&
        context.options.text("model.code_activation") == "sigmoid")
        return {"objective.sparsity 'l1' on a sigmoid code makes its values small, but none of them 0. Set "
                "model.code_activation to 'relu' for codes that are."};
    return {};
}

} // namespace hourglass
