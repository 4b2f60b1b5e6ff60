#include "core/models/ContractiveFamily.h"

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

bool contractsReconstruction(const OptionValues& options) {
    return options.text("objective.contracts") == "reconstruction";
}

// ‖∂code/∂x‖_F² or ‖∂x̂/∂x‖_F² of each sample, [N].
NodeId squaredJacobian(ModelBuilder& builder, NodeId code) {
    Graph& g = builder.graph();
    if (contractsReconstruction(builder.options())) {
        const NodeId reconstruction = g.output("reconstruction");
        return squaredGradient(builder,
                               g.reduceAll(g.multiply(reconstruction, builder.random("probe", reconstruction))));
    }
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

} // namespace

OptionTable ContractiveFamily::options() const {
    return {
        {.key = "objective.lambda",
         .type = OptionType::Real,
         .defaultValue = 0.1,
         .label = "λ",
         .help = "Weight of the squared Jacobian. Raise it for what holds stiller, lower it when "
                 "reconstructions blur.",
         .minimum = 0,
         .maximum = 1e6,
         .effect = OptionEffect::Live},
        {.key = "objective.contracts",
         .type = OptionType::Choice,
         .defaultValue = "code",
         .label = "Contracts",
         .help = "What must hold still when the sample changes a little: the code (Rifai et al. 2011), or what is made "
                 "of it (Alain and Bengio 2014), on which no scale of the code has any influence.",
         .choices = {{"code", "The code"}, {"reconstruction", "The reconstruction"}}},
        {.key = "objective.jacobian",
         .type = OptionType::Choice,
         .defaultValue = "auto",
         .label = "Jacobian",
         .help = "Exact takes one pass back for each unit of the code; the estimate takes one in all, with a random "
                 "direction, and is right on average. Automatic is exact up to 8 units.",
         .choices = {{"auto", "Automatic"}, {"exact", "Exact"}, {"estimate", "Estimate"}},
         .tier = OptionTier::Expert,
         .appliesWhen = {{"objective.contracts", {"code"}}}},
    };
}

std::vector<std::pair<std::string, Json>> ContractiveFamily::defaults() const {
    return {{"model.code_activation", "sigmoid"}};
}

Result<void> ContractiveFamily::validate(const ModelContext& context) const {
    if (context.options.text("objective.jacobian") != "exact")
        return {};
    if (const int64_t units = context.options.integer("model.code_size"); units > kMostExact)
        return makeError(ErrorCode::InvalidArgument,
                         "objective.jacobian 'exact' takes a pass back for each of the code's {} units; at most {} are "
                         "allowed. Set it to 'estimate', or model.code_size to {} or less.",
                         units, kMostExact, kMostExact);
    return {};
}

std::vector<ScheduledScalar> ContractiveFamily::scalars() const {
    return {{"lambda", "objective.lambda", nullptr}};
}

void ContractiveFamily::build(ModelBuilder& builder) const {
    Graph& g = builder.graph();
    const NodeId code = builder.addAutoencoder();
    const NodeId squared = squaredJacobian(builder, code);
    builder.addTerm("contraction", builder.asTerm(g.multiply(g.reduceAll(squared, {0}), g.input("lambda", {}))));
    builder.addMetric("jacobian_norm", g.unary(OpKind::Sqrt, squared));
}

bool ContractiveFamily::afterStep(const StepEdit& edit) const {
    return !contractsReconstruction(edit.options) && scaleCodeColumns(edit.weights, ColumnNorm::AtMostOne);
}

} // namespace hourglass
