#include "ui/panels/ModelChooser.h"

#include <QAbstractItemView>
#include <QFileDialog>
#include <QKeyEvent>
#include <QScopedValueRollback>
#include <QWheelEvent>

#include "ui/bridge/PoolJob.h"
#include "ui/bridge/Workbench.h"
#include "ui/models/PlainTip.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

constexpr int kAskForFile = -1;
constexpr std::chrono::milliseconds kWalkingRest{400}; // between two steps of somebody who walks on

// A run's document stands for the run.
fs::path meant(const fs::path& file) {
    return file.filename() == "experiment.hourglass" && RunFolder::isRun(file.parent_path()) ? file.parent_path()
                                                                                             : file;
}

// Checkpoints of all runs have the same names.
QString modelName(const fs::path& path) {
    const fs::path folder = path.parent_path();
    if (folder.filename() == "checkpoints")
        return QStringLiteral("%1: %2").arg(toText(folder.parent_path().filename()), toText(path.stem()));
    return toText(path.filename());
}

} // namespace

ModelChooser::ModelChooser(Workbench& workbench, QWidget* parent) : QComboBox(parent), m_workbench(workbench) {
    setAccessibleName(tr("Model"));
    setToolTip(
        tr("Which trained model works: the one at hand, another run's, or one from a file. Alt+↓ opens the list; "
           "a run or model file may be dropped here as well."));
    setFocusPolicy(Qt::StrongFocus); // not by the wheel
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setMinimumContentsLength(8);
    m_rest.setSingleShot(true);
    m_rest.setInterval(kWalkingRest);
    view()->installEventFilter(this);
    connect(&m_rest, &QTimer::timeout, this, &ModelChooser::chosen);
    connect(this, &QComboBox::activated, this, &ModelChooser::itemActivated);
    connect(&workbench, &Workbench::runChanged, this, &ModelChooser::rebuild);
    connect(&workbench, &Workbench::runsChanged, this, [this] {
        if (isVisible())
            refresh();
    });
    connect(&workbench.controller(), &TrainingController::modelChanged, this, &ModelChooser::rebuild);
    connect(&workbench.controller(), &TrainingController::stateChanged, this, &ModelChooser::rebuild);
    rebuild();
}

QString ModelChooser::name() const {
    return modelName(m_path.empty() ? m_workbench.controller().modelPath() : m_path);
}

void ModelChooser::choose(const fs::path& path) {
    turnTo(path);
}

void ModelChooser::open(const fs::path& path) {
    if (!turnTo(path))
        emit chosen();
}

// Whether that is told of, now or once the walk rests.
bool ModelChooser::turnTo(const fs::path& path) {
    const fs::path before = m_path;
    m_path = path;
    const bool isRun = std::any_of(m_runs.begin(), m_runs.end(), [&](const RunSummary& r) { return r.folder == path; });
    if (!path.empty() && !isRun && path != m_workbench.controller().modelPath()) // which may not be listed yet
        m_file = path;
    fill(); // which takes the run at hand for what it is
    const bool isOther = m_path != before;
    const bool isNews = isOther || m_rest.isActive();
    if (isOther && m_isWalking) {
        m_rest.start();
    } else if (isNews) {
        m_rest.stop();
        emit chosen();
    }
    return isNews;
}

void ModelChooser::keyPressEvent(QKeyEvent* event) {
    const QScopedValueRollback walking(m_isWalking, true);
    QComboBox::keyPressEvent(event);
}

void ModelChooser::wheelEvent(QWheelEvent* event) {
    if (!hasFocus())
        return event->ignore(); // it scrolls past
    const QScopedValueRollback walking(m_isWalking, true);
    QComboBox::wheelEvent(event);
}

void ModelChooser::showEvent(QShowEvent* event) {
    QComboBox::showEvent(event);
    refresh();
}

// Many runs take a while to read.
void ModelChooser::refresh() {
    runInPool(
        m_replies, "listing the runs", [store = m_workbench.store()] { return store.list(); },
        [this, listing = ++m_listing](const Result<std::vector<RunSummary>>& runs) {
            if (!runs || listing != m_listing)
                return; // the Runs table says why; a later one is on its way
            m_runs.clear();
            std::copy_if(runs->begin(), runs->end(), std::back_inserter(m_runs), [](const RunSummary& run) {
                return run.state != RunSummary::State::Damaged && run.epochs > 0;
            });
            rebuild();
        });
}

QString ModelChooser::atHandText() const {
    const TrainingController& controller = m_workbench.controller();
    if (!controller.hasModel())
        return tr("Model at hand: none yet");
    return controller.isActive() ? tr("%1 (training)").arg(modelName(controller.modelPath()))
                                 : tr("%1 (at hand)").arg(modelName(controller.modelPath()));
}

void ModelChooser::rebuild() {
    const fs::path before = m_path;
    fill();
    if (m_path != before)
        emit chosen();
}

// Once the list has closed, and what was activated in it has been heard of.
bool ModelChooser::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Hide && watched == view() && std::exchange(m_isBehind, false))
        QMetaObject::invokeMethod(this, &ModelChooser::rebuild, Qt::QueuedConnection);
    return QComboBox::eventFilter(watched, event);
}

void ModelChooser::fill() {
    m_isBehind = view()->isVisible();
    if (m_isBehind)
        return; // not under somebody's cursor
    clear();
    m_places.clear();
    int current = 0;
    const auto add = [this, &current](const fs::path& place, const QString& text, const QString& tip) {
        if (place == m_path)
            current = count();
        addItem(text, static_cast<int>(m_places.size()));
        setItemData(count() - 1, plainTip(tip), Qt::ToolTipRole);
        m_places.push_back(place);
    };
    add({}, atHandText(), tr("What Train and Compare work with; while it trains, as it is at the moment"));
    insertSeparator(count());
    for (const RunSummary& run : m_runs) {
        if (m_workbench.controller().modelPath() == run.folder)
            continue; // it is the one at hand
        const QString psnr = run.psnr ? tr(" · %1 dB").arg(QLocale().toString(*run.psnr, 'f', 1)) : QString();
        add(run.folder, tr("%1 · %2, %3%4").arg(run.name, run.family, run.architecture, psnr), toText(run.folder));
    }
    if (!m_file.empty() && std::find(m_places.begin(), m_places.end(), m_file) == m_places.end())
        add(m_file, modelName(m_file), toText(m_file));
    addItem(tr("Model file…"), kAskForFile);
    setItemData(count() - 1, tr("A checkpoint, or a model that was exported as safetensors or ONNX"), Qt::ToolTipRole);
    setCurrentIndex(current);
    if (current == 0)
        m_path.clear(); // its run was deleted, or is the one at hand by now
}

void ModelChooser::itemActivated(int index) {
    const int place = itemData(index).toInt();
    if (place != kAskForFile)
        return choose(m_places[static_cast<size_t>(place)]);
    rebuild();        // it is no model: what was chosen stays, also when the dialog is cancelled
    if (!m_isWalking) // the end of the list; whoever wants the dialog opens the list
        askForFile();
}

void ModelChooser::askForFile() {
    auto* dialog = new QFileDialog(this, tr("A trained model"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setDirectory(m_workbench.settings().value(QStringLiteral("model_folder")).toString());
    dialog->setNameFilters({tr("Models and runs (*.safetensors *.onnx experiment.hourglass)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        m_workbench.settings().set(QStringLiteral("model_folder"), QFileInfo(file).path());
        open(meant(toPath(file)));
    });
    dialog->open();
}

} // namespace hourglass
