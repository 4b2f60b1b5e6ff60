#include "core/training/MachinePeak.h"

#include <chrono>

#include "core/base/Random.h"
#include "core/graph/Flops.h"
#include "core/optim/Optimizer.h"
#include "core/training/Experiment.h"

namespace hourglass {

namespace {

using Clock = std::chrono::steady_clock;

// A chain of products, so that what is around them counts little.
constexpr int kChain = 4;

Graph matrixChain() {
    constexpr int64_t kSide = 1024;
    Graph graph;
    NodeId x = graph.input("input", {kSide, kSide});
    for (int i = 0; i < kChain; ++i)
        x = graph.matMul(
            x, graph.parameter(fmt::format("w{}", i), {kSide, kSide}, {Initialisation::Kind::LecunNormal, kSide}));
    graph.setOutput("output", x);
    return graph;
}

Graph convolutionChain() {
    constexpr int64_t kChannels = 64, kSide = 64, kBatch = 8;
    constexpr int64_t kKernel = 5; // not 3, which has a way with fewer multiplications
    Graph graph;
    NodeId x = graph.input("input", {kBatch, kChannels, kSide, kSide});
    for (int i = 0; i < kChain; ++i)
        x = graph.convolve(x,
                           graph.parameter(fmt::format("w{}", i), {kChannels, kChannels, kKernel, kKernel},
                                           {Initialisation::Kind::LecunNormal, kKernel * kKernel * kChannels}),
                           Window::same(kKernel));
    graph.setOutput("output", graph.reduceAll(x));
    return graph;
}

// Seconds of the fastest of several runs.
template <typename Run>
double fastest(Run run) {
    constexpr int kRuns = 12;
    double seconds = 1e9;
    for (int i = 0; i < kRuns; ++i) {
        const Clock::time_point begin = Clock::now();
        run();
        seconds = std::min(seconds, std::chrono::duration<double>(Clock::now() - begin).count());
    }
    return seconds;
}

Result<double> best(const Graph& graph, Precision precision, Executor& executor) {
    auto weights = std::make_shared<ParameterStore>(std::make_shared<ArenaLayout>(graph));
    initialiseParameters(*weights, 0);
    auto program = executor.compile(graph, weights, {.precision = precision});
    if (!program)
        return std::move(program).error();
    Tensor input((*program)->inputShape((*program)->inputSlot("input")));
    RandomStream(1).fillUniform(input.values());
    (*program)->bindInput("input", input.values());
    return static_cast<double>(productFlops(graph, {})) / fastest([&] { (*program)->run(); });
}

} // namespace

Result<MachinePeak> measurePeak(Precision precision, Executor& executor) {
    Result<double> matMul = best(matrixChain(), precision, executor);
    if (!matMul)
        return std::move(matMul).error();
    Result<double> convolution = best(convolutionChain(), precision, executor);
    if (!convolution)
        return std::move(convolution).error();
    return MachinePeak{*matMul, *convolution};
}

double measureUpdate() {
    constexpr int64_t kParameters = int64_t{1} << 20;
    Graph graph;
    graph.setOutput("y", graph.parameter("w", {kParameters}, {}));
    auto weights = std::make_shared<ParameterStore>(std::make_shared<ArenaLayout>(graph));
    const AlignedBuffer<float> gradients(static_cast<size_t>(kParameters));
    const Experiment usual = Experiment::create().value();
    Optimizer optimizer(usual.options(), weights, gradients.span());
    return static_cast<double>(kUpdateBytes * kParameters) / fastest([&] { optimizer.step(1e-3); });
}

} // namespace hourglass
