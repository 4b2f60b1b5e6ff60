#pragma once

// A residual U-Net without bias that predicts the noise (Zhang et al. 2021, "Plug-and-Play Image Restoration with Deep
// Denoiser Prior"; bias-free after Mohan et al. 2020): pixel-unshuffle by 2, on each level residual blocks
// (by default 3×3–ReLU–3×3), 2×2 convolutions of stride 2 down, 1×1 and pixel shuffle up, additive skips, and x̂ = x −
// net(x). model.layers are the channels of the levels, finest first; between two levels the picture halves.
//
// Takes pictures of any size whose sides divide by 2^levels, and has no code: skips lead around it.

#include "core/models/Architecture.h"

namespace hourglass {

class UNetArchitecture final : public Architecture {
public:
    std::string_view id() const override { return "unet"; }
    std::string_view label() const override { return "Residual U-Net"; }
    std::string_view help() const override {
        return "Looks at the picture on several scales, with shortcuts between them, and predicts the noise: the one "
               "for denoising photographs of any size. It has no code.";
    }
    OptionTable options() const override;
    std::vector<std::pair<std::string, Json>> defaults() const override {
        return {{"model.initialisation", "orthogonal"}};
    }
    Result<void> validate(const ModelContext& context) const override;

    bool takesAnySize(const ModelContext&) const override { return true; }
    bool hasCode() const override { return false; }
    NodeId reconstruct(Graph& graph, NodeId input, const ModelContext& context) const override;
    std::vector<LayerInfo> layers(const ModelContext& context) const override;
};

} // namespace hourglass
