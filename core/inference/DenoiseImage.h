#pragma once

// A picture of any size through any model of pictures (PicturePass.h). A gray model takes the channels of a colour
// picture one by one; a colour model takes a gray picture as three equal channels and answers with their mean.
//
// A model that wants to know the noise level and is not told one gets it estimated (core/analysis/NoiseLevel.h) from
// what it works on at a time: the picture, or each channel where they go one by one, for in photographs blue is often
// noisier than green.

#include "core/inference/PicturePass.h"

namespace hourglass {

// image [C, H, W], C 1 or 3, not empty (ContractError) → the same shape. Nothing when asked to stop. Errors:
// InvalidArgument when the model does not take gray or RGB pictures, as the passes. Compute thread.
Result<std::optional<Tensor>> denoiseImage(ModelRunner& runner, const Tensor& image, const PassSettings& settings = {});

} // namespace hourglass
