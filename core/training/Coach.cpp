#include "core/training/Coach.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/training/EpochCurves.h"

namespace hourglass {

namespace {

// 0.00030000000000000003 is no number to offer. Read as written, with a point, whatever the locale has.
double twoDigits(double value) {
    const std::string text = fmt::format("{:.2g}", value);
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// Rules: what the first n epochs say. `weight` is that of the evidence asked for: all of it to speak up, half to keep
// to what was said.
constexpr double kToSpeak = 1, kToKeep = 0.5;

std::optional<Advice> collapse(const EpochCurves& epochs, const OptionValues& options, size_t n, double weight) {
    if (!options.has("objective.free_bits"))
        return std::nullopt;
    const int64_t units = options.integer("model.code_size");
    const double collapsed = static_cast<double>(units) - epochs.activeUnits[n - 1];
    if (!(collapsed > (0.3 + 0.2 * weight) * static_cast<double>(units))) // a few do in every good run
        return std::nullopt;
    Advice advice;
    advice.key = "collapse";
    advice.arguments = {fmt::format("{}", std::llround(collapsed)), fmt::format("{}", units)};
    if (const double beta = options.real("objective.beta"); beta > 1) {
        advice.text = "{} of {} latents have collapsed: lower β?";
        advice.action = "Lower β";
        advice.changes = {{"objective.beta", twoDigits(std::max(1.0, beta / 4))}};
    } else if (options.text("objective.loss") == "mse") {
        advice.text = "{} of {} latents have collapsed: variance 1 is wide for small values; learn it?";
        advice.action = "Learn the variance";
        advice.changes = {{"objective.loss", "gaussian"}};
    } else if (options.real("objective.free_bits") == 0) {
        advice.text = "{} of {} latents have collapsed: a few free bits, or a smaller code?";
        advice.action = "Give free bits";
        advice.changes = {{"objective.free_bits", 0.05}};
    } else {
        return std::nullopt;
    }
    return advice;
}

// How much training has fallen since validation's best; not from the first epoch, whose mean has the start in it.
double fallSince(const EpochCurves& epochs, size_t best, size_t n) {
    constexpr size_t kMean = 3;
    const std::span<const double> training(epochs.training.data(), n);
    const size_t from = std::max<size_t>(best, 1);
    return meanOf(training, from, from + kMean) - meanOf(training, n - kMean, n);
}

// Validation stands out of its own noise above where it was lowest, while training goes on falling. The longer ago that
// was, the more epochs are averaged, and the less is asked for.
bool hasRisen(const EpochCurves& epochs, size_t best, size_t n, double weight) {
    constexpr size_t kSince = 5;
    const size_t since = n - 1 - best;
    if (n < 2 * kSince || since < kSince)
        return false;
    const std::span<const double> validation(epochs.validation.data(), n), training(epochs.training.data(), n);
    const size_t half = std::clamp<size_t>(since / 6, 1, 4), width = 2 * half + 1;
    const double low = meanOf(validation, best - std::min(best, half), best + half + 1);
    const double rise = meanOf(validation, n - width, n) - low, learnt = validation.front() - validation[best];
    const double least = std::max(5 * std::sqrt(3.0 / static_cast<double>(width)) * noiseOf(validation), 0.02 * learnt);
    return rise > weight * least && fallSince(epochs, best, n) > weight * 3 * noiseOf(training);
}

std::optional<Advice> overfitting(const EpochCurves& epochs, const OptionValues& options, size_t n, double weight) {
    const size_t best = lowestOf(std::span(epochs.validation).first(n));
    if (options.boolean("training.early_stopping") || !hasRisen(epochs, best, n, weight))
        return std::nullopt;
    Advice advice{.key = "overfitting",
                  .text = "Validation has risen since epoch {}: early stopping, or a smaller code?",
                  .arguments = {fmt::format("{}", epochs.number[best])},
                  .action = "Stop early",
                  .changes = {{"training.early_stopping", true}}};
    if (options.text("training.monitor") != "validation_loss")
        advice.changes.emplace_back("training.monitor", "validation_loss");
    return advice;
}

// At one learning rate the best lies back, and neither curve falls any more by what would count or stand out of its
// noise. (A slope over kSeen values gives what they fall in kWithoutGain to two thirds of the noise of one.) Where
// training went on falling after the best, a lower rate would not help. Said once, it holds until there is a new best.
bool hasStalled(const EpochCurves& epochs, size_t best, size_t n, double weight) {
    constexpr size_t kWithoutGain = 8, kSeen = 12;
    if (n < kSeen || n - 1 - best < kWithoutGain)
        return false;
    const auto rates = std::span(epochs.rate).subspan(n - kSeen, kSeen);
    if (std::ranges::min(rates) != std::ranges::max(rates))
        return false;
    const auto isFlat = [n](const std::vector<double>& values) {
        const std::span<const double> curve(values.data(), n);
        const double gain = -slopeOf(curve.last(kSeen)) * kWithoutGain;
        const double learnt = curve.front() - std::ranges::min(curve);
        return gain <= std::max(0.5 * noiseOf(curve), 0.001 * learnt);
    };
    if (weight < kToSpeak)
        return true;
    const std::span<const double> training(epochs.training.data(), n);
    const double counts = std::max(2 * noiseOf(training), 0.01 * (training.front() - std::ranges::min(training)));
    return fallSince(epochs, best, n) <= counts && isFlat(epochs.validation) && isFlat(epochs.training);
}

std::optional<Advice> plateau(const EpochCurves& epochs, const OptionValues& options, size_t n, double weight) {
    constexpr double kLeastRate = 1e-5;
    const size_t best = lowestOf(std::span(epochs.validation).first(n));
    const double rate = epochs.rate[n - 1];
    if (options.boolean("training.early_stopping") || options.text("optimizer.schedule") != "constant" ||
        rate < kLeastRate || !hasStalled(epochs, best, n, weight))
        return std::nullopt;
    Advice advice{.key = "plateau",
                  .text = "No gain for {} epochs: a lower learning rate?",
                  .arguments = {fmt::format("{}", n - 1 - best)},
                  .action = "Lower the learning rate",
                  .changes = {{"optimizer.learning_rate", twoDigits(0.3 * rate)}}};
    // A run at its end goes on only with more to do.
    if (const int64_t planned = options.integer("training.epochs"); epochs.number.back() >= planned)
        advice.changes.emplace_back("training.epochs", planned + std::max<int64_t>(5, planned / 2));
    return advice;
}

std::optional<Advice> divergence(const CoachInput& input) {
    const double rate =
        input.rows.empty() ? input.options.real("optimizer.learning_rate") : input.rows.back().learningRate;
    const double epoch = input.rows.empty() ? 0 : std::floor(input.rows.back().epoch);
    return Advice{.key = "divergence",
                  .text = "The loss ran away in epoch {}: a lower learning rate?",
                  .arguments = {fmt::format("{}", static_cast<int64_t>(epoch) + 1)},
                  .action = "Halve the learning rate",
                  .changes = {{"optimizer.learning_rate", twoDigits(rate / 2)}}};
}

} // namespace

std::optional<Advice> advise(const CoachInput& input) {
    if (input.hasDiverged)
        return divergence(input);
    constexpr size_t kMemory = 100; // epochs that it looks back for when it spoke up
    const EpochCurves epochs = epochCurves(input.rows, input.columns, input.options);
    for (const auto& rule : {collapse, overfitting, plateau}) {
        std::optional<Advice> newest;
        for (size_t n = epochs.size(); n >= 2 && n + kMemory > epochs.size(); --n) {
            std::optional<Advice> kept = rule(epochs, input.options, n, kToKeep);
            if (!kept)
                break;
            if (!newest)
                newest = std::move(kept);
            if (rule(epochs, input.options, n, kToSpeak) && rule(epochs, input.options, n - 1, kToSpeak))
                return newest;
        }
    }
    return std::nullopt;
}

} // namespace hourglass
