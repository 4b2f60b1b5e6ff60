#include "core/training/Evaluation.h"

#include <algorithm>
#include <cmath>

#include "core/models/VariationalFamily.h"

namespace hourglass {

Evaluation::Evaluation(std::shared_ptr<const Model> model, Precision precision, ProgramCache programs)
    : m_model(std::move(model)), m_precision(precision), m_scalars(*m_model, m_model->options),
      m_random(m_model->evaluation, 0), m_programs(std::move(programs)) {}

Result<bool> Evaluation::forEachBatch(Batcher& batcher, const Dataset& dataset,
                                      const std::shared_ptr<const ParameterStore>& weights, const Visit& visit,
                                      std::stop_token stop) {
    return forEachBatch(m_model->evaluation, 0, batcher, dataset, weights, visit, std::move(stop));
}

Result<bool> Evaluation::forEachBatch(const Graph& graph, uint64_t draw, Batcher& batcher, const Dataset& dataset,
                                      const std::shared_ptr<const ParameterStore>& weights, const Visit& visit,
                                      std::stop_token stop) {
    std::vector<uint64_t> ids;
    const auto drawCodes = [&](const Batch& batch, Program& program) {
        ids.clear();
        for (int64_t i = 0; i < batch.rows; ++i)
            ids.push_back(dataset.id(batch.sampleRows[static_cast<size_t>(i)]));
        m_random.bind(program);
        m_random.drawSamples(ids, draw);
    };
    BatchPass pass{.programs = m_programs,
                   .model = *m_model,
                   .graph = graph,
                   .weights = weights,
                   .precision = m_precision,
                   .prepare = [this](Program& program) { m_scalars.bind(program); }};
    if (!m_random.isEmpty())
        pass.beforeRun = drawCodes;
    const auto visited = [&](const Batch& batch, const Program& program) {
        visit(batch, program);
        return Result<void>();
    };
    return hourglass::forEachBatch(pass, batcher, visited, std::move(stop));
}

Result<std::optional<double>> Evaluation::importanceWeightedNll(Batcher& batcher, const Dataset& dataset,
                                                                const std::shared_ptr<const ParameterStore>& weights,
                                                                int64_t draws,
                                                                const std::function<void(int64_t)>& progress,
                                                                std::stop_token stop) {
    const Graph graph = m_model->evaluation.pruned({kLogWeightOutput});
    // log Σ exp of the weights so far, by sample, as a largest one and a sum relative to it.
    std::vector<double> largest, sums;
    for (int64_t draw = 0; draw < draws; ++draw) {
        size_t next = 0;
        const Result<bool> done = forEachBatch(
            graph, static_cast<uint64_t>(draw), batcher, dataset, weights,
            [&](const Batch&, const Program& program) {
                for (const float value : program.output(program.outputSlot(kLogWeightOutput))) {
                    const auto weight = static_cast<double>(value);
                    if (next == largest.size()) {
                        largest.push_back(weight);
                        sums.push_back(0.0);
                    }
                    double& most = largest[next];
                    double& sum = sums[next++];
                    if (weight > most)
                        sum *= std::exp(most - weight);
                    most = std::max(most, weight);
                    sum += std::exp(weight - most);
                }
                if (progress)
                    progress(draw * static_cast<int64_t>(largest.size()) + static_cast<int64_t>(next));
            },
            stop);
        if (!done)
            return done.error();
        if (!*done)
            return std::optional<double>();
    }
    double total = 0;
    for (size_t i = 0; i < largest.size(); ++i)
        total -= largest[i] + std::log(sums[i] / static_cast<double>(draws));
    return std::optional(total / static_cast<double>(largest.size()));
}

Result<std::optional<MetricMap>> Evaluation::measure(Batcher& batcher, const Dataset& dataset,
                                                     const std::shared_ptr<const ParameterStore>& weights,
                                                     const std::function<void(int64_t)>& progress,
                                                     std::stop_token stop) {
    ReconstructionMetrics measured(dataset.sampleShape(), dataset.isImage());
    const auto elements = static_cast<size_t>(dataset.sampleShape().elements());
    const std::vector<SampleMetric> own = m_model->metrics();
    std::vector<double> sums(own.size(), 0.0);
    double loss = 0;
    Result<bool> done = forEachBatch(
        batcher, dataset, weights,
        [&](const Batch& batch, const Program& program) {
            const size_t count = static_cast<size_t>(batch.rows) * elements;
            measured.add(batch.clean.span().first(count), program.output(program.outputSlot("reconstruction")),
                         batch.noisy.size() > 0 ? batch.input().first(count) : std::span<const float>());
            loss +=
                static_cast<double>(program.output(program.outputSlot("loss"))[0]) * static_cast<double>(batch.rows);
            for (size_t i = 0; i < own.size(); ++i)
                for (const float value : program.output(program.outputSlot(own[i].output)))
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
    for (size_t i = 0; i < own.size(); ++i)
        metrics[own[i].name] = own[i].reported(sums[i] / samples);
    if (const std::optional<double> ratio = m_model->compressionRatio())
        metrics["compression_ratio"] = *ratio;
    return std::optional(std::move(metrics));
}

} // namespace hourglass
