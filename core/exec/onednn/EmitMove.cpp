#include "core/exec/onednn/Emitters.h"

namespace hourglass::onednn {

Result<void> emitMove(Compilation& build, const Group& group) {
    const NodeId id = group.nodes.front();
    const Node& node = build.graph().node(id);
    MoveKernel kernel{node.op, node.attributes, build.used(build.valueOf(build.resolve(node.inputs[0]))),
                      build.used(build.valueOf(id))};
    if (node.inputs.size() > 1)
        kernel.second = build.used(build.valueOf(build.resolve(node.inputs[1])));
    build.add(std::move(kernel));
    return {};
}

} // namespace hourglass::onednn
