#include "core/training/Evaluation.h"

#include <numeric>

namespace hourglass {

std::unique_ptr<Batcher> evaluationBatcher(std::shared_ptr<const Dataset> dataset, const NoiseModel* noise,
                                           uint64_t seed) {
    constexpr int64_t kBatch = 256;
    std::vector<int64_t> rows(static_cast<size_t>(dataset->size()));
    std::iota(rows.begin(), rows.end(), int64_t{0});
    const int64_t batchSize = std::min(kBatch, dataset->size());
    return std::make_unique<Batcher>(std::move(dataset), Batcher::Options{.rows = rows,
                                                                          .batchSize = batchSize,
                                                                          .seed = seed,
                                                                          .shuffle = false,
                                                                          .noise = noise,
                                                                          .noisePurpose = RandomPurpose::Evaluation});
}

Evaluation::Evaluation(Executor& executor, std::shared_ptr<const Model> model, Precision precision,
                       std::shared_ptr<Workspace> workspace)
    : m_model(std::move(model)), m_precision(precision), m_scalars(*m_model, m_model->options),
      m_programs(executor, std::move(workspace)) {}

Result<bool> Evaluation::forEachBatch(Batcher& batcher, const std::shared_ptr<const ParameterStore>& weights,
                                      const Visit& visit, std::stop_token stop) {
    Program* program = nullptr;
    int64_t rows = -1; // that it was compiled for
    batcher.startEpoch(0);
    while (const Batch* batch = batcher.next()) {
        if (batch->rows != rows) {
            Result<Program*> found = m_programs.get(m_model->evaluation, weights,
                                                    {.sizes = m_model->sizes(batch->rows), .precision = m_precision});
            if (!found)
                return std::move(found).error();
            program = *found;
            rows = batch->rows;
            m_scalars.bind(*program);
        }
        m_input.bind(*program, batch->input(), batch->noiseLevels);
        program->bindInput(program->inputSlot("target"), batch->clean.data());
        if (program->run(stop) == RunOutcome::Cancelled)
            return false;
        visit(*batch, *program);
    }
    return true;
}

Result<std::optional<MetricMap>> Evaluation::measure(Batcher& batcher, const Dataset& dataset,
                                                     const std::shared_ptr<const ParameterStore>& weights,
                                                     const std::function<void(int64_t)>& progress,
                                                     std::stop_token stop) {
    ReconstructionMetrics measured(dataset.sampleShape(), dataset.isImage());
    const auto elements = static_cast<size_t>(dataset.sampleShape().elements());
    const std::vector<std::string> names = m_model->metricNames();
    std::vector<double> sums(names.size(), 0.0);
    double loss = 0;
    Result<bool> done = forEachBatch(
        batcher, weights,
        [&](const Batch& batch, const Program& program) {
            const size_t count = static_cast<size_t>(batch.rows) * elements;
            measured.add(batch.clean.span().first(count), program.output(program.outputSlot("reconstruction")),
                         batch.noisy.size() > 0 ? batch.input().first(count) : std::span<const float>());
            loss +=
                static_cast<double>(program.output(program.outputSlot("loss"))[0]) * static_cast<double>(batch.rows);
            for (size_t i = 0; i < names.size(); ++i)
                for (const float value : program.output(program.outputSlot("metric." + names[i])))
                    sums[i] += static_cast<double>(value);
            if (progress)
                progress(measured.samples());
        },
        std::move(stop));
    if (!done)
        return std::move(done).error();
    if (!*done)
        return std::optional<MetricMap>();
    MetricMap metrics = measured.values();
    const auto samples = static_cast<double>(measured.samples());
    metrics["loss"] = loss / samples;
    for (size_t i = 0; i < names.size(); ++i)
        metrics[names[i]] = sums[i] / samples;
    if (const std::optional<double> ratio = m_model->compressionRatio())
        metrics["compression_ratio"] = *ratio;
    return std::optional(std::move(metrics));
}

} // namespace hourglass
