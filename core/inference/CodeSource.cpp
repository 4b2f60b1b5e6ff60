#include "core/inference/CodeSource.h"

#include <algorithm>
#include <limits>
#include <map>

#include "core/data/MemoryDataset.h"
#include "core/data/RowSubset.h"
#include "core/models/VariationalFamily.h"

namespace hourglass {

Result<std::optional<Tensor>> encodeAll(ModelRunner& runner, const std::shared_ptr<const Dataset>& dataset,
                                        const std::function<void(int64_t)>& progress, std::stop_token stop) {
    const Result<Shape> shape = runner.codeShape();
    if (!shape)
        return shape.error();
    Tensor codes(shape->batch(dataset->size()));
    size_t next = 0;
    const auto gather = [&](const Batch& batch, std::span<const float> output) -> Result<void> {
        std::ranges::copy(output, codes.values().begin() + static_cast<std::ptrdiff_t>(next));
        next += output.size();
        if (progress)
            progress(static_cast<int64_t>(next) / shape->elements());
        (void)batch;
        return {};
    };
    const Result<bool> done = runner.run(dataset, ModelRunner::What::Code, 0.0f, gather, std::move(stop));
    if (!done)
        return done.error();
    return *done ? std::optional(std::move(codes)) : std::nullopt;
}

std::pair<float, float> codeRange(const Model& model) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    if (CodeSource::hasPrior(model)) // whose code is a mean
        return {-kInfinity, kInfinity};
    static const std::map<std::string, std::pair<float, float>> kRanges = {
        {"sigmoid", {0.0f, 1.0f}},      {"tanh", {-1.0f, 1.0f}},       {"relu", {0.0f, kInfinity}},
        {"elu", {-1.0f, kInfinity}},    {"gelu", {-0.17f, kInfinity}}, // at −0.75
        {"silu", {-0.2785f, kInfinity}}};                              // at −1.28
    const auto range = kRanges.find(model.options.text("model.code_activation"));
    return range == kRanges.end() ? std::pair(-kInfinity, kInfinity) : range->second;
}

bool CodeSource::hasPrior(const Model& model) {
    return model.evaluation.outputs().contains(kLogVarianceOutput);
}

Result<std::optional<CodeSource>> CodeSource::of(ModelRunner& runner, const std::shared_ptr<const Dataset>& samples,
                                                 std::stop_token stop, const ProgressFunction& progress) {
    const Result<Shape> shape = runner.codeShape();
    if (!shape)
        return shape.error();
    const Model& model = runner.model();
    if (hasPrior(model))
        return std::optional(CodeSource(GaussianFit::standard(shape->elements()), *shape, 0, -INFINITY, INFINITY));
    if (samples == nullptr)
        return makeError(ErrorCode::InvalidArgument,
                         "A model of family '{}' has no prior to draw codes from: a Gaussian is fitted to the codes of "
                         "data instead, and none are at hand. Name the data that it was trained on.",
                         model.family->id());
    if (shape->elements() > kMostDimensions)
        return makeError(
            ErrorCode::InvalidArgument,
            "A code of {} values is too long to fit a Gaussian to; at most {} are allowed. A dense code is "
            "shorter.",
            shape->elements(), kMostDimensions);
    const std::shared_ptr<const Dataset> chosen = evenlySpread(samples, kMostRows);
    const auto encoded = [&](int64_t samplesDone) {
        if (progress)
            progress(samplesDone, chosen->size());
    };
    Result<std::optional<Tensor>> codes = encodeAll(runner, chosen, encoded, std::move(stop));
    if (!codes)
        return std::move(codes).error();
    if (!*codes)
        return std::optional<CodeSource>();
    Result<GaussianFit> fit = GaussianFit::fit((**std::move(codes)).reshaped({chosen->size(), shape->elements()}));
    if (!fit)
        return std::move(fit).error();
    const auto [low, high] = codeRange(model);
    return std::optional(CodeSource(*std::move(fit), *shape, chosen->size(), low, high));
}

void CodeSource::bring(std::span<float> codes) const {
    for (float& value : codes)
        value = std::clamp(value, m_low, m_high);
}

Tensor CodeSource::sample(int64_t count, uint64_t seed, double temperature) const {
    Tensor codes(m_codeShape.batch(count), m_distribution.sample(count, seed, temperature).values());
    bring(codes.values());
    return codes;
}

Tensor CodeSource::traversal(std::span<const float> code, int64_t dimension, int64_t steps, double span) const {
    const int64_t size = m_distribution.dimensions();
    expects(static_cast<int64_t>(code.size()) == size && dimension >= 0 && dimension < size && steps > 0,
            "a traversal of dimension {} of {} in {} steps", dimension, size, steps);
    Tensor codes(m_codeShape.batch(steps));
    const double mean = m_distribution.mean()[static_cast<size_t>(dimension)];
    const double deviation = m_distribution.deviation(dimension);
    for (int64_t i = 0; i < steps; ++i) {
        const std::span<float> row = codes.sample(i);
        std::ranges::copy(code, row.begin());
        const double place = steps == 1 ? 0.0 : 2.0 * static_cast<double>(i) / static_cast<double>(steps - 1) - 1.0;
        row[static_cast<size_t>(dimension)] = static_cast<float>(mean + place * span * deviation);
    }
    bring(codes.values());
    return codes;
}

Tensor CodeSource::centre() const {
    const std::vector<double>& mean = m_distribution.mean();
    return Tensor(m_codeShape, std::vector<float>(mean.begin(), mean.end()));
}

std::string CodeSource::description() const {
    return isPrior() ? std::string("the prior N(0, I)")
                     : fmt::format("a Gaussian fitted to the codes of {} {}", grouped(m_fittedTo),
                                   m_fittedTo == 1 ? "sample" : "samples");
}

} // namespace hourglass
