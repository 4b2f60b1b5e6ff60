#pragma once

// How unlike its training data a model finds samples: checks a folder or another source, and shows histogram, ROC
// curve, confusion counts, the samples by score and where each errs; one threshold, moved anywhere, moves all of it.

#include <QTimer>

#include <filesystem>
#include <memory>

#include "ui/bridge/AnomalyTriage.h"
#include "ui/panels/ModelPage.h"

class QComboBox;
class QDoubleSpinBox;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace hourglass {

class AnomalyCharts;
class AnomalyDataChooser;
class ModelChooser;
class SampleInspector;
class ScoreGallery;
class ScoreGalleryModel;
class WorkBar;
class Workbench;

class AnomaliesPage : public ModelPage {
    Q_OBJECT

public:
    explicit AnomaliesPage(Workbench& workbench, QWidget* parent = nullptr);

    void useData(const QString& source) override;
    void useModel(const std::filesystem::path& path) override;
    QString modelText() const override { return tr("Check with this model"); }
    QString dataText() const override { return tr("Check for anomalies"); }
    QWidget* firstControl() const override;

protected:
    void showState() override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    // AnomaliesPageBuild.cpp
    QLayout* buildBar();
    QLayout* buildThresholdRow();
    QWidget* buildEmptyState();
    QWidget* buildResults();
    QLayout* buildFoot();
    QToolButton* addButton(const QString& text, const QString& tip, const std::function<void()>& act);
    void connectService();

    void start();
    void startSoon();
    void cancel();
    void takeModel(const AnomalyCheck& check);
    void takeTriage(std::shared_ptr<AnomalyTriage> triage);
    void fillNormal();
    void takeNormal(int item);
    void showReason();
    void showThreshold(); // and all that follows from it
    void inspectCurrent();
    QString sampleText(int64_t row) const;
    void toggleQuickLook();
    // AnomaliesPageText.cpp
    void askSave(const QString& title, const QString& filter, const QString& name,
                 const std::function<void(const std::filesystem::path&)>& save);
    void askSaveScores();
    void askSavePicture(QWidget* widget, const QString& name);
    void showSkipped();
    QString noteText() const;
    QString emptyText() const;
    bool hasModel() const;

    Workbench& m_workbench;
    AnomalyService* m_service;
    AnomalyDataChooser* m_data;
    ModelChooser* m_model;
    QComboBox* m_score;
    QToolButton* m_again;
    QDoubleSpinBox* m_threshold;
    QDoubleSpinBox* m_quantile;
    QComboBox* m_normal;
    QComboBox* m_order;
    StatusLabel* m_reason; // why these classes are normal, and what is missing
    QStackedWidget* m_centre;
    StatusLabel* m_hint;
    QPushButton* m_checkFirst;
    QSplitter* m_results;
    QSplitter* m_samples;
    AnomalyCharts* m_charts;
    ScoreGallery* m_gallery;
    ScoreGalleryModel* m_samplesModel;
    SampleInspector* m_inspector;
    StatusLabel* m_note;
    WorkBar* m_work; // in its place while it works
    QToolButton* m_skipped;
    QToolButton* m_saveScores;
    QToolButton* m_savePictures;

    std::shared_ptr<AnomalyTriage> m_triage; // of the last check; null before
    std::vector<std::vector<int>> m_classes; // of the items of m_normal
    QTimer m_soon, m_reorder;                // after the last of several changes
    QString m_problem;
    bool m_wasCancelled = false, m_wasAsked = false;
    bool m_isOld = false; // the check is of another model than is chosen by now
};

} // namespace hourglass
