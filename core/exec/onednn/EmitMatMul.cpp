#include "core/exec/onednn/Emitters.h"

namespace hourglass::onednn {

std::optional<FusedActivation> activationOf(const Compilation& build, const Group& group) {
    if (!group.activation)
        return std::nullopt;
    const Node& node = build.graph().node(*group.activation);
    return FusedActivation{node.op, static_cast<float>(node.attributes.alpha)};
}

Result<void> emitMatMul(Compilation& build, const Group& group) {
    const Node& node = build.graph().node(group.nodes.front());
    const NodeId last = group.nodes.back(), a = build.resolve(node.inputs[0]), b = build.resolve(node.inputs[1]);
    const bool bf16 = build.isBf16();
    const StorageType type = bf16 ? StorageType::BF16 : StorageType::F32;
    const int valueA = bf16 ? build.asBf16(a) : build.valueOf(a), valueB = bf16 ? build.asBf16(b) : build.valueOf(b);
    const MatMulSpec spec{
        .rows = build.shapeOf(last)[0],
        .inner = build.shapeOf(node.inputs[0])[node.attributes.transposeA ? 0 : 1],
        .columns = build.shapeOf(last)[1],
        .transposeA = node.attributes.transposeA,
        .transposeB = node.attributes.transposeB,
        .typeA = type,
        .typeB = type,
        .typeC = build.typeOf(last),
        .hasBias = group.bias.has_value(),
        .activation = activationOf(build, group),
    };
    auto primitive = makeMatMul(build.device(), spec);
    if (!primitive)
        return std::move(primitive).error();
    std::vector<int> values = {valueA, valueB, build.valueOf(last)};
    if (group.bias)
        values.push_back(build.valueOf(*group.bias));
    build.addPrimitive(*std::move(primitive), std::move(values));
    return {};
}

} // namespace hourglass::onednn
