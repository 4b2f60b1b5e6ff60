#include "core/exec/onednn/Emitters.h"

namespace hourglass::onednn {

Result<void> emitMove(Compilation& build, const Group& group) {
    const NodeId id = group.nodes.front();
    const Node& node = build.graph().node(id);
    MoveKernel kernel{node.op, node.attributes, {}, {build.used(build.valueOf(id)), build.shapeOf(id)}};
    for (const NodeId input : node.inputs)
        kernel.inputs.push_back({build.used(build.valueOf(build.resolve(input))), build.shapeOf(input)});
    build.add(std::move(kernel));
    return {};
}

} // namespace hourglass::onednn
