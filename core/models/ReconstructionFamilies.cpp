#include "core/models/ReconstructionFamilies.h"

namespace hourglass {

namespace {

void buildReconstruction(ModelBuilder& builder) {
    NodeId logits{};
    if (builder.hasCode()) {
        const NodeId code = builder.codeActivation(builder.encode(builder.input()));
        logits = builder.decode(code);
        builder.setCode(code);
    } else {
        logits = builder.reconstruct(builder.input());
    }
    const NodeId reconstruction = builder.outputActivation(logits);
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
