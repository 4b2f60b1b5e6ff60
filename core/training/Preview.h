#pragma once

// A handful of validation samples as a network sees them, for people to watch.

#include "core/data/Dataset.h"
#include "core/exec/Program.h"
#include "core/noise/NoiseModel.h"

namespace hourglass {

inline constexpr int64_t kPreviewSamples = 8;

struct Preview {
    Tensor clean, noisy, reconstruction; // [N, C, H, W] or [N, D]; noisy is empty when there is no noise
    std::vector<float> noiseLevels;      // [N], of `noisy`
    int64_t step = 0;
};

// kPreviewSamples of the rows, spread evenly, as they are and as `noise` (null: none) corrupts them where models are
// compared; not yet reconstructed.
Preview previewSamples(const Dataset& dataset, std::span<const int64_t> rows, const NoiseModel* noise, uint64_t seed);

// Fills in the reconstruction by a program of the model's autoencoder for as many samples.
void reconstruct(Preview& preview, Program& program);

} // namespace hourglass
