#pragma once

// What an autoencoder is trained for: its loss terms with their reductions, its constraints, its extra metrics. A
// family builds its part of a graph through a ModelBuilder, over whatever architecture the person chose.

#include "core/exec/ParameterStore.h"
#include "core/models/Architecture.h"
#include "core/models/ModelBuilder.h"

namespace hourglass {

// A number that may change every step and is an input of the training graph: β, λ, their warm-ups.
struct ScheduledScalar {
    std::string input;                                   // name of the graph input, shape []
    std::string option;                                  // the option that holds its final value
    double (*factor)(const OptionValues&, int64_t step); // what the value is multiplied by at a step; null: always 1
};

// A factor that rises from 0 to 1 over "objective.warmup_steps", for families with that option.
double warmUp(const OptionValues& options, int64_t step);

// What may be edited after an update.
struct StepEdit {
    const OptionValues& options;
    int64_t steps; // updates done
    ParameterStore& weights;
    std::span<const NamedArena> moments; // the optimiser's, of the weights' layout
};

class Family {
public:
    virtual ~Family() = default;

    virtual std::string_view id() const = 0; // "denoising"
    virtual std::string_view label() const = 0;
    virtual std::string_view help() const = 0;
    // The "objective." options that only this family has, and common ones that mean something else here or nothing.
    virtual OptionTable options() const { return {}; }
    // Other defaults for options that all families have, over an architecture: {"objective.reduction", "element_mean"}.
    virtual std::vector<std::pair<std::string, Json>> defaults(std::string_view /*architecture*/) const { return {}; }
    // Whether training feeds a corrupted input and compares with the clean sample ("noise." options apply).
    virtual bool corruptsInput() const { return false; }
    // Whether it says something about the code, so that an architecture without one cannot serve it.
    virtual bool needsCode() const { return true; }
    // What it asks of the encoder: codes side by side (a mean and a log-variance).
    virtual int64_t codeHeads() const { return 1; }
    // Whether the code should be smaller than the sample; a larger one is allowed and warned about.
    virtual bool wantsSmallCode() const { return true; }
    // InvalidArgument for options that contradict each other.
    virtual Result<void> validate(const ModelContext&) const { return {}; }

    // What a person should know of options that are allowed.
    virtual std::vector<std::string> warnings(const ModelContext&) const { return {}; }

    // Adds encoder, code and decoder, or what an architecture without a code has, and loss terms. For evaluation the
    // same, where what is random is drawn by each sample's id (ModelBuilder::random).
    virtual void build(ModelBuilder& builder) const = 0;

    virtual std::vector<ScheduledScalar> scalars() const { return {}; }
    // Parameters that depend on the data (a decoder bias at the data's median), set once before the first step from
    // training samples [N, sample…]: initialisationSamples() of them, or all where there are fewer. 0: none is needed.
    virtual int64_t initialisationSamples() const { return 0; }
    virtual void initialise(const ModelContext&, const Tensor& /*samples*/, ParameterStore&) const {}
    // After each update: brings parameters back to where they must be (unit decoder norms, θ ≥ 0), resamples dead
    // units. Whether it changed any weight. Per-sample metrics are added while building (ModelBuilder::addMetric).
    virtual bool afterStep(const StepEdit&) const { return false; }
};

} // namespace hourglass
