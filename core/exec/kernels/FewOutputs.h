#pragma once

// Convolutions with few output channels, such as the last layer of a network for pictures. A kernel for matrices
// computes 16 outputs at once and leaves most empty; here each output is a dot product along the input's channels.

#include "core/exec/kernels/Moves.h"
#include "core/graph/Graph.h"

namespace hourglass {

// Whether convolveToFew() is made for a convolution of x [N, H, W, C] by weights [O, C, k, k].
bool suitsFewOutputs(const Shape& x, const Shape& weights, const Window& window);

// y [N, H', W', O] = convolution of x [N, H, W, C] by float32 weights [O, C, k, k], plus bias [O] if there is one.
// `scratch` has room for the weights. Parallel over lines; each output is summed in an order that depends on nothing
// but the instruction set.
void convolveToFew(const ConstTensorView& x, const float* weights, const Shape& weightShape, const float* bias,
                   const TensorView& y, const Window& window, float* scratch);

} // namespace hourglass
