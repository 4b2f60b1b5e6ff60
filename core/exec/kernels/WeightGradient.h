#pragma once

// The gradient of a convolution's weights, of any kernel and stride, for pictures with their channels last: for each
// line of outputs a product of that line with the lines of x under the kernel. The library's own waits inside its
// threads for each other without giving the processor away, which makes training many times slower as soon as anything
// else runs on one of the cores; here threads meet once, at the end.

#include "core/exec/kernels/Moves.h"
#include "core/graph/Graph.h"

namespace hourglass {

struct WeightGradientPlan {
    Shape x, y;         // [N, H, W, C], [N, H', W', O]
    int64_t kernel = 1; // both ways
    Window window;
    int threads = 1; // that scratch is for; no more may run it (ContractError)

    // Vectors run along the input's channels, or along the output's where those are too few.
    bool alongInput() const;
    int64_t scratchFloats() const;
};

// Nothing when neither side has channels in whole vectors of 16. For as many threads as the calling thread has now.
std::optional<WeightGradientPlan> planWeightGradient(const Shape& x, const Shape& y, int64_t kernel,
                                                     const Window& window);

// dw [O, C, k, k] from x and the gradient dy of y, float or bf16, summed in float32. Sums depend on the number of
// threads in their last bits.
void weightGradient(const WeightGradientPlan& plan, const ConstTensorView& x, const ConstTensorView& dy, float* dw,
                    float* scratch);

} // namespace hourglass
