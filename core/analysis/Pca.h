#pragma once

// Principal component analysis: the best linear autoencoder under squared error, the yardstick of every nonlinear one,
// and the plane on which codes are shown.
//
//   fit          x̄ the mean of the rows, eigenvectors v₁ … v_K of the covariance (1/N) Σ (x - x̄)(x - x̄)ᵀ with the
//                largest eigenvalues, in descending order. Of a vector and its negative, the one whose entry of largest
//                magnitude is positive: the same data always gives the same components.
//   project      z = V (x - x̄)      [N, D] → [N, K]
//   reconstruct  x̂ = x̄ + Vᵀ z       [N, K] → [N, D]

#include <vector>

#include "core/tensor/Tensor.h"

namespace hourglass {

class Pca {
public:
    // samples [N, D], N at least 1; components from 1 to D, 0 for all D. Sums in double precision, memory of D²
    // doubles, or where there are fewer rows than dimensions, of N (N + D). Components beyond the rank of the samples
    // have variance 0 and are as good as any that complete the others.
    // ContractError for other shapes or counts.
    static Pca fit(const Tensor& samples, int64_t components = 0);

    Tensor project(const Tensor& samples) const;
    Tensor reconstruct(const Tensor& codes) const;

    int64_t dimensions() const { return static_cast<int64_t>(m_mean.size()); }
    int64_t componentCount() const { return m_components.shape()[0]; }
    const Tensor& components() const { return m_components; } // [K, D], orthonormal rows
    const std::vector<double>& mean() const { return m_mean; }
    const std::vector<double>& variances() const { return m_variances; } // along each component, descending
    double totalVariance() const { return m_totalVariance; }             // over all D dimensions

private:
    void fitByRows(const Tensor& samples);
    void fitByDimensions(const Tensor& samples);

    Tensor m_components;
    std::vector<double> m_mean;
    std::vector<double> m_variances;
    double m_totalVariance = 0;
};

} // namespace hourglass
