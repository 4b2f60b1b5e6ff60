#pragma once

// Updates a parameter arena from a gradient arena: the published algorithms as options, run by
// exec/kernels/ParameterUpdate.h in one pass. Defaults and conventions are PyTorch's. Compute thread only.

#include <memory>
#include <string>
#include <vector>

#include "core/exec/ParameterStore.h"
#include "core/exec/kernels/ParameterUpdate.h"
#include "core/options/OptionTable.h"

namespace hourglass {

// optimizer.kind, .learning_rate, .beta1, .beta2, .epsilon, .weight_decay, .momentum, .clip_norm, .ema_decay, and the
// schedule's (Schedule.h).
OptionTable optimizerOptions();

// Names of the arenas that an optimiser of these options keeps: "m", "v", "momentum", "ema".
std::vector<std::string> optimizerArenas(const OptionValues& options);

class Optimizer {
public:
    // `gradients` is an arena of the store's layout that outlives the optimizer.
    Optimizer(const OptionValues& options, std::shared_ptr<ParameterStore> store, std::span<const float> gradients);

    // One update. Returns the gradient's Euclidean norm before clipping, or 0 when clipping is off.
    double step(double learningRate);

    // Updates done so far; part of the state.
    int64_t steps() const { return m_steps; }
    void setSteps(int64_t steps) { m_steps = steps; }
    // Part of the state too.
    std::vector<NamedArena> arenas();
    // The averaged weights, or nothing when averaging is off.
    std::span<const float> averagedWeights() const;

private:
    float* arenaNamed(std::string_view name);

    UpdateRule m_rule;
    std::shared_ptr<ParameterStore> m_store;
    std::span<const float> m_gradients;
    std::vector<std::string> m_names;
    std::vector<AlignedBuffer<float>> m_arenas; // by name
    double m_clipNorm, m_weightDecay, m_averageDecay;
    bool m_decaysApart; // from the gradient
    int64_t m_steps = 0;
};

} // namespace hourglass
