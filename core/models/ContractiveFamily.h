#pragma once

// The contractive autoencoder: reconstruction + λ ‖J‖_F², averaged over the batch, with J = ∂h/∂x (Rifai et al. 2011)
// or ∂x̂/∂x (Alain and Bengio 2014). The Jacobian of a code of few units is exact, row by row; else the penalty is
// estimated without bias by ‖Jᵀu‖² with u ~ N(0, I) (E u uᵀ = I). Both are reverse passes within the graph,
// differentiated again for training. Where the code is contracted, the decoder's columns that read it are kept at norm
// 1 or less, since otherwise the code shrinks instead; a deep decoder makes up for that in its later layers, which is
// why the reconstruction is contracted there. Metrics: "jacobian_norm" of the code, "reconstruction_jacobian_norm".

#include "core/models/Family.h"

namespace hourglass {

class ContractiveFamily final : public Family {
public:
    std::string_view id() const override { return "contractive"; }
    std::string_view label() const override { return "Contractive"; }
    std::string_view help() const override {
        return "The code is asked to move little when the sample does: features that hold still under small changes.";
    }
    OptionTable options() const override;
    Result<void> validate(const ModelContext& context) const override;
    std::vector<ScheduledScalar> scalars() const override;
    void build(ModelBuilder& builder) const override;
    bool afterStep(const StepEdit& edit) const override;
};

} // namespace hourglass
