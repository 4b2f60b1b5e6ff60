#pragma once

// A picture of any size through a model whose samples are patches of a fixed size: overlapping patches, each rebuilt by
// the model, blended with weights that fade towards a patch's border, so that no seam shows.
//
// Pictures smaller than a patch are padded by reflection. A gray model takes the channels of a colour picture one by
// one; a colour model takes a gray picture as three equal channels and answers with their mean.

#include "core/inference/ModelRunner.h"

namespace hourglass {

struct DenoiseOptions {
    std::function<void(double fraction)> progress = {};
    std::stop_token stop = {};
};

// image [C, H, W], C 1 or 3, not empty (ContractError) → the same shape. Nothing when asked to stop. Errors:
// InvalidArgument when the model does not take gray or RGB pictures, as ModelRunner. Compute thread.
Result<std::optional<Tensor>> denoiseImage(ModelRunner& runner, const Tensor& image,
                                           const DenoiseOptions& options = {});

// Where patches of `patch` start so that they cover `size` ≥ patch with a step of at most `step`, the last one ending
// at the border.
std::vector<int64_t> patchOrigins(int64_t size, int64_t patch, int64_t step);

} // namespace hourglass
