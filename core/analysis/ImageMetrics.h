#pragma once

// How alike two pictures are. Values are in [0, 1] (data range 1), pictures [C, H, W] with C 1 (gray) or 3 (RGB).
// Everything is computed in double precision on the calling thread; safe from any thread.
//
//   mse   mean over all channels and pixels of (a - b)²
//   psnr  10 log10(1 / mse), in dB; +infinity for equal pictures
//   ssim  mean over windows of (2 μa μb + c1)(2 σab + c2) / ((μa² + μb² + c1)(σa² + σb² + c2)),
//         c1 = 0.01², c2 = 0.03², weights of an 11×11 Gaussian window with σ = 1.5 (sum 1), population moments.
//         Only windows wholly inside the picture count. Colour is compared on luma (Rec. 601:
//         0.299 R + 0.587 G + 0.114 B). On a side shorter than 11 the window shrinks to the largest odd length that
//         fits, with the same σ and its weights scaled to sum 1.
//
// Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity"
// (IEEE Transactions on Image Processing, 2004).

#include <span>

#include "core/tensor/Shape.h"

namespace hourglass {

// Any equally many values, at least one (ContractError otherwise).
double meanSquaredError(std::span<const float> a, std::span<const float> b);
double psnr(std::span<const float> a, std::span<const float> b);
double psnrOfMeanSquaredError(double mse);

// ContractError when the sizes do not match the shape, or it is no picture.
double ssim(std::span<const float> a, std::span<const float> b, const Shape& shape);

// A rectangle of pixels; (x, y) is its upper left corner.
struct Region {
    int64_t x = 0;
    int64_t y = 0;
    int64_t width = 0;
    int64_t height = 0;
};

struct RegionMetrics {
    double mse = 0;
    double psnr = 0;
    double ssim = 0;
};

// The same numbers for a part of two pictures, as if it had been cut out: no pixel outside it matters. The region must
// not be empty and must lie inside (ContractError otherwise).
RegionMetrics regionMetrics(std::span<const float> a, std::span<const float> b, const Shape& shape,
                            const Region& region);

} // namespace hourglass
