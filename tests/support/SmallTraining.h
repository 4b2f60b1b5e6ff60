#pragma once

// Rows of numbers in memory and a dense network without hidden layers that TrainingStep trains on them, thousands of
// steps a second: for tests that know where training must end.

#include "core/base/Parallel.h"
#include "core/noise/NoiseModel.h"
#include "core/training/Evaluation.h"
#include "core/training/TrainingStep.h"
#include "tests/support/SmallModels.h"

namespace hourglass::test {

// A table [rows, D] as a data set.
std::shared_ptr<const Dataset> tableOf(const Tensor& rows);

// Normal rows [rows, D] around a mean that is not zero, with these variances along D orthogonal directions, none of
// them an axis.
Tensor gaussianRows(int64_t rows, std::span<const double> variances, uint64_t seed = 1);

class SmallTraining {
public:
    // Identity activations, the whole table as one batch, Adam at 0.01 falling to zero by a cosine; `settings` on top.
    SmallTraining(const std::string& family, const Settings& settings, const Tensor& rows);

    // What the network is asked for when the family corrupts its input.
    enum class Target { Clean, Corrupted };
    // So many updates more, each with noise of its own; the schedule spans those of one call.
    void train(int64_t steps, Target target = Target::Clean);

    // As `hourglass-cli evaluate` does it, on the rows it was trained with.
    MetricMap measure();
    double importanceWeightedNll(int64_t draws);

    TrainingStep& step() { return *m_step; }
    const Model& model() const { return *m_model; }
    // A parameter's values.
    std::vector<double> values(const std::string& name) const;

private:
    ComputeThreadsScope m_alone{1}; // steps are shorter than threads take to meet
    std::unique_ptr<Executor> m_executor;
    std::shared_ptr<const Dataset> m_dataset;
    std::shared_ptr<const Model> m_model;
    std::unique_ptr<NoiseModel> m_noise;
    std::unique_ptr<TrainingStep> m_step;
    std::unique_ptr<Batcher> m_batcher; // one batch an epoch
    int64_t m_epoch = 0;
};

} // namespace hourglass::test
