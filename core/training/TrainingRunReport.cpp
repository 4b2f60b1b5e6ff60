// The part of a run that speaks to the outside: commands, history, checkpoints, snapshots, results.

#include <algorithm>
#include <cmath>

#include "core/base/AtomicFile.h"
#include "core/training/FinishedRun.h"
#include "core/training/ModelMetadata.h"
#include "core/training/TrainingRun.h"

namespace hourglass {

namespace {

constexpr auto kPublishEvery = std::chrono::milliseconds(33);
constexpr auto kPreviewEvery = std::chrono::milliseconds(500);

} // namespace

void TrainingRun::log(LogLevel level, const std::string& text) const {
    if (m_services.log)
        m_services.log(level, text);
}

Result<bool> TrainingRun::handleCommands() {
    if (m_stop.stop_requested())
        return false;
    if (m_services.mailbox == nullptr)
        return true;
    TrainerMailbox::Commands commands = m_services.mailbox->take();
    bool wasPaused = false;
    while (true) {
        setLive(commands.options);
        if (!commands.jobs.empty()) {
            const JobContext context{*m_model, m_step->evaluationWeights(), m_programs, m_precision, m_state.step};
            for (TrainerJob& job : commands.jobs)
                job(context);
        }
        if (commands.checkpoint || (commands.paused && !wasPaused))
            if (Result<void> saved = saveLast(); !saved)
                return std::move(saved).error();
        if (!commands.paused || m_stop.stop_requested())
            return !m_stop.stop_requested();
        if (!wasPaused) {
            wasPaused = true;
            updatePreview(true);
            publish(RunPhase::Paused, true);
        }
        commands = m_services.mailbox->waitWhilePaused(m_stop);
    }
}

void TrainingRun::appendRow(const std::vector<double>& measured, std::string note) {
    HistoryRow row{.step = m_state.step,
                   .epoch = static_cast<double>(m_state.epoch) +
                            static_cast<double>(m_state.batch) / static_cast<double>(m_stepsPerEpoch),
                   .learningRate = m_usedRate,
                   .values = std::vector<double>(m_columns->size(), std::numeric_limits<double>::quiet_NaN()),
                   .note = std::move(note)};
    if (m_state.intervalLoss.samples > 0)
        for (size_t i = 0; i < m_step->lossNames().size(); ++i)
            row.values[i] = m_state.intervalLoss.sums[i] / static_cast<double>(m_state.intervalLoss.samples);
    std::copy(measured.begin(), measured.end(),
              row.values.begin() + static_cast<std::ptrdiff_t>(m_step->lossNames().size()));
    if (!m_state.note.empty())
        row.note += (row.note.empty() ? "" : "; ") + std::exchange(m_state.note, {});
    m_state.intervalLoss = {std::vector<double>(m_step->lossNames().size(), 0.0), 0};
    m_history.append(std::move(row));
}

void TrainingRun::note(const std::string& text) {
    m_state.note += (m_state.note.empty() ? "" : "; ") + text;
}

void TrainingRun::loadHistory() {
    Result<History> history = History::load(m_folder.historyPath());
    if (history && history->setColumns(m_history.columns())) {
        m_history = *std::move(history);
        m_history.truncateAfter(m_state.step);
        return;
    }
    std::error_code code; // kept aside rather than overwritten
    std::filesystem::rename(m_folder.historyPath(), m_folder.historyPath().string() + ".bad", code);
    log(LogLevel::Warning,
        fmt::format("The history of this run cannot be read and starts anew; it is kept as history.csv.bad. {}",
                    history ? "It has other columns." : history.error().message()));
}

// What cannot be read, or was measured after the checkpoint, is measured again at the end of the epoch.
void TrainingRun::loadCodeStatistics() {
    Result<CodeStatistics> code = CodeStatistics::load(m_folder.codePath());
    if (code && code->step <= m_state.step)
        m_code = m_savedCode = std::make_shared<const CodeStatistics>(*std::move(code));
}

Result<void> TrainingRun::saveExperiment() const {
    Experiment kept = m_experiment;
    for (const auto& [key, value] : m_environment)
        kept.record[key] = value;
    return kept.save(m_folder.experimentPath());
}

// Only a state that can be gone on with may replace one that can.
Result<void> TrainingRun::checkWeights() const {
    const std::span<const float> weights = std::as_const(m_step->weights()).arena();
    if (std::all_of(weights.begin(), weights.end(), [](float value) { return std::isfinite(value); }))
        return {};
    return lossError(std::numeric_limits<double>::quiet_NaN());
}

Result<void> TrainingRun::save(const std::string& checkpoint) {
    return saveCheckpoint(m_folder.checkpoint(checkpoint), *m_model, m_step->weights(), m_step->optimizer(), m_state,
                          m_environment);
}

Result<void> TrainingRun::saveLast() {
    if (Result<void> finite = checkWeights(); !finite)
        return finite;
    return writeLast();
}

Result<void> TrainingRun::writeLast() {
    m_lastCheckpoint = Clock::now();
    // History first: rows beyond the checkpoint are dropped on resuming, missing ones would be lost.
    if (Result<void> saved = writeFileAtomically(m_folder.historyPath(), m_history.toCsv()); !saved)
        return saved;
    if (m_code != m_savedCode)
        if (Result<void> saved = writeFileAtomically(m_folder.codePath(), m_code->toText()); !saved)
            return saved;
    m_savedCode = m_code;
    if (Result<void> saved = save("last"); !saved)
        return saved;
    m_folder.commitReplacement();
    return {};
}

Result<void> TrainingRun::restoreBest() {
    const std::filesystem::path best = m_folder.checkpoint("best");
    if (!std::filesystem::exists(best) || m_state.bestEpoch == m_state.epoch)
        return {};
    const TrainingState state = m_state;
    Result<LoadedCheckpoint> loaded = loadCheckpoint(best, *m_model, m_step->weights(), m_step->optimizer());
    if (!loaded)
        return std::move(loaded).error();
    m_state = state;
    return saveLast();
}

Result<TrainingResult> TrainingRun::finish() {
    if (m_state.stoppedEarly && m_options.boolean("training.restore_best"))
        if (Result<void> restored = restoreBest(); !restored)
            return std::move(restored).error();
    std::optional<TrainingResult> outcome; // of a run that had finished before
    if (m_resumedFromStep == m_state.step)
        outcome = storedResult(m_folder.path(), m_state.step);
    if (!outcome) {
        auto metrics = finalMetrics();
        if (!metrics)
            return std::move(metrics).error();
        outcome = result(RunPhase::Finished, *std::move(metrics));
        if (Result<void> saved = storeResult(m_folder.path(), *outcome); !saved)
            return std::move(saved).error();
    }
    updatePreview(true);
    publish(RunPhase::Finished, true);
    return *outcome;
}

// Of the checkpoint that the run hands out as its model, on the validation part.
Result<std::map<std::string, double>> TrainingRun::finalMetrics() {
    std::map<std::string, double> metrics;
    if (m_split.validation.empty())
        return metrics;
    Result<std::filesystem::path> path = RunFolder::modelPath(m_folder.path());
    if (!path)
        return std::move(path).error();
    Result<SafetensorsFile> file = openSafetensors(*path);
    if (!file)
        return std::move(file).error();
    Result<std::shared_ptr<ParameterStore>> weights = readModelWeights(*file, *m_model);
    if (!weights)
        return std::move(weights).error();
    Result<std::optional<MetricMap>> measured = m_evaluation->measure(*m_measuredBatcher, *m_dataset, *weights);
    if (!measured)
        return std::move(measured).error();
    for (const auto& [name, value] : **measured)
        metrics[name] = value;
    return metrics;
}

TrainingResult TrainingRun::result(RunPhase phase, std::map<std::string, double> metrics) const {
    return {.phase = phase,
            .epochs = m_state.epoch,
            .steps = m_state.step,
            .resumedFromStep = m_resumedFromStep,
            .seconds = std::chrono::duration<double>(Clock::now() - m_started).count(),
            .samplesPerSecond = m_trainingSeconds > 0 ? static_cast<double>(m_trainedSamples) / m_trainingSeconds : 0,
            .metrics = std::move(metrics)};
}

void TrainingRun::updatePreview(bool force) {
    const Clock::time_point now = Clock::now();
    if (!m_sink.wantsPreviews() || (!force && now - m_lastPreview < kPreviewEvery))
        return;
    m_lastPreview = now;
    const std::vector<int64_t>& rows = m_split.validation.empty() ? m_split.train : m_split.validation;
    auto preview = std::make_shared<Preview>(
        m_preview ? *m_preview
                  : previewSamples(*m_dataset, rows, m_noise.get(),
                                   static_cast<uint64_t>(m_options.integer("training.seed"))));
    Result<Program*> program =
        m_programs.get(m_model->autoencoder, m_step->evaluationWeights(),
                       {.sizes = m_model->sizes(preview->clean.shape()[0]), .precision = m_precision});
    if (!program)
        return;
    reconstruct(*preview, **program);
    preview->step = m_state.step;
    m_preview = std::move(preview);
}

void TrainingRun::publish(RunPhase phase, bool force) {
    const Clock::time_point now = Clock::now();
    if (!force && now - m_lastPublish < kPublishEvery)
        return;
    m_lastPublish = now;
    if (phase == RunPhase::Running)
        updatePreview(false);
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->phase = phase;
    snapshot->epoch = m_state.epoch;
    snapshot->epochs = m_epochs;
    snapshot->step = m_state.step;
    snapshot->totalSteps = m_epochs * m_stepsPerEpoch;
    snapshot->samplesPerSecond = m_recentRate;
    if (m_trainedSamples > 0)
        snapshot->secondsLeft = static_cast<double>(snapshot->totalSteps - m_state.step) * m_trainingSeconds /
                                static_cast<double>(m_trainedSamples) * static_cast<double>(m_split.train.size()) /
                                static_cast<double>(m_stepsPerEpoch);
    if (m_schedule)
        snapshot->learningRate = learningRateAt(m_state.step);
    const std::vector<HistoryRow>& rows = m_history.rows();
    snapshot->newRows.assign(rows.begin() + static_cast<std::ptrdiff_t>(std::min(m_publishedRows, rows.size())),
                             rows.end());
    m_publishedRows = rows.size();
    snapshot->columns = m_columns;
    if (m_state.bestEpoch > 0)
        snapshot->bestEpoch = m_state.bestEpoch;
    snapshot->preview = m_preview;
    snapshot->code = m_code;
    m_sink.publish(std::move(snapshot));
}

Error TrainingRun::lossError(double loss) const {
    // The layer that ran away: weights that are no numbers, else the largest ones.
    std::string layer;
    float largest = -1.0f;
    for (const ArenaLayout::Entry& entry : m_model->layout->entries())
        for (const float value : std::as_const(m_step->weights()).values(entry.name)) {
            const float size = std::isfinite(value) ? std::abs(value) : std::numeric_limits<float>::infinity();
            if (size > largest) {
                largest = size;
                layer = entry.name;
            }
        }
    const bool kept = std::filesystem::exists(m_folder.checkpoint("last"));
    return makeError(ErrorCode::Numeric,
                     "The loss became {} at step {} (epoch {}); the largest weights are in {}. {} Try a learning rate "
                     "of {}.",
                     std::isfinite(loss) ? "impossible"
                     : std::isnan(loss)  ? "not a number"
                                         : "infinite",
                     m_state.step + 1, m_state.epoch + 1, layer,
                     kept ? fmt::format("The last finite state is kept in '{}'.", m_folder.checkpoint("last").string())
                          : "No checkpoint had been written yet.",
                     liveValue("optimizer.learning_rate") / 2);
}

} // namespace hourglass
