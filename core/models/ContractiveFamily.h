#pragma once

// The contractive autoencoder (Rifai et al. 2011): reconstruction + λ ‖∂h/∂x‖_F², averaged over the batch. The Jacobian
// is exact for codes of few units, row by row; for larger ones the penalty is estimated without bias by ‖Jᵀu‖² with
// u ~ N(0, I) in code space (E u uᵀ = I). Both are reverse passes within the graph, differentiated again for training.
// The decoder's columns that read the code are kept at norm 1 or less, since otherwise the code shrinks instead.

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
    std::vector<std::pair<std::string, Json>> defaults() const override;
    Result<void> validate(const ModelContext& context) const override;
    std::vector<ScheduledScalar> scalars() const override;
    void build(ModelBuilder& builder) const override;
    bool afterStep(const StepEdit& edit) const override;
};

} // namespace hourglass
