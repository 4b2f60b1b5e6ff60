#pragma once

// Random flips and quarter turns of training pictures, drawn anew for each epoch by (seed, epoch, sample id).

#include <span>

#include "core/base/Random.h"
#include "core/tensor/Shape.h"

namespace hourglass {

struct Augmentation {
    bool flip = false;   // left–right, with probability ½
    bool rotate = false; // by 0, 90, 180 or 270°; by 0 or 180° where a picture is not square

    bool any() const { return flip || rotate; }
    // Transforms one picture [C, H, W] in place; does nothing to samples of other ranks. Allocates nothing.
    void apply(std::span<float> values, const Shape& sampleShape, const RandomStream& stream) const;
};

} // namespace hourglass
