#include "core/io/Probe.h"

#include <algorithm>
#include <cmath>

#include "core/base/IntegerMath.h"
#include "core/base/Random.h"
#include "core/graph/ReceptiveField.h"

namespace hourglass {

namespace {

using Outputs = std::map<std::string, Tensor>;

std::map<std::string, SymbolicShape> inputsOf(const Graph& graph) {
    std::map<std::string, SymbolicShape> inputs;
    for (NodeId id : graph.nodesOf(OpKind::Input))
        inputs[graph.node(id).attributes.name] = graph.shape(id);
    return inputs;
}

std::map<std::string, SymbolicShape> outputsOf(const Graph& graph) {
    std::map<std::string, SymbolicShape> outputs;
    for (const auto& [name, id] : graph.outputs())
        outputs[name] = graph.shape(id);
    return outputs;
}

std::map<std::string, Tensor> drawInputs(const Graph& graph, const SymbolSizes& sizes) {
    std::map<std::string, Tensor> inputs;
    uint64_t place = 0;
    for (const auto& [name, shape] : inputsOf(graph)) {
        Tensor values(evaluate(shape, sizes).value());
        RandomStream(0, static_cast<uint64_t>(RandomPurpose::Sample), place++).fillUniform(values.values());
        inputs.emplace(name, std::move(values));
    }
    return inputs;
}

Result<Outputs> run(const ImportedNetwork& network, const std::map<std::string, Tensor>& inputs,
                    const SymbolSizes& sizes, Executor& executor) {
    Result<std::unique_ptr<Program>> program = executor.compile(network.graph, network.weights, {.sizes = sizes});
    if (!program)
        return std::move(program).error();
    for (const auto& [name, values] : inputs)
        (*program)->bindInput(name, values.values());
    (*program)->run();
    Outputs outputs;
    for (const auto& [name, id] : network.graph.outputs())
        outputs.emplace(name, (*program)->outputTensor(name));
    return outputs;
}

// What the networks are run with: batches of 4 and 1, and another picture, not as much larger in width as in height.
std::vector<SymbolSizes> probeSizes(const Graph& graph, SymbolSizes sizes) {
    const int64_t multiple = sizeMultiple(graph);
    const SymbolSizes other{2, roundUp(sizes.h, multiple) + multiple, roundUp(sizes.w, multiple) + 2 * multiple};
    std::vector<SymbolSizes> all = {{4, sizes.h, sizes.w}, {1, sizes.h, sizes.w}};
    for (const auto& [name, shape] : inputsOf(graph))
        if (evaluate(shape, {2, sizes.h, sizes.w}).value() != evaluate(shape, other).value()) {
            all.push_back(other);
            break;
        }
    return all;
}

} // namespace

Result<ProbeResult> compareNetworks(const ImportedNetwork& a, const ImportedNetwork& b, SymbolSizes ofPicture,
                                    Executor& executor) {
    if (inputsOf(a.graph) != inputsOf(b.graph) || outputsOf(a.graph) != outputsOf(b.graph))
        return makeError(ErrorCode::Unreadable, "The network that was read back has other inputs or outputs.");
    ProbeResult result;
    double sum = 0.0;
    int64_t count = 0;
    for (const SymbolSizes& sizes : probeSizes(a.graph, ofPicture)) {
        const std::map<std::string, Tensor> inputs = drawInputs(a.graph, sizes);
        Result<Outputs> first = run(a, inputs, sizes, executor);
        Result<Outputs> second = first ? run(b, inputs, sizes, executor) : first;
        if (!second)
            return std::move(second).error();
        if (sizes.n == 4 && !inputs.empty())
            result.inputShape = inputs.begin()->second.shape();
        if (sizes.n == 2 && !inputs.empty())
            result.otherShape = inputs.begin()->second.shape();
        for (const auto& [name, values] : *first) {
            const std::span<const float> x = values.values(), y = second->at(name).values();
            for (size_t i = 0; i < x.size(); ++i) {
                const double difference = std::abs(static_cast<double>(x[i]) - static_cast<double>(y[i]));
                result.isFinite = result.isFinite && std::isfinite(x[i]) && std::isfinite(y[i]);
                result.largestDifference = std::max(result.largestDifference, difference);
                result.largestMagnitude = std::max(result.largestMagnitude, std::abs(static_cast<double>(x[i])));
                sum += difference;
            }
            count += static_cast<int64_t>(x.size());
        }
    }
    result.meanDifference = count > 0 ? sum / static_cast<double>(count) : 0.0;
    return result;
}

} // namespace hourglass
