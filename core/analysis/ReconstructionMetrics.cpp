#include "core/analysis/ReconstructionMetrics.h"

#include <algorithm>
#include <cmath>

#include "core/analysis/ImageMetrics.h"
#include "core/base/Contract.h"
#include "core/base/Parallel.h"

namespace hourglass {

namespace {

constexpr double kSmallestNorm = 1e-6;
constexpr double kLeastLogarithm = -100;

double boundedLog(double value) {
    return std::max(std::log(value), kLeastLogarithm);
}

bool isProbability(double value) {
    return value >= 0 && value <= 1;
}

double boundedPsnr(double mse) {
    return std::min(psnrOfMeanSquaredError(mse), kMostPsnr);
}

} // namespace

// The sums of one sample, or what each picture adds to an average.
struct ReconstructionMetrics::Sample {
    double squaredError = 0;
    double crossEntropy = 0;
    bool probabilities = true;
    double squaredNorm = 0;
    double squaredNormReconstruction = 0;
    double product = 0;
    double psnr = 0;
    double ssim = 0;
    double noisyPsnr = 0;
};

ReconstructionMetrics::ReconstructionMetrics(Shape sampleShape, bool images)
    : m_sampleShape(std::move(sampleShape)), m_images(images) {
    expects(m_sampleShape.elements() > 0, "samples of shape {} hold nothing", m_sampleShape.toString());
    expects(!images || (m_sampleShape.rank() == 3 && (m_sampleShape[0] == 1 || m_sampleShape[0] == 3)),
            "a picture is [1 or 3, H, W], got {}", m_sampleShape.toString());
    const auto size = static_cast<size_t>(m_sampleShape.elements());
    m_mean.resize(size);
    m_squaredDeviation.resize(size);
}

void ReconstructionMetrics::add(std::span<const float> clean, std::span<const float> reconstruction,
                                std::span<const float> noisy) {
    const size_t size = m_mean.size();
    expects(clean.size() % size == 0 && clean.size() == reconstruction.size(),
            "{} reconstructed values for {} of samples {}", reconstruction.size(), clean.size(),
            m_sampleShape.toString());
    const size_t count = clean.size() / size;
    expects(noisy.empty() ? m_noisySamples == 0 || count == 0
                          : noisy.size() == clean.size() && m_noisySamples == m_samples,
            "{} noisy values for {} clean ones, after {} noisy of {} samples", noisy.size(), clean.size(),
            m_noisySamples, m_samples);

    std::vector<Sample> measured(count);
    parallelFor(static_cast<int64_t>(count), 1, [&](int64_t begin, int64_t end) {
        for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i)
            measured[i] = measure(clean.subspan(i * size, size), reconstruction.subspan(i * size, size),
                                  noisy.empty() ? noisy : noisy.subspan(i * size, size));
    });
    for (size_t i = 0; i < count; ++i) {
        accumulate(measured[i]);
        m_noisySamples += noisy.empty() ? 0 : 1;
        updateVariance(clean.subspan(i * size, size));
    }
}

ReconstructionMetrics::Sample ReconstructionMetrics::measure(std::span<const float> clean,
                                                             std::span<const float> reconstruction,
                                                             std::span<const float> noisy) const {
    Sample sample;
    for (size_t i = 0; i < clean.size(); ++i) {
        const auto x = static_cast<double>(clean[i]), y = static_cast<double>(reconstruction[i]);
        sample.squaredError += (x - y) * (x - y);
        sample.squaredNorm += x * x;
        sample.squaredNormReconstruction += y * y;
        sample.product += x * y;
        sample.probabilities = sample.probabilities && isProbability(x) && isProbability(y);
        if (sample.probabilities)
            sample.crossEntropy -= x * boundedLog(y) + (1 - x) * boundedLog(1 - y);
    }
    if (m_images) {
        sample.psnr = boundedPsnr(sample.squaredError / static_cast<double>(clean.size()));
        sample.ssim = ssim(clean, reconstruction, m_sampleShape);
        if (!noisy.empty())
            sample.noisyPsnr = boundedPsnr(meanSquaredError(clean, noisy));
    }
    return sample;
}

void ReconstructionMetrics::accumulate(const Sample& sample) {
    ++m_samples;
    m_squaredError += sample.squaredError;
    m_crossEntropy += sample.crossEntropy;
    m_probabilities = m_probabilities && sample.probabilities;
    m_psnr += sample.psnr;
    m_ssim += sample.ssim;
    m_noisyPsnr += sample.noisyPsnr;
    if (const double norm = std::sqrt(sample.squaredNorm); norm > kSmallestNorm) {
        const double normReconstruction = std::sqrt(sample.squaredNormReconstruction);
        ++m_normedSamples;
        m_normRatio += normReconstruction / norm;
        if (normReconstruction > 0)
            m_cosine += sample.product / (norm * normReconstruction);
    }
}

// Welford's update: no difference of large sums, whatever the mean.
void ReconstructionMetrics::updateVariance(std::span<const float> clean) {
    const double weight = 1.0 / static_cast<double>(m_samples);
    for (size_t i = 0; i < clean.size(); ++i) {
        const auto x = static_cast<double>(clean[i]);
        const double before = x - m_mean[i];
        m_mean[i] += before * weight;
        m_squaredDeviation[i] += before * (x - m_mean[i]);
    }
}

MetricMap ReconstructionMetrics::values() const {
    MetricMap metrics;
    if (m_samples == 0)
        return metrics;
    const auto samples = static_cast<double>(m_samples);
    const double elements = samples * static_cast<double>(m_mean.size());
    metrics["mse"] = m_squaredError / elements;
    metrics["mse_sum"] = m_squaredError / samples;
    if (m_probabilities)
        metrics["bce"] = m_crossEntropy / elements;
    if (m_images) {
        metrics["psnr"] = m_psnr / samples;
        metrics["ssim"] = m_ssim / samples;
        if (m_noisySamples > 0)
            metrics["noisy_psnr"] = m_noisyPsnr / samples;
    }
    double deviation = 0;
    for (double value : m_squaredDeviation)
        deviation += value;
    if (deviation > 0) {
        metrics["fvu"] = m_squaredError / deviation;
        metrics["explained_variance"] = 1 - m_squaredError / deviation;
    }
    if (m_normedSamples > 0) {
        metrics["cosine"] = m_cosine / static_cast<double>(m_normedSamples);
        metrics["l2_ratio"] = m_normRatio / static_cast<double>(m_normedSamples);
    }
    return metrics;
}

} // namespace hourglass
