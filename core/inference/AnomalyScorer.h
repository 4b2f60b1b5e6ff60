#pragma once

// How unlike its training data a model finds samples: the higher, the odder.
//
//   ReconstructionError  (1/d) ‖x − x̂‖², the mean squared error over a sample's elements
//   NegativeElbo         −ELBO in nats, of a variational model, averaged over kElboDraws samples of the code that the
//                        sample's id names (An & Cho 2015 average the likelihood alone; the KL term also tells)
//
// The error tells more of gray pictures: under a Bernoulli likelihood, −ELBO holds each picture's own entropy, which
// says how gray it is, not how odd (mean AUROC over the classes of Fashion-MNIST 0.91 against 0.77).
//
// Samples are taken as they are, without the noise that a denoising family trains with. Compute thread only.

#include "core/training/Evaluation.h"

namespace hourglass {

enum class AnomalyScore { ReconstructionError, NegativeElbo };

inline constexpr int64_t kElboDraws = 4;

std::string_view scoreName(AnomalyScore score); // "error", "neg_elbo": of options and columns
// InvalidArgument when the model has no such score.
Result<void> checkScore(AnomalyScore score, const Model& model);

class AnomalyScorer {
public:
    AnomalyScorer(Executor& executor, std::shared_ptr<const Model> model, std::shared_ptr<const ParameterStore> weights,
                  Precision precision = Precision::F32);

    // Of each sample, in the data set's order; nothing when asked to stop. `progress` hears how many of the samples are
    // done. Errors: InvalidArgument (checkScore(); samples of another shape), Numeric (a score that is no finite
    // number), those of Executor::compile.
    Result<std::optional<std::vector<float>>> run(const std::shared_ptr<const Dataset>& dataset, AnomalyScore score,
                                                  const std::function<void(int64_t)>& progress = {},
                                                  std::stop_token stop = {});

private:
    std::shared_ptr<const Model> m_model;
    std::shared_ptr<const ParameterStore> m_weights;
    Evaluation m_evaluation;
};

// Where a picture is odd: squared error averaged over channels, [H, W], of sample and reconstruction [C, H, W].
Tensor errorMap(const Tensor& sample, const Tensor& reconstruction);

} // namespace hourglass
