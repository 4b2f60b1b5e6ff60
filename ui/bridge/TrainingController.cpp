#include "ui/bridge/TrainingController.h"

#include <condition_variable>
#include <mutex>

#include <QtCore/QMetaObject>

#include "core/data/OpenDataset.h"
#include "core/io/ModelFile.h"
#include "core/training/Trainer.h"
#include "ui/bridge/ComputeThread.h"
#include "ui/bridge/CoreText.h"

namespace hourglass {

// What both threads hold of one run.
struct TrainingController::Shared {
    TrainerMailbox mailbox;
    std::stop_source stop;
    Executor* executor = nullptr; // of the compute thread, for jobs that run there

    std::mutex mutex; // for what follows
    std::condition_variable changed;
    std::shared_ptr<const Snapshot> latest;
    std::vector<HistoryRow> rows; // not yet delivered
    bool deliveryPending = false;
    bool ended = false;
};

// Gathers what the Trainer publishes and asks the GUI thread, once at a time, to fetch it.
class TrainingController::Sink final : public ProgressSink {
public:
    Sink(TrainingController* controller, std::shared_ptr<Shared> shared)
        : m_controller(controller), m_reply(controller->m_replies.sender()), m_shared(std::move(shared)) {}

    void publish(std::shared_ptr<const Snapshot> snapshot) override {
        {
            const std::lock_guard lock(m_shared->mutex);
            m_shared->rows.insert(m_shared->rows.end(), snapshot->newRows.begin(), snapshot->newRows.end());
            m_shared->latest = std::move(snapshot);
            if (std::exchange(m_shared->deliveryPending, true))
                return;
        }
        m_reply([controller = m_controller, shared = m_shared] { controller->receive(shared); });
    }
    bool wantsPreviews() const override { return true; }

private:
    TrainingController* m_controller; // outlives the run: its destructor waits
    ReplyChannel::Sender m_reply;
    std::shared_ptr<Shared> m_shared;
};

namespace {

TrainingResult stopped() {
    TrainingResult result;
    result.phase = RunPhase::Stopped;
    return result;
}

// The whole of a run on the compute thread, from opening the data to the result.
Result<TrainingResult> train(const TrainingController::Request& request, const Trainer::Services& services,
                             ProgressSink& sink, std::stop_token stop,
                             const std::function<void(OpenedDataset)>& opened) {
    Result<OpenedDataset> data = request.data ? Result<OpenedDataset>(*request.data)
                                              : openDataset(request.experiment.options(), request.baseFolder, stop);
    if (!data)
        return std::move(data).error();
    if (data->dataset == nullptr)
        return stopped();
    opened(*data);
    Result<Experiment> experiment = experimentForRun(request.experiment, request.baseFolder, request.runFolder, stop);
    if (!experiment)
        return std::move(experiment).error();
    Result<RunFolder> folder = RunFolder::open(request.runFolder, *experiment, request.mode);
    if (!folder)
        return std::move(folder).error();
    return Trainer(services).run(*experiment, *data, *folder, sink, stop);
}

} // namespace

TrainingController::TrainingController(ComputeThread& compute, QObject* parent) : QObject(parent), m_compute(compute) {
    qRegisterMetaType<std::shared_ptr<const Snapshot>>();
}

TrainingController::~TrainingController() {
    if (!m_shared)
        return;
    m_shared->stop.request_stop();
    std::unique_lock lock(m_shared->mutex);
    m_shared->changed.wait(lock, [this] { return m_shared->ended; });
}

bool TrainingController::isActive() const {
    return m_shared != nullptr;
}

void TrainingController::setState(State state) {
    if (state == m_state)
        return;
    m_state = state;
    emit stateChanged(state);
}

void TrainingController::start(Request request) {
    expects(!isActive(), "a second run was started while one is active");
    m_shared = std::make_shared<Shared>();
    m_runFolder = request.runFolder;
    m_snapshot.reset();
    m_rows.clear();
    m_errorText.clear();
    m_model = {};
    setState(State::Preparing);
    m_compute.post([this, request = std::move(request), shared = m_shared](Executor& executor, std::stop_token quit) {
        const std::stop_callback stopWithThread(quit, [shared] { shared->stop.request_stop(); });
        shared->executor = &executor;
        Sink sink(this, shared);
        const auto queue = [this, shared, reply = m_replies.sender()](auto function) {
            reply([this, shared, function = std::move(function)] {
                if (shared == m_shared) // else: of an earlier run
                    function();
            });
        };
        const Trainer::Services services{
            .executor = executor,
            .log =
                [this, queue](LogLevel level, const std::string& text) {
                    queue([this, level, line = QString::fromStdString(text)] { emit logged(level, line); });
                },
            .mailbox = &shared->mailbox,
        };
        const auto opened = [this, queue](OpenedDataset data) {
            queue([this, data = std::move(data)] {
                m_dataset = data.dataset;
                emit datasetOpened(data.report);
            });
        };
        Result<TrainingResult> result = [&]() -> Result<TrainingResult> {
            try { // the last catch of whatever happens on this thread
                return train(request, services, sink, shared->stop.get_token(), opened);
            } catch (const std::exception& error) {
                return makeError(ErrorCode::Unsupported, "Internal error while training: {}.", error.what());
            }
        }();
        // The model that the run leaves, for whatever the window wants to do with it next.
        auto model = std::make_shared<ActiveModel>();
        if (Result<LoadedModel> loaded = loadModel(request.runFolder); loaded)
            *model = {loaded->model, loaded->weights, request.runFolder};
        queue([this, result, model] {
            m_shared.reset();
            setModel(*model);
            runEnded(result);
        });
        const std::lock_guard lock(shared->mutex);
        shared->ended = true;
        shared->changed.notify_all();
    });
}

void TrainingController::receive(std::shared_ptr<Shared> shared) {
    std::shared_ptr<const Snapshot> latest;
    std::vector<HistoryRow> rows;
    {
        const std::lock_guard lock(shared->mutex);
        shared->deliveryPending = false;
        latest = shared->latest;
        rows = std::exchange(shared->rows, {});
    }
    if (shared != m_shared)
        return;
    m_snapshot = latest;
    m_rows.insert(m_rows.end(), rows.begin(), rows.end());
    if (m_state != State::Stopping && latest->phase == RunPhase::Running)
        setState(State::Running);
    else if (m_state != State::Stopping && latest->phase == RunPhase::Paused)
        setState(State::Paused);
    if (!rows.empty())
        emit rowsAdded(rows);
    emit progressed(std::move(latest));
}

void TrainingController::runEnded(Result<TrainingResult> result) {
    if (!result) {
        m_errorText = coreText(result.error());
        setState(State::Failed);
        emit failed(m_errorText, result.error().code());
        return;
    }
    setState(State::Idle);
    emit finished(*result);
}

void TrainingController::setPaused(bool isPaused) {
    if (m_shared && m_state != State::Stopping)
        m_shared->mailbox.setPaused(isPaused);
}

void TrainingController::stepEpoch() {
    if (m_shared && m_state != State::Stopping)
        m_shared->mailbox.stepEpoch();
}

void TrainingController::stop() {
    if (!m_shared)
        return;
    setState(State::Stopping);
    m_shared->stop.request_stop();
}

void TrainingController::setOptions(const LiveValues& values) {
    if (m_shared)
        m_shared->mailbox.setOptions(values);
}

void TrainingController::setModel(ActiveModel model) {
    if (isActive())
        return;
    ++m_modelRequest;
    m_opening.clear();
    m_model = std::move(model);
    emit modelChanged();
}

void TrainingController::openModel(const std::filesystem::path& path) {
    if (isActive())
        return;
    m_compute.post([this, path, request = ++m_modelRequest, reply = m_replies.sender()](Executor&, std::stop_token) {
        auto loaded = std::make_shared<Result<ActiveModel>>(ActiveModel{});
        try {
            Result<LoadedModel> read = loadModel(path);
            *loaded = read ? Result<ActiveModel>(ActiveModel{read->model, read->weights, path}) : read.error();
        } catch (const std::exception& error) {
            *loaded = makeError(ErrorCode::Unreadable, "'{}' cannot be read: {}.", path.string(), error.what());
        }
        reply([this, request, loaded] { modelLoaded(request, loaded); });
    });
    m_opening = path;
    emit modelOpening();
}

void TrainingController::modelLoaded(int request, const std::shared_ptr<Result<ActiveModel>>& loaded) {
    if (request != m_modelRequest)
        return;
    m_opening.clear();
    if (isActive())
        return;
    if (*loaded)
        setModel(std::move(*loaded).value());
    else
        emit modelFailed(coreText(loaded->error()));
}

bool TrainingController::postModelJob(ModelJob job) {
    if (m_shared) { // which owns the mailbox and with it the job
        m_shared->mailbox.post([job = std::move(job), shared = m_shared.get()](const JobContext& context) {
            job(context, *shared->executor);
        });
        return true;
    }
    if (m_model.model == nullptr)
        return false;
    m_compute.post([job = std::move(job), model = m_model](Executor& executor, std::stop_token) {
        ProgramCache programs(executor);
        job({*model.model, model.weights, programs, applyingPrecision(model.model->options), 0}, executor);
    });
    return true;
}

void TrainingController::postJob(std::function<void(Executor&)> job) {
    if (m_shared)
        m_shared->mailbox.post(
            [job = std::move(job), shared = m_shared.get()](const JobContext&) { job(*shared->executor); });
    else
        m_compute.post([job = std::move(job)](Executor& executor, std::stop_token) { job(executor); });
}

} // namespace hourglass
