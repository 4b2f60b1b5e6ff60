#pragma once

// Passes that move elements between places of pictures with their channels last, [N, H, W, C], and of blocks. Float or
// bf16 on either side; sums are float32. Compute thread; parallel over lines, in an order that no thread count changes.

#include "core/exec/kernels/StripProgram.h"
#include "core/tensor/Shape.h"

namespace hourglass {

// Channels in multiples of this fill whole vectors, whatever the instruction set.
inline constexpr int64_t kChannelStep = 16;

// They refer to shapes that outlive them: copying one would allocate in every run.
struct ConstTensorView {
    const void* data;
    StorageType type;
    const Shape& shape;
};
struct TensorView {
    void* data;
    StorageType type;
    const Shape& shape;
};

// MaxPool, SumPool, UpsampleNearest, UpsampleBilinear, BilinearTransposed, PixelShuffle or PixelUnshuffle (Op.h).
void movePicture(OpKind op, int64_t factor, const ConstTensorView& x, const TensorView& y);

// `count` places of an axis: from `fromBegin` on in x to `toBegin` on in y. The other axes are alike.
void copyAlongAxis(const ConstTensorView& x, const TensorView& y, int axis, int64_t fromBegin, int64_t toBegin,
                   int64_t count);

// Axis i of y is axis axes[i] of x.
void permuteAxes(const ConstTensorView& x, const TensorView& y, std::span<const int> axes);

} // namespace hourglass
