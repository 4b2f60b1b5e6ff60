#pragma once

// Where codes come from that a decoder is to make new samples of: the prior of a variational autoencoder, or, for
// others, a Gaussian fitted to the codes of data, which is a stand-in and is called so. Compute thread only.

#include "core/analysis/GaussianFit.h"
#include "core/inference/ModelRunner.h"

namespace hourglass {

// The codes of all rows of a data set, [N, code…], in its order; nothing when asked to stop. `progress` hears how many
// are done. Errors: as ModelRunner::codeShape() and run().
Result<std::optional<Tensor>> encodeAll(ModelRunner& runner, const std::shared_ptr<const Dataset>& dataset,
                                        const std::function<void(int64_t)>& progress = {}, std::stop_token stop = {});

// The least and the greatest value that the activation of a model's code can give.
std::pair<float, float> codeRange(const Model& model);

class CodeSource {
public:
    // Rows that a Gaussian is fitted to, at most, and values of a code that it can hold the covariance of.
    static constexpr int64_t kMostRows = 10'000, kMostDimensions = 4096;

    // Of a variational model its prior, N(0, I); of others a Gaussian fitted to the codes of `samples` (evenly spread
    // rows of them), within the range of the code's activation. Nothing when asked to stop. Errors: InvalidArgument (no
    // code; no prior and no samples; too long a code), those of encodeAll(). `progress` hears how many of how many are
    // encoded.
    static Result<std::optional<CodeSource>> of(ModelRunner& runner, const std::shared_ptr<const Dataset>& samples,
                                                std::stop_token stop = {}, const ProgressFunction& progress = {});
    static bool hasPrior(const Model& model);

    // [count, code…]: the i-th does not depend on count. `temperature` multiplies the standard deviation; at least 0.
    Tensor sample(int64_t count, uint64_t seed, double temperature = 1) const;
    // Codes with dimension `dimension` (of the flattened code) at `steps` places from −span to span standard deviations
    // around the mean, the others as in `code` [code…]: [steps, code…]. At least one step.
    Tensor traversal(std::span<const float> code, int64_t dimension, int64_t steps, double span = 3) const;
    // The mean, [code…].
    Tensor centre() const;

    const GaussianFit& distribution() const { return m_distribution; }
    const Shape& codeShape() const { return m_codeShape; }
    bool isPrior() const { return m_fittedTo == 0; }
    int64_t fittedTo() const { return m_fittedTo; } // samples; 0: the prior
    // "the prior N(0, I)", "a Gaussian fitted to the codes of 10,000 samples"
    std::string description() const;

private:
    CodeSource(GaussianFit distribution, Shape codeShape, int64_t fittedTo, float low, float high)
        : m_distribution(std::move(distribution)), m_codeShape(std::move(codeShape)), m_fittedTo(fittedTo), m_low(low),
          m_high(high) {}
    void bring(std::span<float> codes) const; // into the activation's range

    GaussianFit m_distribution;
    Shape m_codeShape;
    int64_t m_fittedTo;
    float m_low, m_high;
};

} // namespace hourglass
