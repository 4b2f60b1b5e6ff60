#pragma once

// The two families whose only term is the reconstruction.

#include "core/models/Family.h"

namespace hourglass {

// x̂ = d(e(x)) against x, through a code smaller than x. With linear layers it reaches the PCA optimum (Baldi and Hornik
// 1989).
class UndercompleteFamily final : public Family {
public:
    std::string_view id() const override { return "undercomplete"; }
    std::string_view label() const override { return "Undercomplete"; }
    std::string_view help() const override {
        return "Squeezes each sample through a code smaller than itself and learns to rebuild it: compression, and the "
               "place to start.";
    }
    bool needsCode() const override { return false; }
    void build(ModelBuilder& builder) const override;
};

// x̂ = d(e(x + noise)) against the clean x (Vincent et al. 2010). Averages over elements, so that clipping a gradient at
// 1 means what the literature means.
class DenoisingFamily final : public Family {
public:
    std::string_view id() const override { return "denoising"; }
    std::string_view label() const override { return "Denoising"; }
    std::string_view help() const override {
        return "Sees a corrupted sample and learns to return the clean one: for noisy pictures, and for features that "
               "do not copy their input.";
    }
    std::vector<std::pair<std::string, Json>> defaults(std::string_view) const override {
        return {{"objective.reduction", "element_mean"}, {"model.code_size", 64}};
    }
    bool corruptsInput() const override { return true; }
    bool needsCode() const override { return false; }
    void build(ModelBuilder& builder) const override;
};

} // namespace hourglass
