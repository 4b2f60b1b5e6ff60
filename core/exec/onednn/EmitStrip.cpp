#include "core/exec/onednn/Emitters.h"

#include <algorithm>

namespace hourglass::onednn {

Result<void> emitStrip(Compilation& build, const Group& group) {
    StripProgram program;
    std::vector<int> inputs, outputs;
    std::map<NodeId, int> local;                               // nodes computed in this pass
    std::map<std::tuple<int, int64_t, int64_t>, int> external; // values read, by the way they are read
    const Node& first = build.graph().node(group.nodes.front());
    program.elements = first.op == OpKind::Reduce ? build.shapeOf(first.inputs[0]).elements()
                                                  : build.shapeOf(group.nodes.front()).elements();

    // Inputs are numbered before instructions, so they are collected first.
    const auto key = [&](const Node& node, NodeId id, NodeId operand) {
        const StripAccess access = stripAccess(node, build.shapeOf(id), build.shapeOf(operand));
        return std::tuple(build.valueOf(build.resolve(operand)), access.repeat, access.period);
    };
    const auto isInside = [&](NodeId source) {
        return std::binary_search(group.nodes.begin(), group.nodes.end(), source);
    };
    for (NodeId id : group.nodes)
        for (NodeId operand : build.graph().node(id).inputs) {
            const NodeId source = build.resolve(operand);
            if (isInside(source) || build.graph().node(source).op == OpKind::Constant)
                continue;
            const auto k = key(build.graph().node(id), id, operand);
            if (!external.emplace(k, static_cast<int>(inputs.size())).second)
                continue;
            inputs.push_back(std::get<0>(k));
            program.inputs.push_back({std::get<1>(k), std::get<2>(k), build.value(std::get<0>(k)).type});
        }

    const auto emit = [&](StripInstruction instruction) {
        program.instructions.push_back(instruction);
        return program.values() - 1;
    };
    for (NodeId id : group.nodes) {
        const Node& node = build.graph().node(id);
        int operands[2] = {-1, -1};
        for (size_t k = 0; k < node.inputs.size(); ++k) {
            const NodeId source = build.resolve(node.inputs[k]);
            const Node& from = build.graph().node(source);
            if (!isInside(source) && from.op == OpKind::Constant && !local.contains(source))
                local[source] = emit({OpKind::Constant, -1, -1, static_cast<float>(from.attributes.alpha)});
            if (const auto known = local.find(source); known != local.end())
                operands[k] = known->second;
            else
                operands[k] = external.at(key(node, id, node.inputs[k]));
        }
        if (node.op == OpKind::Reduce) {
            program.outputs.push_back({operands[0], StripOutput::Kind::Sum, StorageType::F32,
                                       averageFactor(node, build.shapeOf(node.inputs[0]))});
            outputs.push_back(build.valueOf(id));
            continue;
        }
        const auto alpha = static_cast<float>(node.attributes.alpha), beta = static_cast<float>(node.attributes.beta);
        if (node.op == OpKind::Expand)
            local[id] =
                emit({OpKind::Affine, operands[0], -1, static_cast<float>(averageFactor(node, build.shapeOf(id))), 0});
        else
            local[id] = emit({node.op, operands[0], operands[1], alpha, beta});
        if (build.isStored(id)) {
            program.outputs.push_back({local[id], StripOutput::Kind::Store, build.typeOf(id), 1.0});
            outputs.push_back(build.valueOf(id));
        }
    }
    build.addStrip(std::move(program), std::move(inputs), std::move(outputs));
    return {};
}

} // namespace hourglass::onednn
