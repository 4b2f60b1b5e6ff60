#include "core/models/VariationalFamily.h"

#include <cmath>
#include <numbers>

namespace hourglass {

namespace {

constexpr double kLogVarianceLimit = 10.0;

// −log p(x | z) of each element, in nats, up to the constant that `constant` holds for one element.
struct Likelihood {
    NodeId perElement;
    double constant;
};

Likelihood negativeLogLikelihood(ModelBuilder& builder, NodeId logits) {
    Graph& g = builder.graph();
    const std::string kind = builder.options().text("objective.loss");
    if (kind == "bce") // log(1 + e^l) − l x
        return {g.subtract(g.unary(OpKind::Softplus, logits), g.multiply(logits, builder.target())), 0.0};
    const NodeId error = g.subtract(builder.outputActivation(logits), builder.target());
    const NodeId square = g.unary(OpKind::Square, error);
    const double constant = 0.5 * std::log(2.0 * std::numbers::pi);
    if (kind == "mse")
        return {g.scale(square, 0.5), constant};
    // One variance for all elements: ½ ((x − x̂)² / s + log s) (Rybkin et al. 2021).
    const NodeId logVariance =
        g.clamp(g.parameter("likelihood.log_variance", {}), -kLogVarianceLimit, kLogVarianceLimit);
    const NodeId precision = g.unary(OpKind::Exp, g.scale(logVariance, -1.0));
    return {g.scale(g.add(g.multiply(square, precision), logVariance), 0.5), constant};
}

} // namespace

OptionTable VariationalFamily::options() const {
    return {
        {.key = "objective.loss",
         .type = OptionType::Choice,
         .defaultValue = "bce",
         .label = "Likelihood",
         .help = "What a decoded sample says about the real one. Bernoulli (binary cross-entropy) suits values between "
                 "0 and 1; Gaussian is squared error, with variance 1 or with one that is learnt and then balances the "
                 "terms by itself.",
         .choices = {{"bce", "Bernoulli (BCE)"},
                     {"mse", "Gaussian, variance 1 (squared error)"},
                     {"gaussian", "Gaussian, variance learnt"}}},
        {.key = "objective.beta",
         .type = OptionType::Real,
         .defaultValue = 1.0,
         .label = "β",
         .help =
             "Weight of the KL term. 1 is the variational bound; raise it for codes whose dimensions are apart from "
             "each other, lower it when reconstructions blur or dimensions collapse.",
         .minimum = 0,
         .maximum = 1e4,
         .effect = OptionEffect::Live},
        {.key = "objective.warmup_steps",
         .type = OptionType::Integer,
         .defaultValue = 0,
         .label = "β warm-up",
         .help = "Steps over which β rises from 0. Raise it when dimensions collapse early in training.",
         .unit = "steps",
         .minimum = 0,
         .maximum = 1e9,
         .tier = OptionTier::Expert},
        {.key = "objective.free_bits",
         .type = OptionType::Real,
         .defaultValue = 0.0,
         .label = "Free bits",
         .help =
             "KL that each dimension may have for nothing, averaged over the batch. Raise it a little (0.05) against "
             "collapsed dimensions.",
         .unit = "nats",
         .minimum = 0,
         .maximum = 100,
         .tier = OptionTier::Expert},
        {.key = "model.code_activation",
         .type = OptionType::Choice,
         .defaultValue = "identity",
         .label = "Code activation",
         .help = "The code of a variational autoencoder is normal, not bent.",
         .choices = {{"identity", "None (linear)"}},
         .tier = OptionTier::Expert,
         .unusedBecause = "the code is normally distributed"},
    };
}

std::vector<std::pair<std::string, Json>> VariationalFamily::defaults(std::string_view architecture) const {
    std::vector<std::pair<std::string, Json>> values{{"model.code_size", 20}, {"model.initialisation", "fan_in"}};
    if (architecture == "dense") // of others they are channels
        values.emplace_back("model.layers", Json{400});
    return values;
}

std::vector<ScheduledScalar> VariationalFamily::scalars() const {
    return {{"beta", "objective.beta", warmUp}};
}

void VariationalFamily::build(ModelBuilder& builder) const {
    Graph& g = builder.graph();
    const NodeId heads = builder.encode(builder.input());
    const int64_t size = builder.options().integer("model.code_size");
    const NodeId mean = g.slice(heads, 1, 0, size);
    const NodeId logVariance = g.clamp(g.slice(heads, 1, size, size), -kLogVarianceLimit, kLogVarianceLimit);
    const NodeId epsilon = builder.random("epsilon", mean);
    const NodeId z = g.add(mean, g.multiply(g.unary(OpKind::Exp, g.scale(logVariance, 0.5)), epsilon));

    const Likelihood likelihood = negativeLogLikelihood(builder, builder.decode(z));
    const NodeId nll = builder.sumPerSample(likelihood.perElement);
    builder.addTerm("reconstruction", builder.asTerm(g.reduceAll(nll, {0})));

    // ½ (μ² + σ² − 1 − log σ²)
    const NodeId kl = g.scale(g.subtract(g.add(g.unary(OpKind::Square, mean), g.unary(OpKind::Exp, logVariance)),
                                         g.affine(logVariance, 1, 1)),
                              0.5);
    const double free = builder.options().real("objective.free_bits");
    NodeId divergence{};
    if (free > 0) // max(free, KL of a dimension), which has no gradient below
        divergence = g.reduceAll(g.affine(g.unary(OpKind::Relu, g.affine(g.reduce(kl, {0}, {0}), 1, -free)), 1, free));
    else
        divergence = g.reduceAll(builder.sumPerSample(kl), {0});
    builder.addTerm("kl", builder.asTerm(g.multiply(divergence, g.input("beta", {}))));

    builder.setCode(mean);
    builder.setOutput(kLogVarianceOutput, logVariance);
    const NodeId reconstruction = builder.outputActivation(builder.decode(mean));
    builder.setReconstruction(reconstruction);
    const double constant = likelihood.constant * static_cast<double>(builder.context().sampleShape.elements());
    const NodeId klPerSample = builder.sumPerSample(kl), exactNll = g.affine(nll, 1, constant);
    builder.addMetric("kl", klPerSample);
    builder.addUnitValues("kl", kl);
    builder.addMetric("neg_elbo", g.add(exactNll, klPerSample));
    // log p(z) − log q(z|x) = ½ Σ (ε² + log σ² − z²)
    const NodeId ratio = g.subtract(g.add(g.unary(OpKind::Square, epsilon), logVariance), g.unary(OpKind::Square, z));
    builder.setOutput(kLogWeightOutput, g.subtract(g.scale(builder.sumPerSample(ratio), 0.5), exactNll));
}

} // namespace hourglass
