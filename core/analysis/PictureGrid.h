#pragma once

// Pictures side by side on a light ground, row by row: what a model makes of many codes, at a glance.

#include "core/tensor/Tensor.h"

namespace hourglass {

struct PictureGridOptions {
    int64_t columns = 0;    // 0: as many as make the grid about square
    int64_t enlargeTo = 84; // smaller pictures are enlarged by whole factors as far as their longer side stays below
    int64_t gap = 2;        // pixels between and around them
};

// [N, C, H, W] with C 1 or 3 and at least one picture → [C, height, width], clamped to [0, 1].
Tensor pictureGrid(const Tensor& pictures, const PictureGridOptions& options = {});

} // namespace hourglass
