#include "core/analysis/Pca.h"

#include <algorithm>
#include <cmath>

#include <opencv2/core.hpp>

#include "core/base/Contract.h"

namespace hourglass {

namespace {

constexpr int64_t kChunk = 512;       // rows held in double precision at a time
constexpr double kRounding = 1e-10;   // of the largest variance
constexpr double kLeastLength = 1e-3; // of what is left of an axis

std::vector<double> meanOfRows(const Tensor& samples) {
    std::vector<double> mean(static_cast<size_t>(samples.shape()[1]));
    for (int64_t row = 0; row < samples.shape()[0]; ++row) {
        const std::span<const float> values = samples.sample(row);
        for (size_t i = 0; i < mean.size(); ++i)
            mean[i] += static_cast<double>(values[i]);
    }
    for (double& value : mean)
        value /= static_cast<double>(samples.shape()[0]);
    return mean;
}

// Rows [begin, end) minus the mean.
cv::Mat1d centred(const Tensor& samples, const std::vector<double>& mean, int64_t begin, int64_t end) {
    cv::Mat1d rows(static_cast<int>(end - begin), static_cast<int>(mean.size()));
    for (int64_t row = begin; row < end; ++row) {
        const std::span<const float> values = samples.sample(row);
        double* target = rows[static_cast<int>(row - begin)];
        for (size_t i = 0; i < mean.size(); ++i)
            target[i] = static_cast<double>(values[i]) - mean[i];
    }
    return rows;
}

// The tensor's values as a matrix, not copied.
cv::Mat1f asMatrix(const Tensor& tensor) {
    return {static_cast<int>(tensor.shape()[0]), static_cast<int>(tensor.shape()[1]),
            const_cast<float*>(tensor.data())};
}

// Copies a unit vector with its sign settled.
void copyOriented(const double* vector, std::span<float> target) {
    const double* largest =
        std::max_element(vector, vector + target.size(), [](double a, double b) { return std::abs(a) < std::abs(b); });
    const double sign = *largest < 0 ? -1 : 1;
    for (size_t i = 0; i < target.size(); ++i)
        target[i] = static_cast<float>(sign * vector[i]);
}

// Makes rows [known, end) orthonormal to those before and to each other, from one axis after the other.
void complete(cv::Mat1d& rows, int known) {
    for (int next = known, axis = 0; next < rows.rows; ++axis) {
        cv::Mat1d row = rows.row(next);
        row = 0.0;
        row(axis) = 1.0;
        for (int pass = 0; pass < 2 && next > 0; ++pass) { // the second takes what rounding left of the first
            const cv::Mat1d before = rows.rowRange(0, next);
            row -= cv::Mat1d(row * before.t()) * before;
        }
        const double length = cv::norm(row);
        if (length < kLeastLength) // all but spanned by the others
            continue;
        row /= length;
        ++next;
    }
}

} // namespace

Pca Pca::fit(const Tensor& samples, int64_t components) {
    expects(samples.shape().rank() == 2 && samples.elements() > 0, "PCA needs samples [N, D], got {}",
            samples.shape().toString());
    const int64_t rows = samples.shape()[0], dimensions = samples.shape()[1];
    const int64_t kept = components == 0 ? dimensions : components;
    expects(kept > 0 && kept <= dimensions, "{} components of {} dimensions", components, dimensions);

    Pca pca;
    pca.m_mean = meanOfRows(samples);
    pca.m_components = Tensor(Shape{kept, dimensions});
    if (rows < dimensions)
        pca.fitByRows(samples);
    else
        pca.fitByDimensions(samples);
    return pca;
}

void Pca::fitByDimensions(const Tensor& samples) {
    const int64_t rows = samples.shape()[0];
    const int size = static_cast<int>(dimensions());
    cv::Mat1d covariance(size, size, 0.0);
    for (int64_t begin = 0; begin < rows; begin += kChunk) {
        const cv::Mat1d chunk = centred(samples, m_mean, begin, std::min(rows, begin + kChunk));
        cv::gemm(chunk, chunk, 1.0 / static_cast<double>(rows), covariance, 1.0, covariance, cv::GEMM_1_T);
    }
    cv::Mat1d variances, vectors;
    cv::eigen(covariance, variances, vectors); // rows of `vectors`, descending
    m_totalVariance = cv::trace(covariance)[0];
    for (int64_t k = 0; k < componentCount(); ++k) {
        const int row = static_cast<int>(k);
        m_variances.push_back(std::max(0.0, variances(row))); // rounding may leave a nothing below zero
        copyOriented(vectors[row], m_components.sample(k));
    }
}

// With fewer rows than dimensions: (1/N) X Xᵀ, N × N, has the covariance's eigenvalues, and Xᵀ u its eigenvectors.
void Pca::fitByRows(const Tensor& samples) {
    const int64_t rows = samples.shape()[0];
    const cv::Mat1d data = centred(samples, m_mean, 0, rows);
    cv::Mat1d products, variances, vectors;
    cv::gemm(data, data, 1.0 / static_cast<double>(rows), cv::noArray(), 0.0, products, cv::GEMM_2_T);
    cv::eigen(products, variances, vectors);
    m_totalVariance = cv::trace(products)[0];
    int known = 0; // that can be told from rounding
    while (known < std::min(vectors.rows, static_cast<int>(componentCount())) && variances(known) > 0 &&
           variances(known) > kRounding * variances(0))
        ++known;
    cv::Mat1d components(static_cast<int>(componentCount()), static_cast<int>(dimensions()));
    if (known > 0)
        cv::gemm(vectors.rowRange(0, known), data, 1.0, cv::noArray(), 0.0, components.rowRange(0, known));
    for (int k = 0; k < known; ++k) {
        components.row(k) /= cv::norm(components.row(k));
        m_variances.push_back(variances(k));
    }
    complete(components, known);
    m_variances.resize(static_cast<size_t>(componentCount()), 0.0);
    for (int k = 0; k < components.rows; ++k)
        copyOriented(components[k], m_components.sample(k));
}

Tensor Pca::project(const Tensor& samples) const {
    expects(samples.shape().rank() == 2 && samples.shape()[1] == dimensions(), "samples {} for a PCA of {} dimensions",
            samples.shape().toString(), dimensions());
    Tensor codes(Shape{samples.shape()[0], componentCount()});
    cv::Mat1d vectors;
    asMatrix(m_components).convertTo(vectors, CV_64F);
    for (int64_t begin = 0; begin < samples.shape()[0]; begin += kChunk) {
        const int64_t end = std::min(samples.shape()[0], begin + kChunk);
        cv::Mat1d chunk;
        cv::gemm(centred(samples, m_mean, begin, end), vectors, 1.0, cv::noArray(), 0.0, chunk, cv::GEMM_2_T);
        std::copy(chunk.begin(), chunk.end(), codes.data() + begin * componentCount());
    }
    return codes;
}

Tensor Pca::reconstruct(const Tensor& codes) const {
    expects(codes.shape().rank() == 2 && codes.shape()[1] == componentCount(), "codes {} for a PCA of {} components",
            codes.shape().toString(), componentCount());
    Tensor samples(Shape{codes.shape()[0], dimensions()});
    if (samples.elements() == 0)
        return samples;
    cv::Mat1f product = asMatrix(samples);
    cv::gemm(asMatrix(codes), asMatrix(m_components), 1.0, cv::noArray(), 0.0, product);
    for (int64_t row = 0; row < samples.shape()[0]; ++row) {
        const std::span<float> values = samples.sample(row);
        for (size_t i = 0; i < m_mean.size(); ++i)
            values[i] = static_cast<float>(static_cast<double>(values[i]) + m_mean[i]);
    }
    return samples;
}

} // namespace hourglass
