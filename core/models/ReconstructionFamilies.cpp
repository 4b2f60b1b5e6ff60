#include "core/models/ReconstructionFamilies.h"

namespace hourglass {

namespace {

void buildReconstruction(ModelBuilder& builder) {
    const NodeId code = builder.encode(builder.input());
    const NodeId logits = builder.decode(code);
    const NodeId reconstruction = builder.outputActivation(logits);
    builder.setCode(code);
    builder.setReconstruction(reconstruction);
    builder.addTerm("reconstruction", builder.reconstructionLoss(logits, reconstruction));
}

} // namespace

void UndercompleteFamily::build(ModelBuilder& builder) const {
    buildReconstruction(builder);
}

void DenoisingFamily::build(ModelBuilder& builder) const {
    buildReconstruction(builder);
}

} // namespace hourglass
