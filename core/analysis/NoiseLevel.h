#pragma once

// How noisy a picture is, judged from itself.

#include <span>

#include "core/tensor/Tensor.h"

namespace hourglass {

// σ of the white noise in a picture [C, H, W] of values in [0, 1], in their unit: median |d| / 0.6745 of the finest
// diagonal Haar coefficients d = (a − b − c + d) / 2 of each 2×2 block, averaged over the channels (Donoho and
// Johnstone 1994). Fine texture counts as noise.
//
// Where a sensor or an editor has cut the noise off, blocks say nothing about it: those with a pixel at exactly 0 or 1
// are left out, as long as a tenth of all blocks remains. Flat areas elsewhere speak for there being no noise. 0 of
// pictures smaller than 2×2.
float estimateNoiseLevel(const Tensor& picture);

// The same of planes side by side, [channels, height, width].
float estimateNoiseLevel(std::span<const float> planes, int64_t channels, int64_t height, int64_t width);

} // namespace hourglass
