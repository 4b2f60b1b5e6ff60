#include "core/optim/Optimizer.h"

#include <array>
#include <cmath>

namespace hourglass {

namespace {

// Runtime scalars of the update graph, in the order of State::scalars.
enum Scalar : size_t { kStepSize, kClip, kRootCorrection, kDecay, kAverage, kAverageRest, kScalars };
constexpr std::array<const char*, kScalars> kScalarNames = {"step_size", "clip",    "root_correction",
                                                            "decay",     "average", "average_rest"};

Graph normGraph(int64_t n) {
    Graph graph;
    graph.setOutput("sum_of_squares", graph.reduceAll(graph.unary(OpKind::Square, graph.input("g", {n}))));
    return graph;
}

} // namespace

std::vector<std::string> optimizerArenas(const OptionValues& options) {
    std::vector<std::string> names;
    if (options.text("optimizer.kind") == "sgd")
        names = {"momentum"};
    else
        names = {"m", "v"};
    if (options.real("optimizer.ema_decay") > 0.0)
        names.push_back("ema");
    return names;
}

Graph updateGraph(const OptionValues& options, int64_t n) {
    const std::string kind = options.text("optimizer.kind");
    const double weightDecay = options.real("optimizer.weight_decay");
    Graph g;
    NodeId p = g.input("p", {n});
    NodeId gradient = g.multiply(g.input("g", {n}), g.input("clip", {}));
    const NodeId stepSize = g.input("step_size", {});
    if (weightDecay > 0.0 && kind == "adamw")
        p = g.multiply(p, g.input("decay", {})); // 1 − η λ
    else if (weightDecay > 0.0)
        gradient = g.add(gradient, g.scale(p, weightDecay));

    NodeId update{};
    if (kind == "sgd") {
        update = g.add(g.scale(g.input("momentum", {n}), options.real("optimizer.momentum")), gradient);
        g.setOutput("momentum", update);
    } else {
        const double beta1 = options.real("optimizer.beta1"), beta2 = options.real("optimizer.beta2");
        const NodeId m = g.add(g.scale(g.input("m", {n}), beta1), g.scale(gradient, 1.0 - beta1));
        const NodeId v =
            g.add(g.scale(g.input("v", {n}), beta2), g.scale(g.unary(OpKind::Square, gradient), 1.0 - beta2));
        g.setOutput("m", m);
        g.setOutput("v", v);
        const NodeId root = g.multiply(g.unary(OpKind::Sqrt, v), g.input("root_correction", {}));
        update = g.divide(m, g.affine(root, 1.0, options.real("optimizer.epsilon")));
    }
    p = g.subtract(p, g.multiply(update, stepSize));
    g.setOutput("p", p);
    if (options.real("optimizer.ema_decay") > 0.0)
        g.setOutput("ema", g.add(g.multiply(g.input("ema", {n}), g.input("average", {})),
                                 g.multiply(p, g.input("average_rest", {}))));
    return g;
}

struct Optimizer::State {
    OptionValues options;
    std::shared_ptr<ParameterStore> store;
    std::unique_ptr<Program> update, norm;
    std::vector<std::string> names;
    std::vector<AlignedBuffer<float>> arenas;
    std::array<float, kScalars> scalars{};
    int64_t steps = 0;
};

Optimizer::Optimizer(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Optimizer::~Optimizer() = default;

Result<std::unique_ptr<Optimizer>> Optimizer::create(const OptionValues& options, Executor& executor,
                                                     std::shared_ptr<ParameterStore> store,
                                                     std::span<const float> gradients) {
    auto state = std::make_unique<State>();
    state->options = options;
    state->store = std::move(store);
    const int64_t n = state->store->layout().floats();
    expects(static_cast<int64_t>(gradients.size()) == n, "{} gradients for {} parameters", gradients.size(), n);

    state->names = optimizerArenas(options);
    CompileOptions compileOptions{.boundOutputs = state->names};
    compileOptions.boundOutputs.push_back("p");
    auto update = executor.compile(updateGraph(options, n), nullptr, compileOptions);
    if (!update)
        return std::move(update).error();
    state->update = *std::move(update);
    const auto bindInput = [&](const char* name, const float* data) {
        if (state->update->hasInput(name))
            state->update->bindInput(state->update->inputSlot(name), data);
    };
    bindInput("p", state->store->arena().data());
    bindInput("g", gradients.data());
    for (size_t i = 0; i < kScalars; ++i)
        bindInput(kScalarNames[i], &state->scalars[i]);
    state->update->bindOutput(state->update->outputSlot("p"), state->store->arena().data());
    for (const std::string& name : state->names) {
        float* data = state->arenas.emplace_back(static_cast<size_t>(n)).data();
        bindInput(name.c_str(), data);
        state->update->bindOutput(state->update->outputSlot(name), data);
        if (name == "ema")
            std::copy_n(state->store->arena().data(), n, data);
    }
    if (options.real("optimizer.clip_norm") > 0.0) {
        auto norm = executor.compile(normGraph(n), nullptr, {});
        if (!norm)
            return std::move(norm).error();
        state->norm = *std::move(norm);
        state->norm->bindInput(state->norm->inputSlot("g"), gradients.data());
    }
    return std::unique_ptr<Optimizer>(new Optimizer(std::move(state)));
}

double Optimizer::step(double learningRate) {
    State& s = *m_state;
    double norm = 0.0;
    s.scalars[kClip] = 1.0f;
    if (s.norm) {
        s.norm->run();
        norm = std::sqrt(static_cast<double>(s.norm->output(s.norm->outputSlot("sum_of_squares"))[0]));
        const double limit = s.options.real("optimizer.clip_norm");
        if (norm > limit)
            s.scalars[kClip] = static_cast<float>(limit / norm);
    }
    ++s.steps;
    double stepSize = learningRate;
    const auto t = static_cast<double>(s.steps);
    if (s.options.text("optimizer.kind") != "sgd") {
        stepSize /= 1.0 - std::pow(s.options.real("optimizer.beta1"), t);
        s.scalars[kRootCorrection] =
            static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(s.options.real("optimizer.beta2"), t)));
    }
    s.scalars[kStepSize] = static_cast<float>(stepSize);
    s.scalars[kDecay] = static_cast<float>(1.0 - learningRate * s.options.real("optimizer.weight_decay"));
    // The average follows quickly at first: min(decay, (1 + t) / (10 + t)).
    const double average = std::min(s.options.real("optimizer.ema_decay"), (1.0 + t) / (10.0 + t));
    s.scalars[kAverage] = static_cast<float>(average);
    s.scalars[kAverageRest] = static_cast<float>(1.0 - average);
    s.update->run();
    s.store->touch();
    return norm;
}

int64_t Optimizer::steps() const {
    return m_state->steps;
}

void Optimizer::setSteps(int64_t steps) {
    m_state->steps = steps;
}

std::vector<NamedArena> Optimizer::arenas() {
    std::vector<NamedArena> result;
    for (size_t i = 0; i < m_state->names.size(); ++i)
        result.push_back({m_state->names[i], m_state->arenas[i].span()});
    return result;
}

std::span<const float> Optimizer::averagedWeights() const {
    const bool averages = !m_state->names.empty() && m_state->names.back() == "ema";
    return averages ? std::as_const(m_state->arenas.back()).span() : std::span<const float>();
}

} // namespace hourglass
