#pragma once

// What the window works on, without the window: the experiment, the run in hand, the services; and the rules of Run,
// Continue and Reset. GUI thread, QtCore only.

#include <QtCore/QObject>
#include <QtCore/QTimer>

#include "ui/bridge/CompressionService.h"
#include "ui/bridge/DenoiseService.h"
#include "ui/bridge/ExperimentDocument.h"
#include "ui/bridge/ExportService.h"
#include "ui/bridge/GenerateService.h"
#include "ui/bridge/ModelMemory.h"
#include "ui/bridge/PreflightService.h"
#include "ui/bridge/PreviewService.h"
#include "ui/bridge/ReconstructionService.h"
#include "ui/bridge/RunStore.h"
#include "ui/bridge/Settings.h"
#include "ui/bridge/TrainingController.h"

namespace hourglass {

// What a run has measured so far. The spans are good until the run goes on or another is in hand.
struct RunMeasurements {
    std::span<const HistoryRow> rows;
    std::span<const std::string> columns;
    std::shared_ptr<const CodeStatistics> code;
};

class Workbench : public QObject {
    Q_OBJECT

public:
    // All three outlive it. Call begin() once somebody listens.
    Workbench(ComputeThread& compute, Settings& settings, RunStore store, QObject* parent = nullptr);

    Settings& settings() { return m_settings; }
    const RunStore& store() const { return m_store; }
    ExperimentDocument& document() { return m_document; }
    TrainingController& controller() { return m_controller; }
    PreflightService& preflight() { return m_preflight; }
    ReconstructionService& reconstruction() { return m_reconstruction; }
    PreviewService& previews() { return m_previews; }
    ExportService& exporter() { return m_exporter; }
    DenoiseService& denoiser() { return m_denoiser; }
    GenerateService& generator() { return m_generator; }
    CompressionService& compression() { return m_compression; }

    // The last session, or the sample experiment when there is none.
    void begin();
    // What the next start takes up again. Saved by itself as well, a moment after every change.
    void saveSession();
    // The program ends: saves the session for the last time and lets a run save itself.
    void end();

    // The run whose curves and model are shown; none before the first and after reset().
    const std::optional<RunRecord>& run() const { return m_run; }
    QString runName() const;
    // Of the run in hand, up to this moment while it trains.
    RunMeasurements measurements() const;
    // The samples that pages work on: those of a run that trains, else those of the experiment if they are open.
    OpenData openData() const;

    enum class NextRun { Start, Continue };
    NextRun nextRun() const;
    // Why Run would make a new run though there is one: "Code size has changed." Empty when it would not.
    QString whyNewRun() const;
    // What forbids Run, empty when nothing does.
    QString whyNoRun() const;

    // Run or Continue, whichever nextRun() says; resumes when paused.
    void start();
    // A live option reaches a running run a moment after its last change, so that a number is not learned with digit by
    // digit. It waits while somebody types: until the moment after the last key, or, when what is there is not a value
    // yet ("2e-"), until finishTyping().
    void holdTyping(bool isValue);
    void finishTyping();
    // After a run that diverged: goes on from its last checkpoint with half the learning rate.
    void resumeAtHalfRate();
    // Forgets the run in hand (its folder stays); the next Run starts from fresh weights. Not while active.
    void reset();

    // Another experiment; false (with failed()) when it cannot be read. Opening can be undone, starting anew cannot.
    void newExperiment(const std::string& preset);
    void openPreset(const std::string& preset);
    bool openExperiment(const std::filesystem::path& file);
    bool openRun(const std::filesystem::path& folder);
    // The model alone, of a run that need not be the one in hand, which stays; so does the experiment.
    bool openModelOf(const std::filesystem::path& folder);
    // The model of the run in hand again.
    void reopenModel();
    // One edit: other data. An experiment that nobody has touched gets settings that suit pictures of that kind.
    void useData(const std::string& source);
    bool deleteRun(const std::filesystem::path& folder);

signals:
    void runChanged();                                     // run(), nextRun() or whyNewRun()
    void runsChanged(const std::filesystem::path& folder); // one run on disk: new, gone on with, or deleted
    void failed(const QString& message);                   // something that the person asked for
    void interruptedRunFound();                            // begin(): the last session ended while training
    void logged(hourglass::LogLevel level, const QString& text);

private:
    void launch(RunFolder::Mode mode, const std::filesystem::path& folder);
    void updateRun();
    void sendLive();
    void requestPreview();
    void experimentChanged();
    void refuse(const Error& error);
    std::string relocatedSource(const std::filesystem::path& folder) const;

    Settings& m_settings;
    RunStore m_store;
    ExperimentDocument m_document;
    TrainingController m_controller;
    PreflightService m_preflight;
    ReconstructionService m_reconstruction;
    PreviewService m_previews;
    ExportService m_exporter;
    DenoiseService m_denoiser; // goes before the controller, whose end waits for its jobs
    GenerateService m_generator;
    CompressionService m_compression;
    std::optional<RunRecord> m_run;
    std::optional<std::pair<Experiment, std::filesystem::path>> m_launched; // what trains, and its base folder
    LiveValues m_live;                                                      // what the running run was told last
    QTimer m_liveDelay, m_sessionDelay;
    bool m_hasEnded = false;
};

} // namespace hourglass
