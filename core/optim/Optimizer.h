#pragma once

// Updates a parameter arena from a gradient arena: one strip pass for clipping, moments, update and weight average.
// The update itself is a Graph, so the reference executor can judge it.
//
// Sources: Adam: Kingma and Ba 2015, algorithm 1. AdamW: Loshchilov and Hutter 2019, algorithm 2 (decay times the
// learning rate). SGD: v ← μ v + g, p ← p − η v. Defaults and conventions are PyTorch's.

#include <memory>
#include <string>
#include <vector>

#include "core/exec/Program.h"
#include "core/options/OptionTable.h"

namespace hourglass {

// optimizer.kind, .learning_rate, .beta1, .beta2, .epsilon, .weight_decay, .momentum, .clip_norm, .ema_decay, and the
// schedule's (Schedule.h).
OptionTable optimizerOptions();

// Names of the arenas that an optimiser of these options keeps: "m", "v", "momentum", "ema".
std::vector<std::string> optimizerArenas(const OptionValues& options);

class Optimizer {
public:
    // `gradients` is an arena of the store's layout that outlives the optimizer. Errors as Executor::compile.
    static Result<std::unique_ptr<Optimizer>> create(const OptionValues& options, Executor& executor,
                                                     std::shared_ptr<ParameterStore> store,
                                                     std::span<const float> gradients);
    ~Optimizer();

    // One update. Returns the gradient's Euclidean norm before clipping, or 0 when clipping is off.
    double step(double learningRate);

    // Updates done so far; part of the state.
    int64_t steps() const;
    void setSteps(int64_t steps);
    // Part of the state too.
    std::vector<NamedArena> arenas();
    // The averaged weights, or nothing when averaging is off.
    std::span<const float> averagedWeights() const;

private:
    struct State;
    explicit Optimizer(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

// The update as a graph over vectors of n elements: inputs "p", "g" and the arenas, scalars "step_size", "clip", …;
// outputs of the arenas' names are their new values.
Graph updateGraph(const OptionValues& options, int64_t n);

} // namespace hourglass
