// Where the workbench's experiment comes from: the last session, a preset, a file, a run, other data.

#include <algorithm>

#include "ui/bridge/Workbench.h"

#include "ui/bridge/CoreText.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

// Photographs in small crops: strong noise, little code, small batches, for there are few of them.
Experiment photographs() {
    Experiment experiment = makePreset("photos").value();
    for (const auto& [key, value] : std::vector<std::pair<std::string, Json>>{
             {"noise.sigma", 50}, {"training.batch_size", 64}, {"training.epochs", 40}})
        experiment.set(key, value).value();
    return experiment;
}

// Whether nobody has touched it: a dense preset, or what dropped photographs made, on whatever data. Who chose another
// architecture chose it for pictures of their own.
bool isPristine(const Experiment& experiment) {
    const auto isThat = [&experiment](Experiment other) {
        other.set("data.source", experiment.options().text("data.source")).value();
        return other == experiment;
    };
    return isThat(photographs()) || (experiment.options().text("model.architecture") == "dense" &&
                                     std::any_of(presets().begin(), presets().end(), [&](const Preset& preset) {
                                         return isThat(makePreset(preset.id).value());
                                     }));
}

} // namespace

void Workbench::begin() {
    const Session session = m_settings.session();
    const Result<Experiment> last = Experiment::fromText(session.experiment.toStdString());
    if (session.experiment.isEmpty() || !last) {
        newExperiment("sample");
        return;
    }
    m_document.reset(*last, session.baseFolder, session.file);
    if (!session.saved.isEmpty())
        m_document.setSavedText(session.saved.toStdString());
    if (session.runFolder.empty() || !RunFolder::isRun(session.runFolder))
        return;
    if (Result<RunRecord> record = RunStore::read(session.runFolder)) {
        m_run = *std::move(record);
        m_controller.openModel(m_run->folder);
        emit runChanged();
        if (session.wasTraining && !m_run->isFinished)
            emit interruptedRunFound();
    } else {
        emit logged(LogLevel::Warning, coreText(record.error()));
    }
}

void Workbench::saveSession() {
    if (m_hasEnded)
        return;
    m_settings.setSession({.experiment = QString::fromStdString(m_document.experiment().toText()),
                           .saved = QString::fromStdString(m_document.savedText()),
                           .baseFolder = m_document.baseFolder(),
                           .file = m_document.file(),
                           .runFolder = m_run ? m_run->folder : fs::path(),
                           .wasTraining = m_controller.isActive()});
}

void Workbench::end() {
    saveSession();
    m_hasEnded = true; // that it was training must stay
    m_controller.stop();
}

void Workbench::newExperiment(const std::string& preset) {
    const Result<Experiment> experiment = makePreset(preset);
    if (!experiment)
        return refuse(experiment.error());
    m_document.reset(*experiment, {});
    if (!m_controller.isActive())
        reset();
}

void Workbench::openPreset(const std::string& id) {
    const Result<Experiment> experiment = makePreset(id);
    if (!experiment)
        return refuse(experiment.error());
    const auto preset = std::find_if(presets().begin(), presets().end(), [&](const Preset& p) { return p.id == id; });
    m_document.open(*experiment, {}, tr("Preset “%1”").arg(coreText(std::string(preset->label))));
    if (!m_controller.isActive())
        reset();
}

bool Workbench::openExperiment(const fs::path& file) {
    const Result<Experiment> experiment = Experiment::load(file);
    if (!experiment) {
        refuse(experiment.error());
        return false;
    }
    const fs::path place = absolutePath(file);
    m_document.open(*experiment, place.parent_path(), tr("Open %1").arg(toText(place.filename())), place);
    if (!m_controller.isActive())
        reset();
    return true;
}

bool Workbench::openRun(const fs::path& path) {
    const fs::path folder = absolutePath(path);
    if (m_controller.isActive()) {
        emit failed(tr("A run is training. Stop it (Shift+F5), then open another."));
        return false;
    }
    Result<RunRecord> record = RunStore::read(folder);
    if (!record) {
        refuse(record.error());
        return false;
    }
    m_run.reset();
    m_document.open(record->experiment, folder, tr("Open %1").arg(toText(folder.filename())));
    m_run = *std::move(record);
    m_controller.setModel({});
    m_controller.openModel(folder);
    emit runChanged();
    return true;
}

bool Workbench::openModelOf(const fs::path& folder) {
    if (m_controller.isActive()) {
        emit failed(tr("A run is training. Stop it (Shift+F5), then open another."));
        return false;
    }
    m_controller.openModel(folder);
    return true;
}

void Workbench::reopenModel() {
    if (m_run)
        m_controller.openModel(m_run->folder);
    else
        m_controller.setModel({});
}

void Workbench::useData(const std::string& source) {
    Experiment next = m_document.experiment();
    const bool isFolder = source.starts_with("folder:") || source.starts_with("image:");
    if (isFolder && isPristine(next))
        next = photographs();
    if (Result<void> set = next.set("data.source", source); !set)
        return refuse(set.error());
    next.set("data.classes", "").value(); // they were those of the data before
    m_preflight.forgetData();
    m_document.replace(next, m_document.baseFolder(), tr("Data"));
}

} // namespace hourglass
