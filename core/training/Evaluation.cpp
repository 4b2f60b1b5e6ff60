#include "core/training/Evaluation.h"

namespace hourglass {

Evaluation::Evaluation(std::shared_ptr<const Model> model, Precision precision, ProgramCache programs)
    : m_model(std::move(model)), m_precision(precision), m_scalars(*m_model, m_model->options),
      m_programs(std::move(programs)) {}

Result<bool> Evaluation::forEachBatch(Batcher& batcher, const std::shared_ptr<const ParameterStore>& weights,
                                      const Visit& visit, std::stop_token stop) {
    const BatchPass pass{.programs = m_programs,
                         .model = *m_model,
                         .graph = m_model->evaluation,
                         .weights = weights,
                         .precision = m_precision,
                         .prepare = [this](Program& program) { m_scalars.bind(program); }};
    const auto visited = [&](const Batch& batch, const Program& program) {
        visit(batch, program);
        return Result<void>();
    };
    return hourglass::forEachBatch(pass, batcher, visited, std::move(stop));
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
