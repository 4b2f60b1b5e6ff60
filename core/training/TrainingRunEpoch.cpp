// What a run does at the end of an epoch: it measures, judges and saves.

#include <algorithm>
#include <cmath>

#include "core/training/CodeMeter.h"
#include "core/training/TrainingRun.h"

namespace hourglass {

Result<void> TrainingRun::endEpoch() {
    Result<std::vector<double>> measured = measure();
    if (!measured)
        return std::move(measured).error();
    if (std::any_of(measured->begin(), measured->end(), [](double value) { return !std::isfinite(value); }))
        return lossError(measured->front());
    const double trainLoss = m_state.epochLoss.sums[0] / static_cast<double>(m_state.epochLoss.samples);
    const bool isValidated = !m_split.validation.empty();
    const bool onTraining = !isValidated || m_options.text("training.monitor") == "train_loss";
    ++m_state.epoch;
    m_state.batch = 0;
    m_state.epochLoss = {std::vector<double>(m_step->lossNames().size(), 0.0), 0};
    const double monitored = onTraining ? trainLoss : measured->front();
    m_schedule->epochEnded(monitored);
    m_state.plateau = m_schedule->plateau();
    const bool isBest = watch(monitored);
    m_state.finished = m_state.finished || m_state.epoch >= m_epochs;
    m_state.epochsAsked = m_epochs;
    appendRow(*measured, isBest ? "best" : "");

    // The best is saved before the state that remembers it: cut off in between, the epoch is done again.
    const bool keepsBest = isValidated || m_options.boolean("training.early_stopping");
    if (Result<void> finite = checkWeights(); !finite)
        return finite;
    if (isBest && keepsBest)
        if (Result<void> saved = save("best"); !saved)
            return saved;
    const int64_t every = m_options.integer("training.checkpoint_every");
    if (every > 0 && m_state.epoch % every == 0)
        if (Result<void> saved = save(fmt::format("epoch-{:04}", m_state.epoch)); !saved)
            return saved;
    updatePreview(true);
    if (Result<void> saved = writeLast(); !saved)
        return saved;
    if (m_services.mailbox != nullptr)
        m_services.mailbox->epochEnded();
    publish(RunPhase::Running, true);
    return {};
}

bool TrainingRun::watch(double monitored) {
    const double least = m_options.real("training.min_delta");
    if (!m_state.bestValue || monitored < *m_state.bestValue - least) {
        m_state.bestValue = monitored;
        m_state.bestEpoch = m_state.epoch;
        m_state.epochsWithoutGain = 0;
        return true;
    }
    ++m_state.epochsWithoutGain;
    if (m_options.boolean("training.early_stopping") &&
        m_state.epochsWithoutGain >= m_options.integer("training.patience")) {
        m_state.finished = m_state.stoppedEarly = true;
        note(fmt::format("stopped early: no gain for {} {}", m_state.epochsWithoutGain,
                         m_state.epochsWithoutGain == 1 ? "epoch" : "epochs"));
    }
    return false;
}

std::vector<std::string> historyColumns(const Model& model, bool isValidated) {
    std::vector<std::string> columns = model.lossNames();
    const std::string prefix = isValidated ? "validation_" : "training_";
    if (isValidated) {
        for (const std::string& name : model.lossNames())
            columns.push_back(prefix + name);
        columns.insert(columns.end(), {prefix + "mse", prefix + "psnr"});
    }
    if (isValidated || model.hasCode())
        for (const SampleMetric& metric : model.metrics())
            columns.push_back(prefix + metric.name);
    if (model.hasCode())
        columns.push_back(prefix + "active_units");
    return columns;
}

// By column, as historyColumns() has them after the losses of training.
Result<std::vector<double>> TrainingRun::measure() {
    if (!m_measuredBatcher)
        return std::vector<double>{};
    const bool isValidated = !m_split.validation.empty();
    const std::vector<std::string> losses = isValidated ? m_step->lossNames() : std::vector<std::string>{};
    const std::vector<SampleMetric> metrics = m_model->metrics();
    std::vector<double> lossSums(losses.size(), 0.0), errors(isValidated ? 2 : 0, 0.0), own(metrics.size(), 0.0);
    int64_t samples = 0;
    CodeMeter meter(*m_model);
    Result<bool> done = m_evaluation->forEachBatch(
        *m_measuredBatcher, *m_dataset, m_step->evaluationWeights(), [&](const Batch& batch, const Program& program) {
            samples += batch.rows;
            for (size_t i = 0; i < losses.size(); ++i)
                lossSums[i] += static_cast<double>(program.output(program.outputSlot(losses[i]))[0]) *
                               static_cast<double>(batch.rows);
            if (isValidated)
                for (const float mse : program.output(program.outputSlot("sample_mse"))) {
                    errors[0] += static_cast<double>(mse);
                    errors[1] -= 10.0 * std::log10(std::max(static_cast<double>(mse), 1e-12));
                }
            for (size_t i = 0; i < metrics.size(); ++i)
                for (const float value : program.output(program.outputSlot(metrics[i].output)))
                    own[i] += static_cast<double>(value);
            meter.add(program);
        });
    if (!done)
        return std::move(done).error();
    std::vector<double> values;
    for (const std::vector<double>* sums : {&lossSums, &errors})
        for (const double sum : *sums)
            values.push_back(sum / static_cast<double>(samples));
    for (size_t i = 0; i < metrics.size(); ++i)
        values.push_back(metrics[i].reported(own[i] / static_cast<double>(samples)));
    if (!m_model->hasCode())
        return values;
    std::optional<CodeStatistics> code = meter.finish();
    if (!code) { // an infinite code, which a bounded output may hide
        values.push_back(std::numeric_limits<double>::quiet_NaN());
        return values;
    }
    code->epoch = m_state.epoch + 1;
    code->step = m_state.step;
    values.push_back(static_cast<double>(code->activeUnits()));
    m_code = std::make_shared<const CodeStatistics>(*std::move(code));
    return values;
}

} // namespace hourglass
