#include "core/inference/AnomalyScorer.h"

#include <algorithm>
#include <cmath>

namespace hourglass {

namespace {

constexpr const char* kElboOutput = "metric.neg_elbo";

Result<void> checkFinite(std::span<const float> scores) {
    const auto odd = std::ranges::count_if(scores, [](float score) { return !std::isfinite(score); });
    if (odd == 0)
        return {};
    return makeError(ErrorCode::Numeric,
                     "The scores of {} of {} samples are no finite numbers: the model has diverged, or the values of "
                     "the data are far beyond what it was trained on. Choose another model or an earlier checkpoint.",
                     odd, scores.size());
}

bool hasElbo(const Model& model) {
    return model.evaluation.outputs().contains(kElboOutput);
}

} // namespace

std::string_view scoreName(AnomalyScore score) {
    return score == AnomalyScore::NegativeElbo ? "neg_elbo" : "error";
}

Result<void> checkScore(AnomalyScore score, const Model& model) {
    if (score == AnomalyScore::ReconstructionError || hasElbo(model))
        return {};
    return makeError(ErrorCode::InvalidArgument,
                     "A model of family '{}' has no evidence bound; only 'variational' has. Score it by the "
                     "reconstruction error.",
                     model.family->id());
}

AnomalyScorer::AnomalyScorer(Executor& executor, std::shared_ptr<const Model> model,
                             std::shared_ptr<const ParameterStore> weights, Precision precision)
    : m_model(std::move(model)), m_weights(std::move(weights)),
      m_evaluation(m_model, precision, ProgramCache(executor)) {}

Result<std::optional<std::vector<float>>> AnomalyScorer::run(const std::shared_ptr<const Dataset>& dataset,
                                                             AnomalyScore score,
                                                             const std::function<void(int64_t)>& progress,
                                                             std::stop_token stop) {
    if (Result<void> known = checkScore(score, *m_model); !known)
        return std::move(known).error();
    if (Result<void> fits = checkSampleShape(m_model->sampleShape, dataset->sampleShape()); !fits)
        return std::move(fits).error();
    const bool isElbo = score == AnomalyScore::NegativeElbo;
    const std::string output = isElbo ? kElboOutput : "sample_mse";
    const int64_t draws = isElbo ? kElboDraws : 1;
    const Graph graph = m_model->evaluation.pruned({output});
    const std::unique_ptr<Batcher> batcher = evaluationBatcher(dataset, nullptr, 0);
    std::vector<double> sums(static_cast<size_t>(dataset->size()), 0.0);
    for (int64_t draw = 0; draw < draws; ++draw) {
        size_t next = 0;
        const auto gather = [&](const Batch&, const Program& program) {
            for (const float value : program.output(program.outputSlot(output)))
                sums[next++] += static_cast<double>(value);
            if (progress)
                progress((draw * dataset->size() + static_cast<int64_t>(next)) / draws);
        };
        const Result<bool> done =
            m_evaluation.forEachBatch(graph, static_cast<uint64_t>(draw), *batcher, *dataset, m_weights, gather, stop);
        if (!done)
            return done.error();
        if (!*done)
            return std::optional<std::vector<float>>();
    }
    std::vector<float> scores;
    for (const double sum : sums)
        scores.push_back(static_cast<float>(sum / static_cast<double>(draws)));
    if (Result<void> finite = checkFinite(scores); !finite)
        return std::move(finite).error();
    return std::optional(std::move(scores));
}

Tensor errorMap(const Tensor& sample, const Tensor& reconstruction) {
    const Shape& shape = sample.shape();
    expects(shape.rank() == 3 && reconstruction.shape() == shape, "an error map of {} and {}", shape.toString(),
            reconstruction.shape().toString());
    Tensor map({shape[1], shape[2]});
    const std::span<const float> x = sample.values(), y = reconstruction.values();
    const std::span<float> errors = map.values();
    for (size_t i = 0; i < x.size(); ++i) {
        const float difference = x[i] - y[i];
        errors[i % errors.size()] += difference * difference / static_cast<float>(shape[0]);
    }
    return map;
}

} // namespace hourglass
