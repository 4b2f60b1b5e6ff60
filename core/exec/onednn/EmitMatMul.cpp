#include "core/exec/onednn/Emitters.h"

namespace hourglass::onednn {

Result<void> emitMatMul(Compilation& build, const Group& group) {
    const Node& node = build.graph().node(group.nodes.front());
    const NodeId last = group.nodes.back(), a = build.resolve(node.inputs[0]), b = build.resolve(node.inputs[1]);
    const bool bf16 = build.isBf16();
    const StorageType type = bf16 ? StorageType::BF16 : StorageType::F32;
    const int valueA = bf16 ? build.asBf16(a) : build.valueOf(a), valueB = bf16 ? build.asBf16(b) : build.valueOf(b);
    const int valueC = build.valueOf(last);
    MatMulSpec spec{
        .rows = build.shapeOf(last)[0],
        .inner = build.shapeOf(node.inputs[0])[node.attributes.transposeA ? 0 : 1],
        .columns = build.shapeOf(last)[1],
        .transposeA = node.attributes.transposeA,
        .transposeB = node.attributes.transposeB,
        .typeA = type,
        .typeB = type,
        .typeC = build.typeOf(last),
        .hasBias = group.bias.has_value(),
        .activation = {},
    };
    if (group.activation) {
        spec.activation = build.graph().node(*group.activation).op;
        spec.activationAlpha = static_cast<float>(build.graph().node(*group.activation).attributes.alpha);
    }
    auto primitive = MatMulPrimitive::create(build.device(), spec);
    if (!primitive)
        return std::move(primitive).error();
    MatMulKernel kernel{*std::move(primitive), build.used(valueA), build.used(valueB), build.used(valueC)};
    if (group.bias)
        kernel.bias = build.used(build.valueOf(*group.bias));
    if (const int64_t bytes = kernel.primitive->scratchBytes(); bytes > 0)
        kernel.scratch = build.used(build.addBuffer(Shape{(bytes + 3) / 4}, StorageType::F32));
    build.add({std::move(kernel), false});
    return {};
}

} // namespace hourglass::onednn
