#pragma once

// Convolutions 3×3 of stride 1, computed in float32 whatever pictures are stored as, by Winograd's minimal filtering
// F(4×4, 3×3): each 6×6 tile of the input and each kernel are transformed, multiplied place by place (36 matrix
// products along the channels), and transformed back to 4×4 outputs: 36 multiplications where a direct convolution
// takes 144. Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks". Rounding errors are some ten
// times those of a direct sum.
//
// With the channels last, the transforms are flat passes over vectors of channels, and the products run in place: a
// block of tiles is transformed, multiplied and transformed back by one thread without leaving its cache.

#include "core/exec/kernels/Moves.h"
#include "core/graph/Graph.h"

namespace hourglass {

struct WinogradPlan {
    Shape x, y;            // [N, H, W, C], [N, H', W', O]
    int64_t padBefore = 0; // lines and columns of zeros before the picture
    int64_t tilesDown = 0, tilesAcross = 0;
    int64_t blockTiles = 0; // tiles that are taken together
    int threads = 1;        // that scratch is for; no more may run it (ContractError)

    int64_t tiles() const { return x[0] * tilesDown * tilesAcross; }
    int64_t blocks() const { return (tiles() + blockTiles - 1) / blockTiles; }
    int64_t weightFloats() const { return 36 * x[3] * y[3]; }
    int64_t scratchFloats() const;         // of convolveWinograd()
    int64_t gradientScratchFloats() const; // of winogradWeightGradient()
};

// Nothing when this kernel is not made for such a convolution: other kernels or strides, channels that are no multiple
// of 16, pictures smaller than a tile. For as many threads as the calling thread computes with now.
std::optional<WinogradPlan> planWinograd(const Shape& x, const Shape& y, int64_t kernel, const Window& window);

// Transforms weights [O, C, 3, 3] of the convolution, or, of the adjoint of one (weights [C, O, 3, 3] of a convolution
// from y to x), into `transformed` (weightFloats()).
void transformWeights(const WinogradPlan& plan, const float* weights, bool isAdjoint, float* transformed);

// y = convolution of x, plus bias [O] if there is one, at least 0 if `rectify`. Results do not depend on the number of
// threads.
void convolveWinograd(const WinogradPlan& plan, const ConstTensorView& x, const float* transformed, const float* bias,
                      bool rectify, const TensorView& y, float* scratch);

// dw [O, C, 3, 3], the gradient of the weights, from x and the gradient dy of y. Sums depend on the number of threads
// in their last bits.
void winogradWeightGradient(const WinogradPlan& plan, const ConstTensorView& x, const ConstTensorView& dy, float* dw,
                            float* scratch);

} // namespace hourglass
