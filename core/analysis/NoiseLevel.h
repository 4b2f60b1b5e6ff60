#pragma once

// How noisy a picture is, judged from itself.

#include "core/tensor/Tensor.h"

namespace hourglass {

// σ of the white noise in a picture [C, H, W], in the unit of its values: median |d| / 0.6745 of the finest diagonal
// Haar coefficients d = (a − b − c + d) / 2 of each 2×2 block, averaged over the channels (Donoho and Johnstone 1994).
// Fine texture counts as noise. 0 of pictures smaller than 2×2.
float estimateNoiseLevel(const Tensor& picture);

} // namespace hourglass
