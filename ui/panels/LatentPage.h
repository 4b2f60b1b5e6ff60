#pragma once

// The space of codes: where the samples of a data set lie in it, what lies between them, and what a stroke on the input
// does to a code. With the model at hand (while it trains, followed every few moments), an earlier run's or a file's.

#include <chrono>
#include <filesystem>
#include <memory>

#include "ui/bridge/LatentAnalysis.h"
#include "ui/bridge/LatentService.h"
#include "ui/panels/ModelPage.h"

class QComboBox;
class QSplitter;
class QTabWidget;
class QToolButton;

namespace hourglass {

class LatentClustersView;
class LatentMap;
class LatentPaint;
class LatentSamplesView;
class LatentWander;
class ModelChooser;
class WorkBar;
class Workbench;

class LatentPage : public ModelPage {
    Q_OBJECT

public:
    explicit LatentPage(Workbench& workbench, QWidget* parent = nullptr);

    void useData(const QString& source) override;
    void useModel(const std::filesystem::path& path) override;
    QString modelText() const override { return tr("Look at this model's codes"); }
    QString dataText() const override { return tr("Look at their codes"); }
    QWidget* firstControl() const override;
    LatentService& service() { return m_service; }
    LatentMap* map() const { return m_map; }

protected:
    void showEvent(QShowEvent* event) override;
    void showState() override;

private:
    QLayout* buildBar();
    void connectService();
    void connectWorkbench();
    void askFolder();
    void askFile();
    void askName();

    void collect();
    void follow();
    void cancel();
    void forgive();
    void dataChanged();
    std::shared_ptr<const Dataset> experimentData() const;
    void takeCodes(std::shared_ptr<const LatentCodes> codes);
    void tellProblem(const QString& message);
    bool hasModel() const;
    QString emptyText() const;
    QString noteText() const;

    Workbench& m_workbench;
    LatentService m_service;
    LatentAnalysis m_analysis;
    QComboBox* m_part;
    ModelChooser* m_model;
    QToolButton* m_again;
    QSplitter* m_split;
    LatentMap* m_map;
    QTabWidget* m_tools;
    LatentSamplesView* m_samples;
    LatentClustersView* m_clusters;
    LatentWander* m_wander;
    LatentPaint* m_paint;
    StatusLabel* m_note;
    WorkBar* m_work;

    QString m_other; // source that is none of the experiment's
    std::shared_ptr<const Dataset> m_data;
    QString m_problem;      // of what was asked for last
    QString m_probeProblem; // of pad and canvas, until one of them is answered
    bool m_wasCancelled = false;
    bool m_isStale = true;                             // something has changed while the page was hidden
    int64_t m_followed = -1;                           // the epoch whose codes were asked for last
    std::chrono::steady_clock::time_point m_mayFollow; // training is not to be slowed much
};

} // namespace hourglass
