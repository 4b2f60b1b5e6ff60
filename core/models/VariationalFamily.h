#pragma once

// The variational autoencoder (Kingma and Welling 2014): E_q[−log p(x|z)] + β KL(q(z|x) ‖ N(0, I)), the expectation by
// one sample z = μ + σ ε. KL = −½ Σ (1 + log σ² − μ² − σ²), summed over the code, averaged over the batch; β other than
// 1: Higgins et al. 2017; free bits: Kingma et al. 2016, eq. 15. The code is μ; reconstructions decode it.

#include "core/models/Family.h"

namespace hourglass {

// Outputs of the evaluation graph besides the usual ones: log σ² as the code's shape; and [N] log p(x, z) − log q(z|x)
// of the drawn z, up to nothing: its mean of exponentials estimates p(x) (Burda et al. 2016).
inline constexpr const char* kLogVarianceOutput = "log_variance";
inline constexpr const char* kLogWeightOutput = "log_weight";

class VariationalFamily final : public Family {
public:
    std::string_view id() const override { return "variational"; }
    std::string_view label() const override { return "Variational"; }
    std::string_view help() const override {
        return "Codes are clouds instead of points, kept near a standard normal: new samples are drawn from it, and "
               "the code space has no holes.";
    }
    OptionTable options() const override;
    std::vector<std::pair<std::string, Json>> defaults(std::string_view architecture) const override;
    int64_t codeHeads() const override { return 2; }
    std::vector<ScheduledScalar> scalars() const override;
    void build(ModelBuilder& builder) const override;
};

} // namespace hourglass
