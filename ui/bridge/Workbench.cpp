#include "ui/bridge/Workbench.h"

#include "core/data/SourceFiles.h"
#include "ui/bridge/CoreText.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds kLiveDelay{600}; // after the last key or change
constexpr std::chrono::milliseconds kSessionDelay{1000};

} // namespace

Workbench::Workbench(ComputeThread& compute, Settings& settings, RunStore store, QObject* parent)
    : QObject(parent), m_settings(settings), m_store(std::move(store)), m_controller(compute), m_preflight(compute),
      m_reconstruction(m_controller), m_previews(m_controller), m_exporter(m_controller), m_denoiser(m_controller),
      m_generator(m_controller), m_compression(m_controller) {
    connect(&m_document, &ExperimentDocument::changed, this, &Workbench::experimentChanged);
    connect(&m_document, &ExperimentDocument::undoChanged, &m_sessionDelay, qOverload<>(&QTimer::start));
    connect(this, &Workbench::runChanged, &m_sessionDelay, qOverload<>(&QTimer::start));
    m_liveDelay.setSingleShot(true);
    m_liveDelay.setInterval(kLiveDelay);
    m_sessionDelay.setSingleShot(true);
    m_sessionDelay.setInterval(kSessionDelay);
    connect(&m_liveDelay, &QTimer::timeout, this, &Workbench::sendLive);
    connect(&m_sessionDelay, &QTimer::timeout, this, &Workbench::saveSession);
    connect(&m_preflight, &PreflightService::dataOpened, this, [this](const OpenedDataset& data) {
        m_document.setDataIssue({});
        m_document.setSampleShape(data.dataset->sampleShape());
        requestPreview();
    });
    connect(&m_controller, &TrainingController::modelChanged, this, &Workbench::requestPreview);
    connect(&m_preflight, &PreflightService::dataFailed, this, [this](const QString& message) {
        m_document.setDataIssue(message);
        m_document.setSampleShape({});
    });
    connect(&m_controller, &TrainingController::datasetOpened, this, [this](const DatasetReport& report) {
        m_preflight.adopt(m_launched->first, m_launched->second, {m_controller.dataset(), report});
    });
    connect(&m_controller, &TrainingController::stateChanged, this, [this] {
        m_preflight.setEnabled(!m_controller.isActive());
        emit runChanged();
        saveSession(); // at once: a program that is killed while training takes the run up again
    });
    connect(&m_controller, &TrainingController::finished, this, [this] { updateRun(); });
    connect(&m_controller, &TrainingController::failed, this, [this](const QString& message) {
        if (m_run)
            m_store.discardEmpty(m_run->folder);
        updateRun();
        emit logged(LogLevel::Error, message);
    });
    connect(&m_controller, &TrainingController::logged, this, &Workbench::logged);
}

QString Workbench::runName() const {
    return m_run ? toText(m_run->folder.filename()) : QString();
}

RunMeasurements Workbench::measurements() const {
    const std::shared_ptr<const Snapshot> live = m_controller.snapshot();
    const bool isLive =
        m_run && live != nullptr && live->columns != nullptr && m_controller.runFolder() == m_run->folder;
    // A run that failed has measured more than it could save.
    if (isLive &&
        (m_run->history.rows().empty() ||
         (!m_controller.rows().empty() && m_controller.rows().back().step >= m_run->history.rows().back().step)))
        return {m_controller.rows(), *live->columns, live->code};
    if (m_run)
        return {m_run->history.rows(), m_run->history.columns(), m_run->code};
    return {};
}

OpenData Workbench::openData() const {
    if (m_controller.isActive() && m_run)
        return {m_controller.dataset(), m_run->experiment};
    const auto opened = m_preflight.dataFor(m_document.experiment(), m_document.baseFolder());
    return {opened ? opened->dataset : nullptr, m_document.experiment()};
}

std::string Workbench::relocatedSource(const fs::path& folder) const {
    const Result<std::string> source =
        relocateSource(m_document.experiment().options().text("data.source"), m_document.baseFolder(), folder);
    return source ? *source : std::string();
}

QString Workbench::whyNewRun() const {
    if (!m_run)
        return {};
    if (relocatedSource(m_run->folder) != m_run->experiment.options().text("data.source"))
        return tr("The data is another.");
    const std::string key = restartDifference(m_run->experiment, m_document.experiment());
    if (!key.empty())
        return tr("%1 has changed.").arg(coreText(m_document.experiment().options().table().find(key)->label));
    if (m_run->isFinished && m_document.experiment().options().integer("training.epochs") <= m_run->epochs)
        return tr("%1 has finished; to go on with it, raise Epochs.").arg(runName());
    return {};
}

Workbench::NextRun Workbench::nextRun() const {
    return m_run && whyNewRun().isEmpty() ? NextRun::Continue : NextRun::Start;
}

QString Workbench::whyNoRun() const {
    for (const QString& issue : m_document.issues())
        return issue;
    return {};
}

void Workbench::start() {
    if (m_controller.state() == TrainingController::State::Paused) {
        m_controller.setPaused(false);
        return;
    }
    if (m_controller.isActive() || !whyNoRun().isEmpty())
        return;
    if (nextRun() == NextRun::Continue) {
        launch(RunFolder::Mode::Resume, m_run->folder);
        return;
    }
    const Result<fs::path> folder = m_store.create(sourceName(m_document.experiment().options().text("data.source")));
    if (!folder)
        return refuse(folder.error());
    launch(RunFolder::Mode::Create, *folder);
}

void Workbench::launch(RunFolder::Mode mode, const fs::path& folder) {
    m_document.endEdit();
    TrainingController::Request request{.experiment = m_document.experiment(),
                                        .baseFolder = m_document.baseFolder(),
                                        .runFolder = folder,
                                        .mode = mode,
                                        .data = m_preflight.dataFor(m_document.experiment(), m_document.baseFolder())};
    // The run as it will be on disk; what it measured before is shown on.
    RunRecord record{.folder = folder, .experiment = request.experiment};
    if (const std::string source = relocatedSource(folder); !source.empty())
        record.experiment.set("data.source", source).value();
    if (mode == RunFolder::Mode::Resume && m_run && m_run->folder == folder) {
        record.history = m_run->history;
        record.code = m_run->code;
        record.epochs = m_run->epochs;
    }
    m_run = std::move(record);
    m_launched.emplace(request.experiment, request.baseFolder);
    m_preflight.setEnabled(false); // the compute thread is for the run
    m_live = liveValues(request.experiment.options());
    m_controller.start(std::move(request));
    m_controller.setOptions(m_live); // a run that goes on may have been told otherwise: what the form shows is right
    emit runChanged();
}

void Workbench::holdTyping(bool isValue) {
    if (!isValue)
        m_liveDelay.stop();
    else if (m_controller.isActive())
        m_liveDelay.start();
}

void Workbench::finishTyping() {
    m_liveDelay.stop();
    sendLive();
}

void Workbench::sendLive() {
    if (!m_controller.isActive() || !whyNewRun().isEmpty())
        return;
    const LiveValues live = liveValues(m_document.experiment().options());
    if (live == m_live)
        return;
    m_live = live;
    m_controller.setOptions(live);
}

void Workbench::requestPreview() {
    if (const auto data = m_preflight.dataFor(m_document.experiment(), m_document.baseFolder()); data && m_run)
        m_previews.request(data->dataset, m_document.experiment());
}

void Workbench::updateRun() {
    const fs::path folder = m_controller.runFolder();
    if (m_run) {
        if (Result<RunRecord> record = RunStore::read(m_run->folder))
            m_run = *std::move(record);
        else
            m_run.reset();
    }
    emit runChanged();
    emit runsChanged(folder);
}

void Workbench::resumeAtHalfRate() {
    if (m_controller.isActive() || !m_run)
        return;
    const double rate = m_document.experiment().options().real("optimizer.learning_rate") / 2;
    if (Result<void> set = m_document.set("optimizer.learning_rate", rate); !set)
        return refuse(set.error());
    if (nextRun() == NextRun::Continue)
        launch(RunFolder::Mode::Resume, m_run->folder);
    else
        start();
}

void Workbench::reset() {
    if (m_controller.isActive())
        return;
    m_run.reset();
    m_controller.setModel({});
    emit runChanged();
}

bool Workbench::deleteRun(const fs::path& folder) {
    if (m_run && m_run->folder == folder) {
        if (m_controller.isActive()) {
            emit failed(tr("%1 is training. Stop it first.").arg(runName()));
            return false;
        }
        reset();
    }
    if (Result<void> removed = m_store.remove(folder); !removed) {
        refuse(removed.error());
        return false;
    }
    emit runsChanged(folder);
    return true;
}

void Workbench::experimentChanged() {
    m_document.setDataIssue(m_preflight.failureFor(m_document.experiment(), m_document.baseFolder()));
    m_preflight.request(m_document.experiment(), m_document.baseFolder());
    holdTyping(true);
    emit runChanged();
}

void Workbench::refuse(const Error& error) {
    emit failed(coreText(error));
}

} // namespace hourglass
