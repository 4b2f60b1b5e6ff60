#include "core/exec/onednn/Emitters.h"

namespace hourglass::onednn {

Result<void> emitReduce(Compilation& build, const Group& group) {
    const NodeId id = group.nodes.front();
    const Node& node = build.graph().node(id);
    const Shape& shape = build.shapeOf(node.inputs[0]);
    // [outer reduced][kept][inner reduced]
    int64_t sizes[3] = {1, 1, 1};
    int part = 0;
    for (int axis = 0; axis < shape.rank(); ++axis) {
        const bool reduced = std::count(node.attributes.axes.begin(), node.attributes.axes.end(), axis) > 0;
        if (part == 0 && !reduced)
            part = 1;
        else if (part == 1 && reduced)
            part = 2;
        if (part == 2 && !reduced)
            return makeError(ErrorCode::Unsupported, "Reduce over these axes of {} has no kernel.", shape.toString());
        sizes[part] *= shape[axis];
    }
    const int x = build.valueOf(build.resolve(node.inputs[0]));
    const int64_t floats = reduceScratchFloats(sizes[0], sizes[1], sizes[2]);
    const int scratch = floats > 0 ? build.used(build.addBuffer(Shape{floats}, StorageType::F32)) : -1;
    build.add(ReduceKernel{build.used(x), build.used(build.valueOf(id)), sizes[0], sizes[1], sizes[2],
                           static_cast<float>(averageFactor(node, shape)), scratch});
    return {};
}

} // namespace hourglass::onednn
