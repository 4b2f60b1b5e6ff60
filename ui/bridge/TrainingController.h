#pragma once

// The one crossing between the window and training. Lives on the GUI thread; trains on the ComputeThread. What the
// Trainer publishes arrives here by one queued call at a time, at most some 30 a second: the latest snapshot wins, rows
// of the history are never dropped. Everything of an earlier run that arrives late is dropped by its run number.

#include <QtCore/QObject>

#include <filesystem>
#include <functional>
#include <optional>

#include "core/data/Dataset.h"
#include "core/training/RunFolder.h"
#include "core/training/Trainer.h"
#include "ui/bridge/ReplyChannel.h"

namespace hourglass {

class ComputeThread;

// A model that the window can use: the live one while training, a loaded one otherwise.
struct ActiveModel {
    std::shared_ptr<const Model> model;
    std::shared_ptr<const ParameterStore> weights;
    std::filesystem::path path = {}; // run folder or file that it came from
};

class TrainingController : public QObject {
    Q_OBJECT

public:
    enum class State { Idle, Preparing, Running, Paused, Stopping, Failed };
    Q_ENUM(State)

    struct Request {
        Experiment experiment;
        std::filesystem::path baseFolder; // of the experiment's relative paths
        std::filesystem::path runFolder;
        RunFolder::Mode mode = RunFolder::Mode::Create;
        // What the experiment's data options open, if somebody has opened it already.
        std::optional<OpenedDataset> data = {};
    };
    // A job with a model; on the compute thread, like all that runs Programs.
    using ModelJob = std::function<void(const JobContext& context, Executor& executor)>;

    // `compute` outlives the controller.
    explicit TrainingController(ComputeThread& compute, QObject* parent = nullptr);
    // Stops a run after its current batch, with a checkpoint, and waits for that.
    ~TrainingController() override;

    State state() const { return m_state; }
    bool isActive() const; // Preparing, Running, Paused or Stopping
    const QString& errorText() const { return m_errorText; }
    const std::filesystem::path& runFolder() const { return m_runFolder; }
    // The newest; null before the first.
    std::shared_ptr<const Snapshot> snapshot() const { return m_snapshot; }
    std::shared_ptr<const Dataset> dataset() const { return m_dataset; }
    // Every row of the run so far, those before a resumption included.
    const std::vector<HistoryRow>& rows() const { return m_rows; }

    // Only while not active (ContractError).
    void start(Request request);
    void setPaused(bool isPaused);
    // Goes on to the end of the epoch, then pauses.
    void stepEpoch();
    void stop();
    // See TrainerMailbox::setOptions().
    void setOptions(const LiveValues& values);

    // Runs a job on the compute thread with the model as it is: between two steps while training, at once otherwise.
    // False when there is no model. The job must not touch objects of this thread but by queued calls.
    bool postModelJob(ModelJob job);
    // The same for a job that brings a model of its own. Like every job it is dropped, unrun, when the run ends first.
    void postJob(std::function<void(Executor& executor)> job);
    // A model to use while nothing trains. Ignored while active.
    void setModel(ActiveModel model);
    // Loads one from a run or file (see loadModel) without waiting; the last call wins. Ignored while active.
    void openModel(const std::filesystem::path& path);
    // Where the model at hand comes from: the run that trains, or what was loaded. Empty without one.
    const std::filesystem::path& modelPath() const { return isActive() ? m_runFolder : m_model.path; }
    // What openModel() is reading; empty when nothing is.
    std::filesystem::path openingModel() const { return isActive() ? std::filesystem::path() : m_opening; }
    bool hasModel() const { return isActive() || m_model.model != nullptr; }

signals:
    void stateChanged(hourglass::TrainingController::State state);
    void datasetOpened(const hourglass::DatasetReport& report);
    void rowsAdded(const std::vector<hourglass::HistoryRow>& rows);
    void progressed(std::shared_ptr<const hourglass::Snapshot> snapshot);
    // The run ended by itself or by stop().
    void finished(const hourglass::TrainingResult& result);
    void failed(const QString& message, hourglass::ErrorCode code);
    void logged(hourglass::LogLevel level, const QString& text);
    void modelChanged(); // another model to use while nothing trains, or none
    void modelFailed(const QString& message);
    void modelOpening(); // modelChanged() or modelFailed() follows

private:
    class Sink;
    struct Shared;

    void setState(State state);
    void receive(std::shared_ptr<Shared> shared);
    void runEnded(Result<TrainingResult> result);
    void modelLoaded(int request, const std::shared_ptr<Result<ActiveModel>>& loaded);

    ComputeThread& m_compute;
    State m_state = State::Idle;
    QString m_errorText;
    std::filesystem::path m_runFolder;
    std::shared_ptr<const Snapshot> m_snapshot;
    std::shared_ptr<const Dataset> m_dataset;
    std::vector<HistoryRow> m_rows;
    std::shared_ptr<Shared> m_shared; // with the run on the compute thread; null when none is active
    ActiveModel m_model;
    std::filesystem::path m_opening;
    int m_modelRequest = 0;
    ReplyChannel m_replies{this};
};

} // namespace hourglass
