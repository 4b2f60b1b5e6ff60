#pragma once

// A Gaussian over codes: what a decoder without a prior of its own can be fed with, to make samples that look like the
// data its codes came from.
//
//   x̄ = (1/N) Σ x,   Σ = (1/N) Σ (x - x̄)(x - x̄)ᵀ      maximum likelihood, no shrinkage
//   sample  x = x̄ + T R z,   z ~ N(0, I),   R = V Λ^½ Vᵀ the symmetric root of Σ = V Λ Vᵀ, T the temperature
//
// The symmetric root exists for every covariance, also when there are fewer codes than dimensions: samples then stay in
// the span of the codes, and nothing has to be added to the diagonal. It changes little when the codes do, so the same
// seed shows the same samples of a network that learns.

#include "core/base/Result.h"
#include "core/tensor/Tensor.h"

namespace hourglass {

class GaussianFit {
public:
    // Of codes [N, K], N at least 1. InvalidArgument when there are none or one is not finite. Sums in double precision
    // (Pca.h, whose eigenvectors are float32); memory of K² doubles. ContractError for another rank.
    static Result<GaussianFit> fit(const Tensor& codes);

    // N(0, I): the prior of a variational autoencoder. Its size costs no more than its mean.
    static GaussianFit standard(int64_t dimensions);

    // [count, K]. Sample i is drawn from a stream that the seed and i name: it does not depend on count. temperature
    // multiplies the standard deviation, 0 gives the mean (ContractError below 0 or not finite). Uses parallelFor.
    Tensor sample(int64_t count, uint64_t seed, double temperature = 1) const;

    int64_t dimensions() const { return static_cast<int64_t>(m_mean.size()); }
    const std::vector<double>& mean() const { return m_mean; }
    double covariance(int64_t row, int64_t column) const;
    double deviation(int64_t dimension) const; // the square root of its variance: one σ of a slider

private:
    GaussianFit() = default;

    std::vector<double> m_mean;
    std::vector<double> m_root; // R, [K, K], symmetric; empty: the identity, of whatever size
};

} // namespace hourglass
