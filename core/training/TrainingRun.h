#pragma once

// The state of one Trainer::run call, cut into steps that fit on a page. Not for use elsewhere.

#include <chrono>

#include "core/data/Batcher.h"
#include "core/training/Checkpoint.h"
#include "core/training/Evaluation.h"
#include "core/training/Trainer.h"
#include "core/training/TrainingData.h"
#include "core/training/TrainingStep.h"

namespace hourglass {

class TrainingRun {
public:
    TrainingRun(const Trainer::Services& services, const Experiment& experiment, const OpenedDataset& data,
                const RunFolder& folder, ProgressSink& sink, std::stop_token stop);

    Result<TrainingResult> run();

private:
    using Clock = std::chrono::steady_clock;
    enum class Ending { EpochDone, Stopped };

    Result<void> prepare();
    Result<void> prepareBatches();
    void prepareHistory();
    Result<void> resume();
    bool goesOn() const;
    void loadHistory();
    void loadCodeStatistics();
    Result<void> saveExperiment() const;
    Result<Ending> trainEpoch();
    Result<void> trainBatch(const Batch& batch);
    Result<void> endEpoch();
    Result<bool> handleCommands(); // false: stop

    Result<std::vector<double>> measure(); // by column after the losses; m_code
    bool watch(double monitored);          // early stopping; true: this epoch is the best
    Result<void> restoreBest();

    void appendRow(const std::vector<double>& measured, std::string note);
    Result<void> saveLast(); // after checkWeights()
    Result<void> writeLast();
    Result<void> save(const std::string& checkpoint);
    void publish(RunPhase phase, bool force);
    void updatePreview(bool force);
    Result<void> checkWeights() const;
    Error lossError(double loss) const;
    void note(const std::string& text);
    Result<std::map<std::string, double>> finalMetrics();
    double learningRateAt(int64_t step) const;
    double liveValue(const std::string& key) const; // as set while running, else the experiment's
    void setLive(const LiveValues& values);
    bool applyLive(const std::string& key, double value); // whether that changed it
    void noteLive(const std::string& key);
    void restoreLive();
    LiveValues askedBefore() const;
    TrainingResult result(RunPhase phase, std::map<std::string, double> metrics) const;
    Result<TrainingResult> finish();
    void log(LogLevel level, const std::string& text) const;

    const Trainer::Services& m_services;
    const Experiment& m_experiment;
    const OptionValues& m_options; // the experiment's
    std::shared_ptr<const Dataset> m_dataset;
    const RunFolder& m_folder;
    ProgressSink& m_sink;
    std::stop_token m_stop;

    Split m_split;
    std::shared_ptr<const Model> m_model;
    Precision m_precision = Precision::F32;
    std::map<std::string, std::string> m_environment;
    std::unique_ptr<NoiseModel> m_noise;
    std::shared_ptr<Workspace> m_workspace = std::make_shared<Workspace>();
    std::unique_ptr<TrainingStep> m_step;
    std::unique_ptr<Evaluation> m_evaluation;
    std::optional<Schedule> m_schedule;
    std::unique_ptr<Batcher> m_batcher;
    std::unique_ptr<Batcher>
        m_measuredBatcher; // the validation part, or for the code's sake some of what is trained on
    ProgramCache m_programs;
    TrainingState m_state;
    History m_history;
    int64_t m_stepsPerEpoch = 0, m_logEvery = 1;
    int64_t m_epochs = 0, m_resumedFromStep = 0;
    double m_usedRate = 0; // of the last update

    Clock::time_point m_started = Clock::now(), m_lastCheckpoint = Clock::now(), m_lastPublish = {}, m_lastPreview = {};
    double m_trainingSeconds = 0, m_recentRate = 0;
    int64_t m_trainedSamples = 0;
    size_t m_publishedRows = 0;
    std::shared_ptr<const std::vector<std::string>> m_columns;
    std::shared_ptr<const Preview> m_preview;
    std::shared_ptr<const CodeStatistics> m_code, m_savedCode;
};

} // namespace hourglass
