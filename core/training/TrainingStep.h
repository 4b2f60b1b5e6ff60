#pragma once

// One optimisation step of a model, the same in a run, in a pre-flight measurement and in a benchmark: the family's
// scalars, forward, backward, update, and what the family does after it. Owns weights, gradients, optimiser, and one
// compiled program for each number of rows; after the first step of a size it allocates nothing. Compute thread only.

#include <map>

#include "core/data/Dataset.h"
#include "core/models/Model.h"
#include "core/optim/Optimizer.h"
#include "core/training/NetworkInput.h"
#include "core/training/RandomInputs.h"
#include "core/training/ScalarInputs.h"

namespace hourglass {

// Bytes of the weights, their gradients and what the optimiser keeps.
int64_t trainingArenaBytes(const Model& model, const OptionValues& options);

// Lets the family set what depends on the data, from samples spread evenly over `rows`.
void initialiseFromData(const Model& model, const Dataset& dataset, std::span<const int64_t> rows,
                        ParameterStore& weights);

class TrainingStep {
public:
    struct Settings {
        Executor& executor; // outlives the step
        Precision precision = Precision::F32;
        uint64_t seed = 0;              // of the initial weights
        size_t memoryBudget = SIZE_MAX; // bytes for everything named above
        // That validation and previews of the run compute in, too.
        std::shared_ptr<Workspace> workspace = std::make_shared<Workspace>();
    };
    // `options` hold the optimiser's. Errors: OutOfMemory (what is needed, what is allowed, what to make smaller), and
    // those of Executor::compile.
    static Result<std::unique_ptr<TrainingStep>> create(std::shared_ptr<const Model> model, const OptionValues& options,
                                                        const Settings& settings);

    // Forward and backward over [rows, sample…]; fills losses() and gradients(). Cancelled leaves both undefined.
    // All may be longer than the rows need. `noiseLevels` [rows] are for networks that want to know them; empty: no
    // noise.
    Result<RunOutcome> run(int64_t rows, std::span<const float> input, std::span<const float> target,
                           std::span<const float> noiseLevels = {}, std::stop_token stop = {});
    // A live option of the model's, from the next step on.
    void setOption(const std::string& key, double value);
    // Applies the gradients.
    void update(double learningRate);

    // "loss" and the family's terms, "loss.TERM", and their values in the last run.
    const std::vector<std::string>& lossNames() const { return m_lossNames; }
    std::span<const double> losses() const { return m_losses; }
    std::span<float> gradients() { return m_gradients.span(); }

    ParameterStore& weights() { return *m_weights; }
    const std::shared_ptr<ParameterStore>& sharedWeights() const { return m_weights; }
    Optimizer& optimizer() { return m_optimizer; }
    // The average where the optimiser keeps one, refreshed by this call; else the weights themselves.
    std::shared_ptr<const ParameterStore> evaluationWeights();

    // Bytes held: arenas, and the workspace.
    int64_t memoryBytes() const;

private:
    struct Compiled {
        std::unique_ptr<Program> program;
        int target = -1;              // slots; -1 when the graph does not read it
        std::vector<int> losses = {}; // slots by loss name
    };
    TrainingStep(std::shared_ptr<const Model> model, const OptionValues& options, const Settings& settings);
    Result<Compiled*> compiledFor(int64_t rows);

    std::shared_ptr<const Model> m_model;
    OptionValues m_options;
    Settings m_settings;
    std::shared_ptr<ParameterStore> m_weights, m_averaged;
    AlignedBuffer<float> m_gradients;
    Optimizer m_optimizer;
    std::vector<NamedArena> m_moments;
    ScalarInputs m_scalars;
    RandomInputs m_random;
    std::map<int64_t, Compiled> m_compiled; // by rows
    std::vector<std::string> m_lossNames;
    std::vector<double> m_losses;
    NetworkInputBinding m_input;
    std::vector<float> m_noNoise; // zeros
};

} // namespace hourglass
