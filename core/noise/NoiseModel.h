#pragma once

// Corruption of a clean sample, the input side of a denoising autoencoder. Source: maths.md §1 "Denoising"
// (Vincent et al. 2010). This header stands for itself, so that data/ may apply noise and noise may call data/.
// Amplitudes are on the 0–255 scale, amounts are fractions.

#include <span>

#include "core/base/Random.h"
#include "core/tensor/Shape.h"

namespace hourglass {

class NoiseModel {
public:
    virtual ~NoiseModel() = default;
    // Corrupts one sample in place; values.size() is sampleShape.elements(), pictures are [C, H, W] in [0, 1]. What is
    // drawn is a pure function of the stream, which the caller names {Noise, epoch, sample id}. Const, safe from
    // several threads, allocates nothing.
    virtual void apply(std::span<float> values, const Shape& sampleShape, const RandomStream& stream) const = 0;
    // σ / 255 of what apply() adds with that stream, where one σ says it (gaussian, uniform); 0 of other kinds.
    virtual float level(const RandomStream& /*stream*/) const { return 0.0f; }
};

// The stream of a sample's noise where models are compared rather than trained: the same in validation, previews,
// `evaluate` and `compare`. A Batcher that evaluates (RandomPurpose::Evaluation, epoch 0) draws from it too.
inline RandomStream evaluationNoise(uint64_t seed, uint64_t sampleId) {
    return RandomStream(seed, static_cast<uint64_t>(RandomPurpose::Evaluation), 0, sampleId);
}

// The stream index from which a model draws what concerns the whole sample (its σ out of a range); values draw from
// index 0 on.
inline constexpr uint64_t kSampleDraw = uint64_t{1} << 40;

// A parameter given as a number or a range: uniform in [low, high], one draw per sample.
struct DrawnParameter {
    double low = 0;
    double high = 0;
    float draw(const RandomStream& stream) const {
        return static_cast<float>(low +
                                  (high - low) * static_cast<double>(low == high ? 0.0f : stream.uniform(kSampleDraw)));
    }
};

} // namespace hourglass
