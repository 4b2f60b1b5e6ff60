#include "tests/support/GraphChecks.h"

#include <cmath>
#include <list>

#include "core/exec/onednn/OneDnnExecutor.h"

namespace hourglass::test {

std::string wrongGradient(const Graph& graph, const SymbolSizes& sizes, const Values& values, size_t most) {
    constexpr double kStep = 1e-5, kTolerance = 1e-6;
    const auto exact = reference::evaluate(graph, sizes, values);
    const Graph lossAlone = graph.pruned({"loss"});
    for (const NodeId id : graph.parameters()) {
        const std::string name = graph.node(id).attributes.name;
        const size_t count = values.at(name).size();
        for (size_t i = 0; i < count; i += 1 + count / most) {
            const auto lossAt = [&](double shift) {
                Values moved = values;
                moved.at(name)[i] += shift;
                return reference::evaluate(lossAlone, sizes, moved).at("loss").values[0];
            };
            const double expected = (lossAt(kStep) - lossAt(-kStep)) / (2 * kStep);
            const double found = exact.at("grad." + name).values[i];
            if (!(std::abs(expected - found) <= kTolerance * std::max(1.0, std::abs(expected))))
                return fmt::format("{}[{}]: {} by differences, {} by rule", name, i, expected, found);
        }
    }
    return {};
}

std::map<std::string, Tensor> runOneDnn(const Graph& graph, const Values& values, const CompileOptions& options) {
    const auto floats = [&](const std::string& name) {
        return std::vector<float>(values.at(name).begin(), values.at(name).end());
    };
    auto store = std::make_shared<ParameterStore>(std::make_shared<ArenaLayout>(graph));
    for (const ArenaLayout::Entry& entry : store->layout().entries())
        std::ranges::copy(floats(entry.name), store->values(entry.name).begin());
    const auto program = makeOneDnnExecutor()->compile(graph, store, options).value();
    std::list<std::vector<float>> inputs; // stay where they are
    for (const NodeId id : graph.nodesOf(OpKind::Input))
        if (const std::string& name = graph.node(id).attributes.name; program->hasInput(name))
            program->bindInput(name, inputs.emplace_back(floats(name)));
    expects(program->run() == RunOutcome::Done, "nobody asked to stop");
    std::map<std::string, Tensor> outputs;
    for (const auto& [name, id] : graph.outputs())
        outputs[name] = program->outputTensor(name);
    return outputs;
}

std::string wrongOutput(const std::map<std::string, reference::Array>& expected,
                        const std::map<std::string, Tensor>& found, double tolerance, Scale scale) {
    for (const auto& [name, array] : expected) {
        const Tensor& tensor = found.at(name);
        if (tensor.shape() != array.shape)
            return fmt::format("{} is {} instead of {}", name, tensor.shape().toString(), array.shape.toString());
        double largest = 1.0;
        for (const double value : array.values)
            largest = std::max(largest, std::abs(value));
        for (size_t i = 0; i < array.values.size(); ++i) {
            const double reference = array.values[i], value = static_cast<double>(tensor.values()[i]);
            const double unit = scale == Scale::Tensor ? largest : std::max(1.0, std::abs(reference));
            if (!(std::abs(value - reference) <= tolerance * unit))
                return fmt::format("{}[{}] of {}: reference {}, oneDNN {}", name, i, array.shape.toString(), reference,
                                   value);
        }
    }
    return {};
}

} // namespace hourglass::test
