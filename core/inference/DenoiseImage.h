#pragma once

// A picture of any size through any model of pictures (PicturePass.h). A gray model takes the channels of a colour
// picture one by one; a colour model takes a gray picture as three equal channels and answers with their mean. Whoever
// calls knows how noisy the picture is, or estimates it: PassSettings::noiseLevel.

#include "core/inference/PicturePass.h"

namespace hourglass {

// image [C, H, W], C 1 or 3, not empty (ContractError) → the same shape. Nothing when asked to stop. Errors:
// InvalidArgument when the model does not take gray or RGB pictures, as the passes. Compute thread.
Result<std::optional<Tensor>> denoiseImage(ModelRunner& runner, const Tensor& image, const PassSettings& settings = {});

} // namespace hourglass
