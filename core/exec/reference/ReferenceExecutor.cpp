#include "core/exec/reference/ReferenceExecutor.h"

#include <algorithm>

#include "core/exec/reference/Interpreter.h"

namespace hourglass {

namespace {

struct Slot {
    std::string name;
    Shape shape;
    const float* source = nullptr;  // inputs
    float* target = nullptr;        // bound outputs
    std::vector<float> values = {}; // outputs
};

int find(const std::vector<Slot>& slots, const std::string& name) {
    const auto it = std::find_if(slots.begin(), slots.end(), [&](const Slot& slot) { return slot.name == name; });
    return it == slots.end() ? -1 : static_cast<int>(it - slots.begin());
}

class ReferenceProgram final : public Program {
public:
    ReferenceProgram(Graph graph, std::shared_ptr<const ParameterStore> store, SymbolSizes sizes)
        : m_graph(std::move(graph)), m_store(std::move(store)), m_sizes(sizes) {
        for (NodeId id : m_graph.nodesOf(OpKind::Input))
            m_inputs.push_back({m_graph.node(id).attributes.name, evaluate(m_graph.shape(id), sizes).value()});
        for (const auto& [name, id] : m_graph.outputs())
            m_outputs.push_back({name, evaluate(m_graph.shape(id), sizes).value()});
    }

    int inputSlot(const std::string& name) const override { return required(m_inputs, name); }
    int outputSlot(const std::string& name) const override { return required(m_outputs, name); }
    bool hasInput(const std::string& name) const override { return find(m_inputs, name) >= 0; }
    const Shape& inputShape(int slot) const override { return m_inputs.at(static_cast<size_t>(slot)).shape; }
    const Shape& outputShape(int slot) const override { return m_outputs.at(static_cast<size_t>(slot)).shape; }
    void bindInput(int slot, const float* data) override { m_inputs.at(static_cast<size_t>(slot)).source = data; }
    void bindOutput(int slot, float* data) override { m_outputs.at(static_cast<size_t>(slot)).target = data; }
    std::span<const float> output(int slot) const override { return m_outputs.at(static_cast<size_t>(slot)).values; }
    size_t workspaceBytes() const override { return 0; }

    RunOutcome run(std::stop_token stop) override {
        if (stop.stop_requested())
            return RunOutcome::Cancelled;
        std::map<std::string, std::vector<double>> values;
        for (const Slot& slot : m_inputs) {
            expects(slot.source != nullptr, "input '{}' is not bound", slot.name);
            values[slot.name].assign(slot.source, slot.source + slot.shape.elements());
        }
        for (NodeId id : m_graph.parameters()) {
            const std::string& name = m_graph.node(id).attributes.name;
            const std::span<const float> parameter = m_store->values(name);
            values[name].assign(parameter.begin(), parameter.end());
        }
        for (const auto& [name, array] : reference::evaluate(m_graph, m_sizes, values)) {
            Slot& slot = m_outputs[static_cast<size_t>(find(m_outputs, name))];
            slot.values.assign(array.values.begin(), array.values.end());
            if (slot.target != nullptr)
                std::copy(slot.values.begin(), slot.values.end(), slot.target);
        }
        return RunOutcome::Done;
    }

private:
    static int required(const std::vector<Slot>& slots, const std::string& name) {
        const int slot = find(slots, name);
        expects(slot >= 0, "the program has no '{}'", name);
        return slot;
    }

    Graph m_graph;
    std::shared_ptr<const ParameterStore> m_store;
    SymbolSizes m_sizes;
    std::vector<Slot> m_inputs, m_outputs;
};

class ReferenceExecutor final : public Executor {
public:
    Result<std::unique_ptr<Program>> compile(const Graph& graph, std::shared_ptr<const ParameterStore> store,
                                             const CompileOptions& options) override {
        std::vector<std::string> names;
        for (const auto& [name, id] : graph.outputs())
            names.push_back(name);
        Graph pruned = graph.pruned(names);
        for (const Node& node : pruned.nodes())
            if (const Result<Shape> shape = evaluate(node.shape, options.sizes); !shape)
                return Error(shape.error());
        return std::unique_ptr<Program>(
            std::make_unique<ReferenceProgram>(std::move(pruned), std::move(store), options.sizes));
    }
};

} // namespace

std::unique_ptr<Executor> makeReferenceExecutor() {
    return std::make_unique<ReferenceExecutor>();
}

} // namespace hourglass
