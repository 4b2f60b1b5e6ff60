#pragma once

// Autoencoders whose code is mostly off. KL (Ng, "Sparse autoencoder", CS294A notes): β · Σ_j KL(ρ ‖ ρ̂_j), where ρ̂_j
// is the mean of unit j over the batch (and over the places of a spatial code). L1: λ · Σ_j |h_j|, averaged over the
// batch, with the decoder's columns kept at norm 1, since otherwise codes shrink and the decoder grows.
// Both are said for errors summed over a sample's elements; objective.reduction element_mean divides all terms alike.

#include "core/models/Family.h"

namespace hourglass {

class SparseFamily final : public Family {
public:
    std::string_view id() const override { return "sparse"; }
    std::string_view label() const override { return "Sparse"; }
    std::string_view help() const override {
        return "A code that may be large, but of which little is active at a time: units that stand for one thing "
               "each.";
    }
    OptionTable options() const override;
    std::vector<std::pair<std::string, Json>> defaults(std::string_view architecture) const override;
    bool wantsSmallCode() const override { return false; }
    Result<void> validate(const ModelContext& context) const override;
    std::vector<ScheduledScalar> scalars() const override;
    // The units of KL start at mean ρ, and the decoder reads them as strongly as units near 1 would be read: from
    // Glorot's start it takes three times as long to the same reconstruction (Fashion-MNIST, code 64).
    int64_t initialisationSamples() const override { return 1; }
    void initialise(const ModelContext& context, const Tensor& samples, ParameterStore& weights) const override;
    void build(ModelBuilder& builder) const override;
    std::vector<std::string> warnings(const ModelContext& context) const override;
    bool afterStep(const StepEdit& edit) const override;
};

} // namespace hourglass
