// What a run does at the end of an epoch: it measures, judges and saves.

#include <algorithm>
#include <cmath>

#include "core/training/CodeMeter.h"
#include "core/training/TrainingRun.h"

namespace hourglass {

Result<void> TrainingRun::endEpoch() {
    Result<std::vector<double>> validation = validate();
    if (!validation)
        return std::move(validation).error();
    if (std::any_of(validation->begin(), validation->end(), [](double value) { return !std::isfinite(value); }))
        return lossError(validation->front());
    const double trainLoss = m_state.epochLoss.sums[0] / static_cast<double>(m_state.epochLoss.samples);
    const bool onTraining = validation->empty() || m_options.text("training.monitor") == "train_loss";
    ++m_state.epoch;
    m_state.batch = 0;
    m_state.epochLoss = {std::vector<double>(m_step->lossNames().size(), 0.0), 0};
    const double monitored = onTraining ? trainLoss : validation->front();
    m_schedule->epochEnded(monitored);
    m_state.plateau = m_schedule->plateau();
    const bool isBest = watch(monitored);
    m_state.finished = m_state.finished || m_state.epoch >= m_epochs;
    m_state.epochsAsked = m_epochs;
    appendRow(*validation, isBest ? "best" : "");

    // The best is saved before the state that remembers it: cut off in between, the epoch is done again.
    const bool keepsBest = !validation->empty() || m_options.boolean("training.early_stopping");
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
    if (!isValidated)
        return columns;
    for (const std::string& name : model.lossNames())
        columns.push_back("validation_" + name);
    columns.insert(columns.end(), {"validation_mse", "validation_psnr"});
    for (const std::string& name : model.metricNames())
        columns.push_back("validation_" + name);
    if (model.hasCode())
        columns.emplace_back("validation_active_units");
    return columns;
}

// By validation column, as historyColumns() has them.
Result<std::vector<double>> TrainingRun::validate() {
    if (!m_validationBatcher)
        return std::vector<double>{};
    const std::vector<std::string>& losses = m_step->lossNames();
    const std::vector<std::string> metrics = m_model->metricNames();
    std::vector<double> sums(losses.size() + 2 + metrics.size(), 0.0);
    CodeMeter meter(*m_model);
    Result<bool> done = m_evaluation->forEachBatch(
        *m_validationBatcher, *m_dataset, m_step->evaluationWeights(), [&](const Batch& batch, const Program& program) {
            size_t column = 0;
            for (const std::string& name : losses)
                sums[column++] +=
                    static_cast<double>(program.output(program.outputSlot(name))[0]) * static_cast<double>(batch.rows);
            for (const float mse : program.output(program.outputSlot("sample_mse"))) {
                sums[column] += static_cast<double>(mse);
                sums[column + 1] -= 10.0 * std::log10(std::max(static_cast<double>(mse), 1e-12));
            }
            column += 2;
            for (const std::string& name : metrics) {
                for (const float value : program.output(program.outputSlot("metric." + name)))
                    sums[column] += static_cast<double>(value);
                ++column;
            }
            meter.add(program);
        });
    if (!done)
        return std::move(done).error();
    for (double& sum : sums)
        sum /= static_cast<double>(m_split.validation.size());
    if (!m_model->hasCode())
        return sums;
    std::optional<CodeStatistics> code = meter.finish();
    if (!code) { // an infinite code, which a bounded output may hide
        sums.push_back(std::numeric_limits<double>::quiet_NaN());
        return sums;
    }
    code->epoch = m_state.epoch + 1;
    code->step = m_state.step;
    sums.push_back(static_cast<double>(code->activeUnits()));
    m_code = std::make_shared<const CodeStatistics>(*std::move(code));
    return sums;
}

} // namespace hourglass
