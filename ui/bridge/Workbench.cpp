#include "ui/bridge/Workbench.h"

#include "core/data/SourceFiles.h"

namespace hourglass {

namespace fs = std::filesystem;

Workbench::Workbench(ComputeThread& compute, Settings& settings, RunStore store, QObject* parent)
    : QObject(parent), m_settings(settings), m_store(std::move(store)), m_controller(compute), m_preflight(compute),
      m_reconstruction(m_controller), m_exporter(m_controller) {
    connect(&m_document, &ExperimentDocument::changed, this, &Workbench::experimentChanged);
    connect(&m_document, &ExperimentDocument::edited, this, [this](const QString& key) {
        m_isPristine = false;
        if (key == QStringLiteral("optimizer.learning_rate") && m_controller.isActive() && whyNewRun().isEmpty())
            m_controller.setLearningRate(m_document.experiment().options().real("optimizer.learning_rate"));
    });
    connect(&m_preflight, &PreflightService::dataOpened, this,
            [this](const OpenedDataset& data) { m_document.setSampleShape(data.dataset->sampleShape()); });
    connect(&m_preflight, &PreflightService::dataFailed, this, [this] { m_document.setSampleShape({}); });
    connect(&m_controller, &TrainingController::datasetOpened, this, [this](const DatasetReport& report) {
        m_preflight.adopt(m_launched->first, m_launched->second, {m_controller.dataset(), report});
    });
    connect(&m_controller, &TrainingController::stateChanged, this, [this] {
        m_preflight.setEnabled(!m_controller.isActive());
        emit runChanged();
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

void Workbench::begin() {
    const Session session = m_settings.session();
    const Result<Experiment> last = Experiment::fromText(session.experiment.toStdString());
    if (session.experiment.isEmpty() || !last) {
        newExperiment("sample");
        return;
    }
    m_document.reset(*last, session.baseFolder, session.file);
    if (session.runFolder.empty() || !RunFolder::isRun(session.runFolder))
        return;
    if (Result<RunRecord> record = RunStore::read(session.runFolder)) {
        m_run = *std::move(record);
        m_controller.openModel(m_run->folder);
        emit runChanged();
        if (session.wasTraining && !m_run->isFinished)
            emit interruptedRunFound();
    } else {
        emit logged(LogLevel::Warning, QString::fromStdString(record.error().message()));
    }
}

void Workbench::saveSession() {
    m_settings.setSession({.experiment = QString::fromStdString(m_document.experiment().toText()),
                           .baseFolder = m_document.baseFolder(),
                           .file = m_document.file(),
                           .runFolder = m_run ? m_run->folder : fs::path(),
                           .wasTraining = m_controller.isActive()});
}

QString Workbench::runName() const {
    return m_run ? toText(m_run->folder.filename()) : QString();
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
        return tr("%1 has changed.")
            .arg(QString::fromStdString(m_document.experiment().options().table().find(key)->label));
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
        const double rate = m_document.experiment().options().real("optimizer.learning_rate");
        const bool isOther = rate != m_run->experiment.options().real("optimizer.learning_rate");
        launch(RunFolder::Mode::Resume, m_run->folder, isOther ? std::optional(rate) : std::nullopt);
        return;
    }
    const Result<fs::path> folder = m_store.create(sourceName(m_document.experiment().options().text("data.source")));
    if (!folder)
        return refuse(folder.error());
    launch(RunFolder::Mode::Create, *folder, std::nullopt);
}

void Workbench::launch(RunFolder::Mode mode, const fs::path& folder, std::optional<double> learningRate) {
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
        record.epochs = m_run->epochs;
    }
    m_run = std::move(record);
    m_launched.emplace(request.experiment, request.baseFolder);
    m_preflight.setEnabled(false); // the compute thread is for the run
    m_controller.start(std::move(request));
    if (learningRate)
        m_controller.setLearningRate(*learningRate);
    emit runChanged();
}

void Workbench::updateRun() {
    if (m_run) {
        if (Result<RunRecord> record = RunStore::read(m_run->folder))
            m_run = *std::move(record);
        else
            m_run.reset();
    }
    emit runChanged();
    emit runsChanged();
}

void Workbench::resumeAtHalfRate() {
    if (m_controller.isActive() || !m_run)
        return;
    const double rate = m_document.experiment().options().real("optimizer.learning_rate") / 2;
    if (Result<void> set = m_document.set("optimizer.learning_rate", rate); !set)
        return refuse(set.error());
    if (nextRun() == NextRun::Continue)
        launch(RunFolder::Mode::Resume, m_run->folder, rate);
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

void Workbench::newExperiment(const std::string& preset) {
    const Result<Experiment> experiment = makePreset(preset);
    if (!experiment)
        return refuse(experiment.error());
    m_document.reset(*experiment, {});
    m_isPristine = true;
    if (!m_controller.isActive())
        reset();
}

bool Workbench::openExperiment(const fs::path& file) {
    const Result<Experiment> experiment = Experiment::load(file);
    if (!experiment) {
        refuse(experiment.error());
        return false;
    }
    m_isPristine = false;
    m_document.reset(*experiment, fs::absolute(file).parent_path(), file);
    if (!m_controller.isActive())
        reset();
    return true;
}

bool Workbench::openRun(const fs::path& folder) {
    if (m_controller.isActive()) {
        emit failed(tr("A run is training. Stop it (Shift+F5), then open another."));
        return false;
    }
    Result<RunRecord> record = RunStore::read(folder);
    if (!record) {
        refuse(record.error());
        return false;
    }
    m_isPristine = false;
    m_run.reset();
    m_document.reset(record->experiment, folder);
    m_run = *std::move(record);
    m_controller.setModel({});
    m_controller.openModel(folder);
    emit runChanged();
    return true;
}

void Workbench::useData(const std::string& source) {
    Experiment next = m_document.experiment();
    const bool isFolder = source.starts_with("folder:") || source.starts_with("image:");
    if (m_isPristine && isFolder) {
        // Photographs in small crops: strong noise, little code, small batches, for there are few of them.
        const Experiment photos = makePreset("photos").value();
        next = photos;
        for (const auto& [key, value] : std::vector<std::pair<std::string, Json>>{
                 {"noise.sigma", 50}, {"training.batch_size", 64}, {"training.epochs", 40}})
            next.set(key, value).value();
    }
    if (Result<void> set = next.set("data.source", source); !set)
        return refuse(set.error());
    const bool wasPristine = m_isPristine;
    m_preflight.forgetData();
    m_document.replace(next, m_document.baseFolder(), tr("Data"));
    m_isPristine = wasPristine; // dropping another folder may choose again
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
    emit runsChanged();
    return true;
}

void Workbench::experimentChanged() {
    m_preflight.request(m_document.experiment(), m_document.baseFolder());
    emit runChanged();
}

void Workbench::refuse(const Error& error) {
    emit failed(QString::fromStdString(error.message()));
}

} // namespace hourglass
