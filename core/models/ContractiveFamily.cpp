#include "core/models/ContractiveFamily.h"

#include <algorithm>

#include "core/graph/Differentiate.h"
#include "core/models/CodeColumns.h"

namespace hourglass {

namespace {

constexpr int64_t kUsuallyExact = 8, kMostExact = 256; // units of a code

bool isSpatial(const Graph& graph, NodeId code) {
    return graph.shape(code).size() > 2;
}

// ‖∂s/∂x‖² of each sample, s a sum over samples that do not know of each other.
NodeId squaredGradient(ModelBuilder& builder, NodeId sum) {
    Graph& g = builder.graph();
    const NodeId input = builder.input();
    return builder.sumPerSample(g.unary(OpKind::Square, differentiate(g, sum, {&input, 1})[0]));
}

// Automatically the code where encoder and decoder are one layer each: the penalty is known in closed form, and bounded
// columns cannot undo it. What is made of the code where deeper decoders could. (Without decoder layers of its own the
// decoder mirrors the encoder.)
bool contractsReconstruction(const OptionValues& options) {
    const std::string what = options.text("objective.contracts");
    const bool isDeep = options.text("model.architecture") != "dense" || !options.integers("model.layers").empty() ||
                        !options.integers("model.decoder_layers").empty();
    return what == "reconstruction" || (what == "auto" && isDeep);
}

// An estimate of ‖∂x̂/∂x‖_F² of each sample, [N].
NodeId squaredReconstructionJacobian(ModelBuilder& builder) {
    Graph& g = builder.graph();
    const NodeId reconstruction = g.output("reconstruction");
    return squaredGradient(
        builder, g.reduceAll(g.multiply(reconstruction, builder.random("reconstruction_probe", reconstruction))));
}

// ‖∂code/∂x‖_F² of each sample, [N], or its estimate.
NodeId squaredCodeJacobian(ModelBuilder& builder, NodeId code) {
    Graph& g = builder.graph();
    const std::string way = builder.options().text("objective.jacobian");
    const int64_t units = builder.options().integer("model.code_size");
    if (isSpatial(g, code) || way == "estimate" || (way == "auto" && units > kUsuallyExact))
        return squaredGradient(builder, g.reduceAll(g.multiply(code, builder.random("probe", code))));
    NodeId sum{};
    for (int64_t unit = 0; unit < units; ++unit) {
        const NodeId row = squaredGradient(builder, g.reduceAll(g.slice(code, 1, unit, 1)));
        sum = unit == 0 ? row : g.add(sum, row);
    }
    return sum;
}

void addPenalty(ModelBuilder& builder, NodeId squaredJacobian) {
    Graph& g = builder.graph();
    const NodeId mean = g.reduceAll(squaredJacobian, {0});
    builder.addTerm("contraction", builder.asTerm(g.multiply(mean, g.input("lambda", {}))));
}

} // namespace

OptionTable ContractiveFamily::options() const {
    return {
        {.key = "objective.lambda",
         .type = OptionType::Real,
         .defaultValue = 0.25,
         .label = "λ",
         .help = "Weight of the squared Jacobian. Raise it for what holds stiller, lower it when "
                 "reconstructions blur.",
         .minimum = 0,
         .maximum = 1e6,
         .effect = OptionEffect::Live},
        {.key = "objective.warmup_steps",
         .type = OptionType::Integer,
         .defaultValue = 2000,
         .label = "λ warm-up",
         .help = "Steps over which λ rises from 0: first it learns to reconstruct, then to hold still.",
         .unit = "steps",
         .minimum = 0,
         .maximum = 1e9,
         .tier = OptionTier::Expert},
        {.key = "objective.contracts",
         .type = OptionType::Choice,
         .defaultValue = "auto",
         .label = "Contracts",
         .help = "What must hold still when the sample changes a little: the code (Rifai et al. 2011), or what is made "
                 "of it (Alain and Bengio 2014), on which the code's own scale has no influence. Automatic is the "
                 "code where encoder and decoder are one layer each, else the reconstruction: deeper decoders could "
                 "undo what the encoder does.",
         .choices = {{"auto", "Automatic"}, {"code", "The code"}, {"reconstruction", "The reconstruction"}}},
        {.key = "objective.jacobian",
         .type = OptionType::Choice,
         .defaultValue = "auto",
         .label = "Jacobian of the code",
         .help = "Exact takes one pass back for each unit of the code; the estimate takes one in all, with a random "
                 "direction, and is right on average. Automatic is exact up to 8 units.",
         .choices = {{"auto", "Automatic"}, {"exact", "Exact"}, {"estimate", "Estimate"}},
         .tier = OptionTier::Expert},
    };
}

Result<void> ContractiveFamily::validate(const ModelContext& context) const {
    if (context.options.text("objective.jacobian") != "exact")
        return {};
    if (context.options.has("model.code") && context.options.text("model.code") == "spatial")
        return makeError(ErrorCode::InvalidArgument,
                         "objective.jacobian 'exact' is for codes that are a vector; model.code is 'spatial'. Set the "
                         "former to 'estimate', or the latter to 'dense'.");
    if (const int64_t units = context.options.integer("model.code_size"); units > kMostExact)
        return makeError(ErrorCode::InvalidArgument,
                         "objective.jacobian 'exact' takes a pass back for each of the code's {} units; at most {} are "
                         "allowed. Set it to 'estimate', or model.code_size to {} or less.",
                         units, kMostExact, kMostExact);
    return {};
}

std::vector<ScheduledScalar> ContractiveFamily::scalars() const {
    return {{"lambda", "objective.lambda", warmUp}};
}

void ContractiveFamily::build(ModelBuilder& builder) const {
    const NodeId code = builder.addAutoencoder();
    const bool ofReconstruction = contractsReconstruction(builder.options());
    const bool isEvaluated = builder.mode() == BuildMode::Evaluation;
    if (ofReconstruction || isEvaluated) {
        const NodeId squared = squaredReconstructionJacobian(builder);
        builder.addRootMeanSquare("reconstruction_jacobian_norm", squared);
        if (ofReconstruction)
            addPenalty(builder, squared);
    }
    if (!ofReconstruction || isEvaluated) {
        const NodeId squared = squaredCodeJacobian(builder, code);
        builder.addRootMeanSquare("jacobian_norm", squared);
        if (!ofReconstruction)
            addPenalty(builder, squared);
    }
}

// The decoder must not undo what the penalty does to the code.
bool ContractiveFamily::afterStep(const StepEdit& edit) const {
    if (contractsReconstruction(edit.options))
        return false;
    const bool areScaled = scaleCodeColumns(edit.weights, ColumnNorm::AtMostOne);
    return boundLaterGains(edit.weights) || areScaled;
}

} // namespace hourglass
