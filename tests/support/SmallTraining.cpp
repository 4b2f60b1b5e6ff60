#include "tests/support/SmallTraining.h"

#include <cmath>
#include <numeric>

#include "core/base/Random.h"
#include "core/data/MemoryDataset.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/optim/Schedule.h"

namespace hourglass::test {

namespace {

Settings withDefaults(const Settings& settings) {
    Settings all = {{"model.layers", Json::array()},
                    {"model.output_activation", "identity"},
                    {"optimizer.learning_rate", 0.01},
                    {"optimizer.schedule", "cosine"}};
    all.insert(all.end(), settings.begin(), settings.end());
    return all;
}

} // namespace

std::shared_ptr<const Dataset> tableOf(const Tensor& rows) {
    MemoryDataset::Content content;
    content.rows = rows.shape()[0];
    content.sampleShape = rows.shape().sample();
    content.floats = RawBuffer<float>::allocate(static_cast<uint64_t>(rows.elements())).value();
    std::ranges::copy(rows.values(), content.floats.data());
    return std::make_shared<MemoryDataset>(std::move(content));
}

Tensor gaussianRows(int64_t rows, std::span<const double> variances, uint64_t seed) {
    const size_t dimensions = variances.size();
    Tensor table(Shape{rows, static_cast<int64_t>(dimensions)});
    RandomStream(seed).fillNormal(table.values());
    std::vector<float> mirrors(2 * dimensions);
    RandomStream(seed, 1).fillNormal(mirrors);
    for (int64_t row = 0; row < rows; ++row) {
        const std::span<float> x = table.sample(row);
        for (size_t i = 0; i < dimensions; ++i)
            x[i] *= static_cast<float>(std::sqrt(variances[i]));
        for (size_t mirror = 0; mirror < 2; ++mirror) { // x − 2 v (v·x) / (v·v): two of them turn the axes
            const std::span<const float> v = std::span(mirrors).subspan(mirror * dimensions, dimensions);
            const float along = std::inner_product(v.begin(), v.end(), x.begin(), 0.0f) /
                                std::inner_product(v.begin(), v.end(), v.begin(), 0.0f);
            for (size_t i = 0; i < dimensions; ++i)
                x[i] -= 2 * along * v[i];
        }
        for (size_t i = 0; i < dimensions; ++i)
            x[i] += 0.5f + 0.1f * static_cast<float>(i);
    }
    return table;
}

SmallTraining::SmallTraining(const std::string& family, const Settings& settings, const Tensor& rows)
    : m_executor(makeOneDnnExecutor()), m_dataset(tableOf(rows)),
      m_model(smallModel(family, "dense", withDefaults(settings), m_dataset->sampleShape()).model),
      m_noise(evaluationNoiseOf(*m_model).value()),
      m_step(TrainingStep::create(m_model, m_model->options, {.executor = *m_executor}).value()) {
    std::vector<int64_t> all(static_cast<size_t>(m_dataset->size()));
    std::iota(all.begin(), all.end(), int64_t{0});
    m_batcher = std::make_unique<Batcher>(
        m_dataset,
        Batcher::Options{.rows = all, .batchSize = m_dataset->size(), .shuffle = false, .noise = m_noise.get()});
    initialiseFromData(*m_model, *m_dataset, all, m_step->weights());
}

void SmallTraining::train(int64_t steps, Target target) {
    const Schedule schedule(m_model->options, steps, 1);
    const double base = m_model->options.real("optimizer.learning_rate");
    for (int64_t step = 0; step < steps; ++step) {
        m_batcher->startEpoch(m_epoch++);
        const Batch& batch = *m_batcher->next();
        m_step->run(batch.rows, batch.input(), target == Target::Clean ? batch.clean.span() : batch.input()).value();
        m_step->update(schedule.learningRate(base, step));
    }
}

MetricMap SmallTraining::measure() {
    Evaluation evaluation(m_model, Precision::F32, ProgramCache(*m_executor));
    const auto batcher = evaluationBatcher(m_dataset, m_noise.get(), 1);
    return evaluation.measure(*batcher, *m_dataset, m_step->sharedWeights()).value().value();
}

double SmallTraining::importanceWeightedNll(int64_t draws) {
    Evaluation evaluation(m_model, Precision::F32, ProgramCache(*m_executor));
    const auto batcher = evaluationBatcher(m_dataset, nullptr, 1);
    return evaluation.importanceWeightedNll(*batcher, *m_dataset, m_step->sharedWeights(), draws).value().value();
}

std::vector<double> SmallTraining::values(const std::string& name) const {
    const std::span<const float> floats = std::as_const(*m_step->sharedWeights()).values(name);
    return {floats.begin(), floats.end()};
}

} // namespace hourglass::test
