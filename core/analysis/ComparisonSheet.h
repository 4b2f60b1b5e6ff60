#pragma once

// A picture for people: one row per sample, the columns Original, Noisy (when there is noise) and Reconstruction, each
// with a heading; beneath noisy and reconstruction their PSNR against the original. Dark text on a light ground.
// Small pictures are enlarged by whole factors without smoothing, large ones reduced by area averaging.

#include <string>
#include <vector>

#include "core/tensor/Tensor.h"

namespace hourglass {

// [N, C, H, W] each, C 1 or 3, values in [0, 1] (what lies outside is clamped for showing, not for PSNR).
struct ComparisonImages {
    Tensor original;
    Tensor noisy; // no elements: no such column
    Tensor reconstruction;
    std::vector<std::string> names; // of the samples, shown beneath the originals; may be empty
};

struct ComparisonSheetOptions {
    // "Fashion-MNIST, denoising autoencoder"; left out when empty. Letters beyond ASCII become '?', but for × σ and the
    // like.
    std::string title;
    std::string subtitle;    // smaller, beneath it
    int64_t enlargeTo = 128; // a picture whose longer side is shorter is enlarged as far as this allows
    int64_t reduceTo = 256;  // a picture whose longer side is longer is reduced to this
};

// Returns [3, height, width] in [0, 1], ready for encodeImage (core/data/ImageCodec.h). ContractError when shapes do
// not match or there is no sample.
Tensor renderComparisonSheet(const ComparisonImages& images, const ComparisonSheetOptions& options = {});

} // namespace hourglass
