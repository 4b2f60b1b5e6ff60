#include "core/training/RandomInputs.h"

namespace hourglass {

RandomInputs::RandomInputs(const Graph& graph, uint64_t seed) : m_seed(seed) {
    for (const NodeId id : graph.nodesOf(OpKind::Input))
        if (const std::string& name = graph.node(id).attributes.name; name.starts_with(kRandomInput))
            m_inputs.push_back({.name = name});
}

void RandomInputs::bind(Program& program) {
    for (Input& input : m_inputs) {
        input.rowElements = 0;
        if (!program.hasInput(input.name))
            continue;
        const int slot = program.inputSlot(input.name);
        const Shape& shape = program.inputShape(slot);
        input.values.resize(std::max(input.values.size(), static_cast<size_t>(shape.elements())));
        input.rowElements = static_cast<size_t>(shape.elements() / shape[0]);
        program.bindInput(slot, input.values.data());
    }
}

void RandomInputs::drawStep(int64_t step) {
    for (size_t i = 0; i < m_inputs.size(); ++i)
        RandomStream(m_seed, static_cast<uint64_t>(RandomPurpose::Graph), static_cast<uint64_t>(step), i)
            .fillNormal(m_inputs[i].values);
}

void RandomInputs::drawSamples(std::span<const uint64_t> ids, uint64_t draw) {
    for (size_t i = 0; i < m_inputs.size(); ++i) {
        const size_t elements = m_inputs[i].rowElements;
        const uint64_t blocks = (elements + 3) / 4; // of one draw
        const std::span<float> all(m_inputs[i].values);
        for (size_t row = 0; row < ids.size() && elements > 0; ++row)
            RandomStream(m_seed, static_cast<uint64_t>(RandomPurpose::Graph), ids[row], ~uint64_t{i})
                .fillNormal(all.subspan(row * elements, elements), draw * blocks);
    }
}

} // namespace hourglass
