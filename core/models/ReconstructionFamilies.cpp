#include "core/models/ReconstructionFamilies.h"

namespace hourglass {

namespace {

void buildReconstruction(ModelBuilder& builder) {
    if (builder.hasCode())
        builder.addAutoencoder();
    else
        builder.addReconstruction(builder.reconstruct(builder.input()));
}

} // namespace

void UndercompleteFamily::build(ModelBuilder& builder) const {
    buildReconstruction(builder);
}

void DenoisingFamily::build(ModelBuilder& builder) const {
    buildReconstruction(builder);
}

} // namespace hourglass
