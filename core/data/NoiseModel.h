#pragma once

// Corruption of a clean sample, the input side of a denoising autoencoder. The interface stands here because batches
// are made here; the models are in core/noise, which may use what data/ has. Source: maths.md §1 "Denoising" (Vincent
// et al. 2010).

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
};

} // namespace hourglass
