#include "core/training/TrainingRun.h"

#include <algorithm>
#include <cmath>

#include "core/data/DataOptions.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/noise/NoiseRegistry.h"

namespace hourglass {

namespace {

constexpr int64_t kMeasuredRows = 2000; // of the training samples, where there is no validation part

uint64_t seedOf(const OptionValues& options) {
    return static_cast<uint64_t>(options.integer("training.seed"));
}

} // namespace

TrainingRun::TrainingRun(const Trainer::Services& services, const Experiment& experiment, const OpenedDataset& data,
                         const RunFolder& folder, ProgressSink& sink, std::stop_token stop)
    : m_services(services), m_experiment(experiment), m_options(experiment.options()), m_dataset(data.dataset),
      m_folder(folder), m_sink(sink), m_stop(std::move(stop)), m_programs(services.executor, m_workspace) {}

Result<TrainingResult> TrainingRun::run() {
    publish(RunPhase::Preparing, true);
    if (Result<void> ready = prepare(); !ready)
        return std::move(ready).error();
    while (!m_state.finished && m_state.epoch < m_epochs) {
        Result<Ending> ending = trainEpoch();
        if (!ending) {
            publish(RunPhase::Failed, true);
            return std::move(ending).error();
        }
        if (*ending == Ending::Stopped) {
            if (Result<void> saved = saveLast(); !saved)
                return std::move(saved).error();
            publish(RunPhase::Stopped, true);
            return result(RunPhase::Stopped, {});
        }
        if (Result<void> ended = endEpoch(); !ended)
            return std::move(ended).error();
    }
    return finish();
}

Result<void> TrainingRun::prepare() {
    expects(m_dataset != nullptr, "training without a dataset");
    m_split = splitOf(*m_dataset, m_options);
    if (m_split.train.empty())
        return makeError(ErrorCode::InvalidArgument,
                         "Nothing is left to train on: {} samples, of which validation and test take all.",
                         m_dataset->size());
    auto model = buildModel(m_options, m_dataset->sampleShape());
    if (!model)
        return std::move(model).error();
    m_model = *std::move(model);
    for (const std::string& warning : m_model->warnings)
        log(LogLevel::Warning, warning);
    if (Result<void> fits = checkTargets(*m_dataset, m_options); !fits)
        return fits;
    m_precision = resolvePrecision(m_options);
    if (m_precision == Precision::BF16 && !nativeBf16())
        return makeError(ErrorCode::Unsupported, "This processor does not compute in bf16. Set training.precision to "
                                                 "'f32' or 'auto'.");
    m_environment = computeEnvironment();
    m_environment["precision"] = m_precision == Precision::BF16 ? "bf16" : "f32";

    auto step = TrainingStep::create(m_model, m_options,
                                     {.executor = m_services.executor,
                                      .precision = m_precision,
                                      .seed = seedOf(m_options),
                                      .memoryBudget = m_services.memoryBudget,
                                      .workspace = m_workspace});
    if (!step)
        return std::move(step).error();
    m_step = *std::move(step);
    m_evaluation = std::make_unique<Evaluation>(m_model, m_precision, ProgramCache(m_services.executor, m_workspace));
    if (Result<void> ready = prepareBatches(); !ready)
        return ready;
    prepareHistory();
    if (std::filesystem::exists(m_folder.checkpoint("last")))
        return resume();
    initialiseFromData(*m_model, *m_dataset, m_split.train, m_step->weights());
    return saveExperiment();
}

void TrainingRun::prepareHistory() {
    std::vector<std::string> columns = historyColumns(*m_model, !m_split.validation.empty());
    m_columns = std::make_shared<const std::vector<std::string>>(columns);
    m_history = History(std::move(columns));
    m_state.epochLoss.sums.assign(m_step->lossNames().size(), 0.0);
    m_state.intervalLoss.sums.assign(m_step->lossNames().size(), 0.0);
    m_state.asked = liveValues(m_options);
}

Result<void> TrainingRun::prepareBatches() {
    if (m_model->family->corruptsInput()) {
        auto noise = makeNoise(m_options);
        if (!noise)
            return std::move(noise).error();
        m_noise = *std::move(noise);
    }
    const auto batchSize =
        std::min<int64_t>(m_options.integer("training.batch_size"), static_cast<int64_t>(m_split.train.size()));
    auto dataOptions = readDataOptions(m_options);
    if (!dataOptions)
        return std::move(dataOptions).error();
    m_batcher = std::make_unique<Batcher>(m_dataset, Batcher::Options{.rows = m_split.train,
                                                                      .batchSize = batchSize,
                                                                      .seed = seedOf(m_options),
                                                                      .augmentation = dataOptions->augmentation,
                                                                      .noise = m_noise.get()});
    std::vector<int64_t> measured = m_split.validation;
    if (measured.empty() && m_model->hasCode())
        for (const int64_t place : spreadEvenly(static_cast<int64_t>(m_split.train.size()), kMeasuredRows))
            measured.push_back(m_split.train[static_cast<size_t>(place)]);
    if (!measured.empty())
        m_measuredBatcher = std::make_unique<Batcher>(
            m_dataset, Batcher::Options{.rows = measured,
                                        .batchSize = std::min(batchSize, static_cast<int64_t>(measured.size())),
                                        .seed = seedOf(m_options),
                                        .shuffle = false,
                                        .noise = m_noise.get(),
                                        .noisePurpose = RandomPurpose::Evaluation});
    m_epochs = m_options.integer("training.epochs");
    m_stepsPerEpoch = m_batcher->batches();
    m_logEvery = std::max<int64_t>(1, m_stepsPerEpoch / 50);
    m_schedule.emplace(m_options, m_epochs * m_stepsPerEpoch, m_stepsPerEpoch);
    return {};
}

Result<void> TrainingRun::resume() {
    const std::filesystem::path last = m_folder.checkpoint("last");
    Result<LoadedCheckpoint> loaded = loadCheckpoint(last, *m_model, m_step->weights(), m_step->optimizer());
    if (!loaded)
        return std::move(loaded).error();
    m_state = std::move(loaded->state);
    for (LossSums* sums : {&m_state.epochLoss, &m_state.intervalLoss})
        if (sums->sums.size() != m_step->lossNames().size())
            return makeError(ErrorCode::Unreadable, "'{}' counts other losses than this experiment has.",
                             last.string());
    if (m_state.finished && goesOn())
        m_state.finished = m_state.stoppedEarly = false;
    restoreLive();
    m_schedule->setPlateau(m_state.plateau);
    m_resumedFromStep = m_state.step;
    m_usedRate = learningRateAt(std::max<int64_t>(0, m_state.step - 1)); // for a row still to be written
    loadHistory();
    loadCodeStatistics();
    for (const auto& [key, value] : m_environment)
        if (const auto it = loaded->environment.find(key); it != loaded->environment.end() && it->second != value)
            log(LogLevel::Warning,
                fmt::format("This run was made with {} {}, it goes on with {}: the numbers may differ "
                            "in their last bits.",
                            key, it->second, value));
    return saveExperiment();
}

// Whether a finished run has more to do than when it finished: more epochs, or more patience.
bool TrainingRun::goesOn() const {
    if (m_state.stoppedEarly)
        return !m_options.boolean("training.early_stopping") ||
               m_state.epochsWithoutGain < m_options.integer("training.patience");
    return m_epochs > m_state.epochsAsked;
}

Result<TrainingRun::Ending> TrainingRun::trainEpoch() {
    m_batcher->startEpoch(m_state.epoch, m_state.batch);
    while (true) {
        Result<bool> goOn = handleCommands();
        if (!goOn)
            return std::move(goOn).error();
        if (!*goOn)
            return Ending::Stopped;
        const Clock::time_point begin = Clock::now();
        const Batch* batch = m_batcher->next();
        if (batch == nullptr)
            return Ending::EpochDone;
        if (Result<void> trained = trainBatch(*batch); !trained)
            return std::move(trained).error();
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        m_trainingSeconds += seconds;
        m_trainedSamples += batch->rows;
        const double rate = static_cast<double>(batch->rows) / seconds;
        m_recentRate += (m_recentRate == 0 ? 1.0 : 0.05) * (rate - m_recentRate);
        if (m_state.step % m_logEvery == 0 &&
            m_state.batch < m_stepsPerEpoch) // the epoch's last row comes with its end
            appendRow({}, {});
        publish(RunPhase::Running, false);
        if (std::chrono::duration<double>(Clock::now() - m_lastCheckpoint).count() > m_services.checkpointSeconds)
            if (Result<void> saved = saveLast(); !saved)
                return std::move(saved).error();
    }
}

Result<void> TrainingRun::trainBatch(const Batch& batch) {
    Result<RunOutcome> done = m_step->run(batch.rows, batch.input(), batch.clean.span(), batch.noiseLevels);
    if (!done)
        return std::move(done).error();
    const std::span<const double> losses = m_step->losses();
    for (size_t i = 0; i < losses.size(); ++i) {
        if (!std::isfinite(losses[i]))
            return lossError(losses[i]);
        const double sum = losses[i] * static_cast<double>(batch.rows);
        m_state.epochLoss.sums[i] += sum;
        m_state.intervalLoss.sums[i] += sum;
    }
    m_state.epochLoss.samples += batch.rows;
    m_state.intervalLoss.samples += batch.rows;
    if (m_services.gradientHook)
        m_services.gradientHook(m_step->gradients());
    m_usedRate = learningRateAt(m_state.step);
    m_step->update(m_usedRate);
    ++m_state.step;
    ++m_state.batch;
    return {};
}

double TrainingRun::learningRateAt(int64_t step) const {
    return m_schedule->learningRate(liveValue("optimizer.learning_rate"), step);
}

double TrainingRun::liveValue(const std::string& key) const {
    const auto set = m_state.live.find(key);
    return set == m_state.live.end() ? m_options.real(key) : set->second;
}

void TrainingRun::setLive(const LiveValues& values) {
    for (const auto& [key, asked] : liveValues(m_options))
        if (const auto value = values.find(key); value != values.end() && applyLive(key, value->second))
            noteLive(key);
}

bool TrainingRun::applyLive(const std::string& key, double value) {
    if (value == liveValue(key) || !m_options.table().check(key, value))
        return false;
    if (value == m_options.real(key))
        m_state.live.erase(key);
    else
        m_state.live[key] = value;
    m_step->setOption(key, value);
    m_evaluation->setOption(key, value);
    return true;
}

// What was set while running outlives a resumption, unless the experiment now asks for another value than it did when
// the checkpoint was written; of which the history hears.
void TrainingRun::restoreLive() {
    const LiveValues kept = std::exchange(m_state.live, {});
    const LiveValues askedThen = m_state.asked.empty() ? askedBefore() : m_state.asked;
    m_state.asked = liveValues(m_options);
    for (const auto& [key, asked] : m_state.asked) {
        const auto set = kept.find(key), then = askedThen.find(key);
        if (set == kept.end() && then == askedThen.end())
            continue;
        const double was = set != kept.end() ? set->second : then->second;
        if (then != askedThen.end() && then->second == asked)
            applyLive(key, was);
        if (liveValue(key) != was)
            noteLive(key);
    }
}

// Of a checkpoint of an earlier version, which does not say: by the run's own experiment file.
LiveValues TrainingRun::askedBefore() const {
    LiveValues asked;
    if (const auto before = Experiment::load(m_folder.experimentPath()))
        for (const auto& [key, value] : liveValues(m_options))
            if (before->options().has(key))
                asked[key] = before->options().real(key);
    return asked;
}

void TrainingRun::noteLive(const std::string& key) {
    note(fmt::format("{}={} after step {}", key, liveValue(key), m_state.step));
}

} // namespace hourglass
