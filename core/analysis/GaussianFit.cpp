#include "core/analysis/GaussianFit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/analysis/Pca.h"
#include "core/analysis/RequireCodes.h"
#include "core/base/Parallel.h"
#include "core/base/Random.h"

namespace hourglass {

namespace {

std::span<const double> rowOf(const std::vector<double>& matrix, size_t row, size_t columns) {
    return std::span(matrix).subspan(row * columns, columns);
}

template <typename T>
double inner(std::span<T> a, std::span<const double> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

} // namespace

Result<GaussianFit> GaussianFit::fit(const Tensor& codes) {
    if (const Result<void> usable = requireCodes(codes, 1, "A Gaussian"); !usable)
        return usable.error();
    const Pca pca = Pca::fit(codes, std::min(codes.shape()[0], codes.shape()[1])); // the others' variance is 0
    GaussianFit gaussian;
    gaussian.m_mean = pca.mean();
    const size_t size = pca.mean().size();
    gaussian.m_root.resize(size * size);
    parallelFor(pca.dimensions(), 1, [&](int64_t begin, int64_t end) {
        for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
            for (size_t k = 0; k < pca.variances().size(); ++k) { // row i of Σ_k √λ_k v_k v_kᵀ
                const std::span<const float> vector = pca.components().sample(static_cast<int64_t>(k));
                const double weight = std::sqrt(pca.variances()[k]) * static_cast<double>(vector[i]);
                for (size_t j = 0; j < size; ++j)
                    gaussian.m_root[i * size + j] += weight * static_cast<double>(vector[j]);
            }
        }
    });
    return gaussian;
}

GaussianFit GaussianFit::standard(int64_t dimensions) {
    expects(dimensions > 0, "a Gaussian of {} dimensions", dimensions);
    GaussianFit gaussian;
    gaussian.m_mean.resize(static_cast<size_t>(dimensions));
    return gaussian;
}

Tensor GaussianFit::sample(int64_t count, uint64_t seed, double temperature) const {
    expects(count >= 0 && temperature >= 0 && std::isfinite(temperature), "{} samples at temperature {}", count,
            temperature);
    const size_t size = m_mean.size();
    Tensor normals(Shape{count, dimensions()}), samples(normals.shape());
    parallelFor(count, 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const std::span<float> z = normals.sample(i), x = samples.sample(i);
            RandomStream(seed, static_cast<uint64_t>(RandomPurpose::Sample), static_cast<uint64_t>(i)).fillNormal(z);
            for (size_t d = 0; d < size; ++d) {
                const double offset = m_root.empty() ? static_cast<double>(z[d]) : inner(z, rowOf(m_root, d, size));
                x[d] = static_cast<float>(m_mean[d] + temperature * offset);
            }
        }
    });
    return samples;
}

double GaussianFit::covariance(int64_t row, int64_t column) const {
    expects(row >= 0 && row < dimensions() && column >= 0 && column < dimensions(),
            "covariance of {} and {} of {} dimensions", row, column, dimensions());
    if (m_root.empty())
        return row == column ? 1 : 0;
    const size_t size = m_mean.size();
    return inner(rowOf(m_root, static_cast<size_t>(row), size),
                 rowOf(m_root, static_cast<size_t>(column), size)); // R R = Σ, and R is symmetric
}

double GaussianFit::deviation(int64_t dimension) const {
    return std::sqrt(covariance(dimension, dimension));
}

} // namespace hourglass
