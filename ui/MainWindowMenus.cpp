// The menus of the window and what their entries ask for.

#include <QApplication>
#include <QDockWidget>
#include <QFileDialog>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QTabWidget>
#include <QToolBar>
#include <QWhatsThis>

#include "ui/DropRouter.h"
#include "ui/MainWindow.h"
#include "ui/Transport.h"
#include "ui/bridge/CoreText.h"
#include "ui/bridge/Workbench.h"
#include "ui/dialogs/AboutDialog.h"
#include "ui/panels/ComparePage.h"
#include "ui/panels/ExperimentPanel.h"
#include "ui/panels/MessageBar.h"
#include "ui/panels/TrainPage.h"

namespace hourglass {

namespace {

QAction* add(QMenu* menu, const QString& text, const QKeySequence& keys, auto* receiver, auto act) {
    QAction* action = menu->addAction(text);
    action->setShortcut(keys);
    QObject::connect(action, &QAction::triggered, receiver, act);
    return action;
}

QPushButton* addButton(QMessageBox& box, QMessageBox::StandardButton which) {
    QPushButton* button = box.addButton(which);
    button->setAccessibleName(button->text().remove(QLatin1Char('&')));
    return button;
}

} // namespace

void MainWindow::buildMenus() {
    buildFileMenu();
    buildEditMenu();
    m_transport->fill(menuBar()->addMenu(tr("&Train")));
    buildViewMenu();
    buildHelpMenu();
}

void MainWindow::buildFileMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&File"));
    add(menu, tr("&New"), QKeySequence::New, this, [this] { newExperiment("sample"); });
    QMenu* fromPreset = menu->addMenu(tr("New from &preset"));
    fromPreset->setToolTipsVisible(true);
    for (const Preset& preset : presets()) {
        QAction* action = add(fromPreset, coreText(std::string(preset.label)), {}, this,
                              [this, id = QString::fromUtf8(preset.id)] { openPreset(id); });
        action->setToolTip(coreText(std::string(preset.help)));
    }
    add(menu, tr("&Open…"), QKeySequence::Open, this, [this] { askOpen(); });
    add(menu, tr("&Save"), QKeySequence::Save, this, [this] { save(false); });
    add(menu, tr("Save &as…"), Qt::CTRL | Qt::SHIFT | Qt::Key_S, this, [this] { save(true); });
    menu->addSeparator();
    add(menu, tr("&Export the model…"), Qt::CTRL | Qt::SHIFT | Qt::Key_E, this,
        [this] { exportModel(m_workbench.runName()); });
    menu->addSeparator();
    add(menu, tr("&Quit"), Qt::CTRL | Qt::Key_Q, this, [this] { close(); });
}

void MainWindow::buildEditMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Edit"));
    ExperimentDocument& document = m_workbench.document();
    QAction* undo = add(menu, tr("&Undo"), Qt::CTRL | Qt::Key_Z, &document, [this, &document] {
        document.undo();
        m_message->dismissInformation();
    });
    QAction* redo =
        add(menu, tr("&Redo"), Qt::CTRL | Qt::SHIFT | Qt::Key_Z, &document, [&document] { document.redo(); });
    const auto refresh = [undo, redo, &document] {
        undo->setEnabled(document.canUndo());
        redo->setEnabled(document.canRedo());
        undo->setText(document.canUndo() ? tr("&Undo %1").arg(document.undoLabel()) : tr("&Undo"));
        redo->setText(document.canRedo() ? tr("&Redo %1").arg(document.redoLabel()) : tr("&Redo"));
    };
    connect(&document, &ExperimentDocument::undoChanged, undo, refresh);
    refresh();
    menu->addSeparator();
    add(menu, tr("&Paste a picture or files"), QKeySequence::Paste, this, [this] { m_drops->paste(); });
    menu->addSeparator();
    add(menu, tr("&Find an option"), QKeySequence::Find, this, [this] {
        findChild<QDockWidget*>(QStringLiteral("experiment_dock"))->show();
        m_experiment->focusFilter();
    });
}

void MainWindow::buildViewMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&View"));
    for (int i = 0; i < m_pages->count(); ++i)
        add(menu, m_pages->tabText(i), QKeySequence(Qt::ALT | static_cast<Qt::Key>(Qt::Key_1 + i)), m_pages,
            [this, i] { showPage(m_pages->widget(i)); });
    menu->addSeparator();
    for (QDockWidget* dock : findChildren<QDockWidget*>())
        menu->addAction(dock->toggleViewAction());
    for (QToolBar* bar : findChildren<QToolBar*>(Qt::FindDirectChildrenOnly))
        menu->addAction(bar->toggleViewAction());
    menu->addSeparator();
    QAction* rate = menu->addAction(tr("&Learning-rate chart"));
    rate->setCheckable(true);
    rate->setChecked(m_train->isRateShown());
    connect(rate, &QAction::toggled, m_train, &TrainPage::setRateShown);
}

void MainWindow::buildHelpMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Help"));
    add(menu, tr("&Help on the focused control"), QKeySequence::HelpContents, this, [this] { helpOnFocused(); });
    add(menu, tr("&About Hourglass"), {}, this, [this] { (new AboutDialog(this))->open(); });
}

void MainWindow::helpOnFocused() {
    const QWidget* about = QApplication::focusWidget();
    while (about != nullptr && about->toolTip().isEmpty() && about->whatsThis().isEmpty())
        about = about->parentWidget();
    const QPoint place =
        QApplication::focusWidget() != nullptr
            ? QApplication::focusWidget()->mapToGlobal(QPoint(0, QApplication::focusWidget()->height()))
            : mapToGlobal(rect().center());
    QWhatsThis::showText(place,
                         about == nullptr ? tr("Move to a control with Tab, then press F1: its meaning appears here.")
                         : about->whatsThis().isEmpty() ? about->toolTip()
                                                        : about->whatsThis(),
                         this);
}

// The experiment that was there is kept by a file, by its runs, or not at all: then the person is asked.
void MainWindow::newExperiment(const std::string& preset) {
    if (!m_workbench.document().isModified())
        return m_workbench.newExperiment(preset);
    auto* box = new QMessageBox(QMessageBox::Question, tr("New experiment"),
                                tr("The experiment has changes that are not saved."), QMessageBox::NoButton, this);
    addButton(*box, QMessageBox::Cancel);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setAccessibleName(box->windowTitle());
    box->setInformativeText(tr("Starting another one gives them up. Runs that were made with them stay."));
    const auto begin = [this, preset] { m_workbench.newExperiment(preset); };
    connect(addButton(*box, QMessageBox::Save), &QPushButton::clicked, this, [this, begin] { save(false, begin); });
    connect(addButton(*box, QMessageBox::Discard), &QPushButton::clicked, this, begin);
    box->setDefaultButton(QMessageBox::Save); // loses nothing
    box->open();
}

// Unlike New it loses nothing: undo brings back what was there.
void MainWindow::openPreset(const QString& id) {
    m_workbench.openPreset(id.toStdString());
    m_message->show({.text = tr("%1. Run (F5) trains it; Ctrl+Z brings back the experiment before.")
                                 .arg(m_workbench.document().undoLabel())});
    showPage(m_train);
}

void MainWindow::askOpen() {
    auto* dialog = new QFileDialog(this, tr("Open an experiment, model or picture"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setDirectory(m_workbench.settings().value(QStringLiteral("open_folder")).toString());
    dialog->setNameFilters(
        {tr("All that Hourglass opens (*.hourglass *.safetensors *.onnx *.npy *.npz *.png *.jpg *.jpeg "
            "*.webp *.bmp *.tif *.tiff)"),
         tr("Experiments (*.hourglass)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& files) {
        std::vector<std::filesystem::path> paths;
        for (const QString& file : files) {
            const std::filesystem::path path = toPath(file);
            // The document in a run's folder stands for the run.
            const bool isOfRun = path.filename() == "experiment.hourglass" &&
                                 std::filesystem::exists(path.parent_path() / "checkpoints");
            paths.push_back(isOfRun ? path.parent_path() : path);
            m_workbench.settings().set(QStringLiteral("open_folder"), toText(path.parent_path()));
        }
        open(paths);
    });
    dialog->open();
}

void MainWindow::save(bool asksWhere, const std::function<void()>& then) {
    const auto write = [this, then](const std::filesystem::path& path) {
        if (const Result<void> saved = m_workbench.document().save(path); !saved)
            tellFailed(coreText(saved.error()));
        else if (then)
            then();
    };
    if (!asksWhere && !m_workbench.document().file().empty())
        return write(m_workbench.document().file());
    auto* dialog = new QFileDialog(this, tr("Save the experiment"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("hourglass"));
    dialog->setNameFilter(tr("Experiments (*.hourglass)"));
    dialog->selectFile(QStringLiteral("experiment.hourglass"));
    connect(dialog, &QFileDialog::fileSelected, this, [write](const QString& path) { write(toPath(path)); });
    dialog->open();
}

} // namespace hourglass
