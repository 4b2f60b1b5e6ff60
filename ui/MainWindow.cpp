#include "ui/MainWindow.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QTimer>
#include <QToolBar>
#include <QVBoxLayout>

#include "ui/DropRouter.h"
#include "ui/Transport.h"
#include "ui/bridge/Workbench.h"
#include "ui/dialogs/ExportDialog.h"
#include "ui/panels/AnomaliesPage.h"
#include "ui/panels/ComparePage.h"
#include "ui/panels/DenoisePage.h"
#include "ui/panels/ExperimentPanel.h"
#include "ui/panels/LatentPage.h"
#include "ui/panels/MessageBar.h"
#include "ui/panels/RunsPanel.h"
#include "ui/panels/TrainPage.h"
#include "ui/panels/TrainingStatus.h"
#include "ui/widgets/CompareView.h"
#include "ui/widgets/OptionForm.h"
#include "ui/widgets/TabOrder.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

constexpr int kLayoutVersion = 1;

} // namespace

MainWindow::MainWindow(Workbench& workbench, LogModel& log, QWidget* parent)
    : QMainWindow(parent), m_workbench(workbench), m_pages(new QTabWidget(this)), m_message(new MessageBar(this)),
      m_transport(new Transport(workbench, this)),
      m_drops(new DropRouter(this, workbench.store().root().parent_path() / "collections")) {
    theme::ensureReadablePlaceholders();
    setAccessibleName(tr("Hourglass"));
    auto* centre = new QWidget(this);
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_message);
    column->addWidget(m_pages, 1);
    setCentralWidget(centre);
    m_pages->setDocumentMode(true);
    m_pages->setAccessibleName(tr("Pages"));
    statusBar()->addWidget(new TrainingStatus(workbench, this), 1);

    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea); // the options need the height
    buildPanels({workbench, log});
    auto* bar = addToolBar(tr("Transport"));
    bar->setObjectName(QStringLiteral("transport"));
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_transport->fill(bar);
    buildMenus();
    connectPanels();
    connectWorkbench();
    connectDrops();
    restoreLayout();
    workbench.begin();
    showTitle();
}

void MainWindow::buildPanels(const PanelContext& context) {
    for (const PanelEntry& entry : panels()) {
        QWidget* panel = entry.make(context, this);
        panel->setObjectName(QString::fromUtf8(entry.id));
        tabInReadingOrder(panel);
        if (entry.place == PanelPlace::Page)
            m_pages->addTab(panel, entry.text().remove(QLatin1Char('&'))); // Alt+digit goes there
        else
            addDock(entry, panel);
    }
    m_train = findChild<TrainPage*>();
    m_compare = findChild<ComparePage*>();
    m_denoise = findChild<DenoisePage*>();
    m_anomalies = findChild<AnomaliesPage*>();
    m_latent = findChild<LatentPage*>();
    m_experiment = findChild<ExperimentPanel*>();
    m_runs = findChild<RunsPanel*>();
}

void MainWindow::addDock(const PanelEntry& entry, QWidget* panel) {
    auto* dock = new QDockWidget(entry.text().remove(QLatin1Char('&')), this);
    dock->setObjectName(QString::fromUtf8(entry.id) + QStringLiteral("_dock"));
    dock->setAccessibleName(dock->windowTitle());
    dock->setWidget(panel);
    if (entry.place == PanelPlace::Left)
        return addDockWidget(Qt::LeftDockWidgetArea, dock);
    QDockWidget* neighbour = nullptr;
    for (QDockWidget* other : findChildren<QDockWidget*>())
        if (other != dock && dockWidgetArea(other) == Qt::BottomDockWidgetArea)
            neighbour = other;
    addDockWidget(Qt::BottomDockWidgetArea, dock);
    if (neighbour != nullptr) {
        tabifyDockWidget(neighbour, dock);
        neighbour->raise();
    }
}

void MainWindow::connectPanels() {
    connect(m_experiment, &ExperimentPanel::presetChosen, this, &MainWindow::openPreset);
    connect(m_experiment, &ExperimentPanel::sourceChosen, this, &MainWindow::useData);
    connect(m_train, &TrainPage::sampleActivated, this, [this](int column) {
        m_compare->showPreviewed(column);
        showPage(m_compare);
    });
    connect(m_train, &TrainPage::optionWanted, this,
            [this](const QString& key) { m_experiment->form()->focusOption(key); });
    connect(m_train, &TrainPage::failed, this, &MainWindow::tellFailed);
    connect(m_train, &TrainPage::exported, this,
            [this](const QString& path) { statusBar()->showMessage(tr("Saved %1").arg(path), 5000); });
    connect(m_compare, &ComparePage::left, this, [this] { showPage(m_train); });
    for (const ModelPage* page : findChildren<ModelPage*>()) {
        connect(page, &ModelPage::left, this, [this] { showPage(m_train); });
        connect(page, &ModelPage::failed, this, &MainWindow::tellFailed);
        connect(page, &ModelPage::refused, this, &MainWindow::tellRefused);
        connect(page, &ModelPage::told, this, [this](const QString& text) { statusBar()->showMessage(text, 5000); });
    }
    connect(m_runs, &RunsPanel::openWanted, this, &MainWindow::openRun);
    connect(m_runs, &RunsPanel::continueWanted, this, &MainWindow::continueRun);
    connect(m_runs, &RunsPanel::exportWanted, this, &MainWindow::exportRun);
    connect(m_runs, &RunsPanel::failed, this, &MainWindow::tellFailed);
    connect(m_runs, &RunsPanel::deleteWanted, &m_workbench, &Workbench::deleteRun);
}

void MainWindow::connectWorkbench() {
    connect(&m_workbench, &Workbench::failed, this, &MainWindow::tellFailed);
    connect(&m_workbench, &Workbench::runChanged, this, [this] {
        const fs::path folder = m_workbench.run() ? m_workbench.run()->folder : fs::path();
        if (folder != std::exchange(m_shownRun, folder))
            m_message->dismissAboutRun();
        showTitle();
    });
    connect(&m_workbench, &Workbench::interruptedRunFound, this, &MainWindow::tellInterrupted);
    connect(&m_workbench.document(), &ExperimentDocument::undoChanged, this, &MainWindow::showTitle);
    connect(&m_workbench.preflight(), &PreflightService::dataOpened, this, &MainWindow::tellData);
    connect(&m_workbench.preflight(), &PreflightService::dataFailed, this, [this](const QString& message) {
        if (!std::exchange(m_newSource, {}).isEmpty())
            tellFailed(message);
    });
    TrainingController& controller = m_workbench.controller();
    connect(&controller, &TrainingController::failed, this, &MainWindow::tellRunFailed);
    connect(&controller, &TrainingController::stateChanged, m_message, [this](TrainingController::State state) {
        if (state != TrainingController::State::Preparing)
            return;
        m_newSource.clear();
        m_message->dismissInformation();
        m_message->dismissAboutRun();
    });
    connect(&controller, &TrainingController::modelFailed, this, [this](const QString& message) {
        m_exportedRun.clear();
        m_openedModel.clear();
        tellFailed(message);
    });
    connect(&controller, &TrainingController::modelChanged, this, [this] {
        if (m_workbench.controller().hasModel() && !m_exportedRun.empty())
            exportModel(toText(std::exchange(m_exportedRun, {}).filename()));
        tellModel();
    });
}

void MainWindow::restoreLayout() {
    const Settings& settings = m_workbench.settings();
    const QByteArray geometry = settings.value(QStringLiteral("window/geometry")).toByteArray();
    if (geometry.isEmpty() || !restoreGeometry(geometry))
        resize(QSize(1280, 800).boundedTo(screen()->availableSize()));
    m_pages->setCurrentIndex(settings.value(QStringLiteral("window/page"), 0).toInt());
}

// Sizes of docks mean something only once the window has its own: at the first showing.
void MainWindow::restoreDocks() {
    const Settings& settings = m_workbench.settings();
    if (!restoreState(settings.value(QStringLiteral("window/state")).toByteArray(), kLayoutVersion))
        for (const auto& [name, size, direction] : {std::tuple(QStringLiteral("experiment_dock"), 350, Qt::Horizontal),
                                                    {QStringLiteral("runs_dock"), 130, Qt::Vertical}})
            resizeDocks({findChild<QDockWidget*>(name)}, {size}, direction);
}

void MainWindow::showEvent(QShowEvent* event) {
    QMainWindow::showEvent(event);
    if (std::exchange(m_wasShown, true))
        return;
    restoreDocks();
    QTimer::singleShot(0, this, [this] { m_runs->refresh(); }); // reads folders: after the first paint
}

// A window made smaller takes from the lists below before it takes from the pages; whoever wants more can pull.
void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    for (QDockWidget* dock : findChildren<QDockWidget*>())
        if (dockWidgetArea(dock) == Qt::BottomDockWidgetArea && !dock->isFloating() && dock->height() > height() / 3)
            resizeDocks({dock}, {height() / 3}, Qt::Vertical);
}

void MainWindow::changeEvent(QEvent* event) {
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        theme::ensureReadablePlaceholders();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    Settings& settings = m_workbench.settings();
    settings.set(QStringLiteral("window/geometry"), saveGeometry());
    settings.set(QStringLiteral("window/state"), saveState(kLayoutVersion));
    settings.set(QStringLiteral("window/page"), m_pages->currentIndex());
    m_workbench.end();
    event->accept();
}

void MainWindow::openRun(const fs::path& folder) {
    if (m_workbench.run() && m_workbench.run()->folder == folder && m_workbench.controller().isActive())
        return showPage(m_train);
    if (m_workbench.openRun(folder))
        showPage(m_train);
}

void MainWindow::openModel(const fs::path& file) {
    if (m_workbench.controller().isActive())
        return tellFailed(tr("A run is training. Stop it (Shift+F5), then open the model."));
    m_openedModel = file;
    m_workbench.controller().openModel(file);
    showPage(m_compare);
}

void MainWindow::continueRun(const fs::path& folder) {
    const bool isAtHand = m_workbench.run() && m_workbench.run()->folder == folder;
    if (isAtHand && m_workbench.controller().isActive())
        return m_workbench.start();
    // With the form as the run had it, or Run would make a new one.
    const bool goesOn = isAtHand && m_workbench.nextRun() == Workbench::NextRun::Continue;
    if (!goesOn && !m_workbench.openRun(folder))
        return;
    if (m_workbench.nextRun() == Workbench::NextRun::Continue)
        m_workbench.start();
    else
        m_message->show({.kind = MessageBar::Kind::Warning, .text = m_workbench.whyNewRun(), .isAboutRun = true});
}

void MainWindow::exportModel(const QString& name) {
    auto* dialog = new ExportDialog(m_workbench, name, this);
    if (name != m_workbench.runName())
        connect(dialog, &QDialog::finished, &m_workbench, &Workbench::reopenModel);
    connect(dialog, &ExportDialog::exported, this,
            [this](const QString& path) { statusBar()->showMessage(tr("Exported %1").arg(path), 5000); });
    dialog->open();
}

void MainWindow::exportRun(const fs::path& folder) {
    const bool isAtHand = m_workbench.run() && m_workbench.run()->folder == folder;
    if (isAtHand && m_workbench.controller().hasModel())
        return exportModel(m_workbench.runName());
    if (m_workbench.openModelOf(folder))
        m_exportedRun = folder;
}

void MainWindow::showPage(QWidget* page) {
    m_pages->setCurrentWidget(page);
    const auto* modelPage = qobject_cast<ModelPage*>(page);
    QWidget* first = page == m_compare ? m_compare->view()->firstShown()
                     : modelPage       ? modelPage->firstControl()
                                       : page->nextInFocusChain();
    first->setFocus(Qt::ShortcutFocusReason);
}

void MainWindow::showTitle() {
    const ExperimentDocument& document = m_workbench.document();
    QString name = document.file().empty() ? tr("Untitled") : toText(document.file().filename());
    if (!m_workbench.runName().isEmpty())
        name = m_workbench.runName();
    setWindowTitle(tr("%1[*] — Hourglass").arg(name));
    setWindowModified(document.isModified());
}

} // namespace hourglass
