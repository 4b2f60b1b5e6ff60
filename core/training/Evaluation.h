#pragma once

// A model's evaluation graph over data, batch by batch: what validation, a run's result and `evaluate` measure with.
// Scheduled scalars stand at their final values, so that numbers of different epochs compare, until somebody changes
// such a value while training. Compute thread only.

#include <optional>

#include "core/analysis/ReconstructionMetrics.h"
#include "core/training/BatchPass.h"
#include "core/training/RandomInputs.h"
#include "core/training/ScalarInputs.h"

namespace hourglass {

class Evaluation {
public:
    // Of the averaged or plain weights handed to the calls, all of the model's layout. Within a training, `programs`
    // are in its workspace.
    Evaluation(std::shared_ptr<const Model> model, Precision precision, ProgramCache programs);

    // What somebody changed while training: training and validation measure the same.
    void setOption(const std::string& key, double value) { m_scalars.setOption(key, value); }

    // Calls visit with each batch of the batcher's epoch 0 and the program that has just run on it. False when asked
    // to stop.
    // Random codes are those that each sample's id names.
    using Visit = std::function<void(const Batch&, const Program&)>;
    Result<bool> forEachBatch(Batcher& batcher, const Dataset& dataset,
                              const std::shared_ptr<const ParameterStore>& weights, const Visit& visit,
                              std::stop_token stop = {});
    // The same for a part of that graph, with the `draw`-th of the random codes of each sample.
    Result<bool> forEachBatch(const Graph& graph, uint64_t draw, Batcher& batcher, const Dataset& dataset,
                              const std::shared_ptr<const ParameterStore>& weights, const Visit& visit,
                              std::stop_token stop);

    // For a variational model: −log p(x) in nats per sample, estimated by so many samples of its code for each sample
    // (Burda et al. 2016): "iw_nll". `progress` hears how many samples are done, each as often as it is drawn for.
    Result<std::optional<double>> importanceWeightedNll(Batcher& batcher, const Dataset& dataset,
                                                        const std::shared_ptr<const ParameterStore>& weights,
                                                        int64_t draws,
                                                        const std::function<void(int64_t)>& progress = {},
                                                        std::stop_token stop = {});

    // The reconstruction metrics, "loss", the family's metrics and "compression_ratio"; nothing when asked to stop.
    // `progress` hears how many samples are done.
    Result<std::optional<MetricMap>> measure(Batcher& batcher, const Dataset& dataset,
                                             const std::shared_ptr<const ParameterStore>& weights,
                                             const std::function<void(int64_t)>& progress = {},
                                             std::stop_token stop = {});

private:
    std::shared_ptr<const Model> m_model;
    Precision m_precision;
    ScalarInputs m_scalars; // before the programs that read them
    RandomInputs m_random;
    ProgramCache m_programs;
};

} // namespace hourglass
