#pragma once

// A graph of a model over the batches of a data set: the loop that evaluation and inference share. Compute thread only.

#include <functional>

#include "core/data/Batcher.h"
#include "core/exec/ProgramCache.h"
#include "core/training/NetworkInput.h"

namespace hourglass {

// How many samples are passed at once: enough for the processor, but few of large pictures, since networks hold many
// times what they are given.
int64_t batchRows(const Shape& sample);

// The batches of a whole data set in its order, as they are (noise null) or corrupted once, by streams that `seed` and
// the samples' ids name: the same wherever a data set is evaluated.
std::unique_ptr<Batcher> evaluationBatcher(std::shared_ptr<const Dataset> dataset, const NoiseModel* noise,
                                           uint64_t seed);

// What goes over the batches; all of it outlives the pass.
struct BatchPass {
    ProgramCache& programs;
    const Model& model;
    const Graph& graph; // of the model
    std::shared_ptr<const ParameterStore> weights;
    Precision precision = Precision::F32;
    // Binds what belongs to no batch, after each compilation.
    std::function<void(Program&)> prepare = {};
    // Binds or fills what changes from batch to batch, before each run.
    std::function<void(const Batch&, Program&)> beforeRun = {};
    // σ / 255 of each row, for networks that want to know it; null: those that the batcher's noise has.
    std::function<std::span<const float>(const Batch&)> noiseLevels = {};
};

// Calls visit with each batch of the batcher's epoch 0 and the program that has just run on it. False when asked to
// stop. Errors: as Executor::compile, and what visit returns.
using BatchVisit = std::function<Result<void>(const Batch&, const Program&)>;
Result<bool> forEachBatch(const BatchPass& pass, Batcher& batcher, const BatchVisit& visit, std::stop_token stop = {});

} // namespace hourglass
