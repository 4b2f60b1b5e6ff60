#pragma once

// The metrics of reconstructions x̂ of samples x (maths.md §2), gathered batch by batch in double precision, sample
// after sample: bit for bit the same however the samples are cut into batches, and for any number of threads.
//
//   mse                 mean over samples and elements of (x̂ - x)²
//   mse_sum             summed over elements, mean over samples
//   bce                 -(x ln x̂ + (1 - x) ln(1 - x̂)), nats, mean over samples and elements, logarithms not below -100;
//                       only while all x and x̂ lie in [0, 1]
//   psnr, noisy_psnr    pictures: per picture over all channels, then averaged; one picture counts at most kMostPsnr
//   ssim                pictures: per picture, averaged (ImageMetrics.h; colour on luma)
//   fvu                 Σ ‖x - x̂‖² / Σ ‖x - x̄‖², x̄ the mean of all samples seen; explained_variance = 1 - fvu;
//                       only when the samples vary
//   cosine, l2_ratio    mean cos(x, x̂) and mean ‖x̂‖ / ‖x‖ over samples with ‖x‖ > 1e-6 (a zero x̂ has cosine 0)

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/tensor/Shape.h"

namespace hourglass {

// Name → value, in the order in which people read them.
using MetricMap = nlohmann::ordered_map<std::string, double>;

// What an exactly reproduced picture counts in an average, in dB: an error of 1e-15, the rounding of float32 itself.
inline constexpr double kMostPsnr = 150;

class ReconstructionMetrics {
public:
    // sampleShape has no N; `images` asks for psnr and ssim and needs [1 or 3, H, W].
    ReconstructionMetrics(Shape sampleShape, bool images);

    // Adds the same number of samples of each, [n, sampleShape]; `noisy`, what the network was fed, may be left out
    // (then always: ContractError when only some samples have it). Uses parallelFor: call it from the compute thread.
    void add(std::span<const float> clean, std::span<const float> reconstruction, std::span<const float> noisy = {});

    int64_t samples() const { return m_samples; }
    // Those that apply; empty before the first sample.
    MetricMap values() const;

private:
    struct Sample;
    Sample measure(std::span<const float> clean, std::span<const float> reconstruction,
                   std::span<const float> noisy) const;
    void accumulate(const Sample& sample);
    void updateVariance(std::span<const float> clean);

    Shape m_sampleShape;
    bool m_images;
    int64_t m_samples = 0;
    int64_t m_noisySamples = 0;
    int64_t m_normedSamples = 0;
    double m_squaredError = 0;
    double m_crossEntropy = 0;
    bool m_probabilities = true;
    double m_psnr = 0;
    double m_ssim = 0;
    double m_noisyPsnr = 0;
    double m_cosine = 0;
    double m_normRatio = 0;
    std::vector<double> m_mean;             // running mean of each element
    std::vector<double> m_squaredDeviation; // running Σ (x - x̄)² of each element
};

} // namespace hourglass
