#pragma once

// The window: puts pages, docks, menus and the toolbar together and says what of one leads to what of another. What is
// worked on is the Workbench's.

#include <QMainWindow>

#include <filesystem>
#include <functional>
#include <vector>

#include "core/base/Error.h"
#include "ui/panels/PanelRegistry.h"

class QTabWidget;

namespace hourglass {

class AnomaliesPage;
class ComparePage;
class DenoisePage;
class DropRouter;
class ExperimentPanel;
class LatentPage;
class MessageBar;
class RunsPanel;
class TrainPage;
class Transport;

class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    // Both outlive the window. Takes up the last session, or the sample experiment.
    MainWindow(Workbench& workbench, LogModel& log, QWidget* parent = nullptr);

    // As if dropped.
    void open(const std::vector<std::filesystem::path>& paths);

protected:
    // While training: saves the session, asks for a checkpoint and is gone; the controller's end waits for it.
    void closeEvent(QCloseEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void buildPanels(const PanelContext& context);
    void addDock(const PanelEntry& entry, QWidget* panel);
    void buildMenus();
    void buildFileMenu();
    void buildEditMenu();
    void buildViewMenu();
    void buildHelpMenu();
    void connectPanels();
    void connectWorkbench();
    void connectDrops();
    void restoreLayout();
    void restoreDocks();

    void newExperiment(const std::string& preset);
    void openPreset(const QString& id);
    void openModel(const std::filesystem::path& file);
    void askOpen();
    // `then` is done once it is saved.
    void save(bool asksWhere, const std::function<void()>& then = {});
    void openRun(const std::filesystem::path& folder);
    void continueRun(const std::filesystem::path& folder);
    void exportModel(const QString& name);
    void exportRun(const std::filesystem::path& folder);
    void useData(const QString& source);
    void showTitle();
    void showPage(QWidget* page);
    void helpOnFocused();
    void tellData();
    void tellModel();
    void tellFailed(const QString& message);
    void tellRunFailed(const QString& message, ErrorCode code);
    void tellInterrupted();
    void tellRefused(const QStringList& items);

    Workbench& m_workbench;
    QTabWidget* m_pages;
    MessageBar* m_message;
    Transport* m_transport;
    DropRouter* m_drops;
    TrainPage* m_train = nullptr;
    ComparePage* m_compare = nullptr;
    DenoisePage* m_denoise = nullptr;
    AnomaliesPage* m_anomalies = nullptr;
    LatentPage* m_latent = nullptr;
    ExperimentPanel* m_experiment = nullptr;
    RunsPanel* m_runs = nullptr;
    bool m_wasShown = false;
    QString m_newSource;                 // data that were asked for and are being opened
    std::filesystem::path m_exportedRun; // whose model is being loaded in order to be exported
    std::filesystem::path m_openedModel; // is being loaded because somebody asked for it
    std::filesystem::path m_shownRun;
};

} // namespace hourglass
