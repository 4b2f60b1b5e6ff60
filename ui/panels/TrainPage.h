#pragma once

// The page to watch a run on: the network, what the run would cost, what the coach says, the curves and what else there
// is to watch, and a few validation samples as the network sees them now.

#include <QWidget>

#include "core/training/Preflight.h"
#include "core/training/Snapshot.h"

class QLabel;
class QSplitter;

namespace hourglass {

class ArchitectureStrip;
class CoachLine;
class ImageStrip;
class LossChart;
class WatchArea;
class Workbench;

class TrainPage : public QWidget {
    Q_OBJECT

public:
    explicit TrainPage(Workbench& workbench, QWidget* parent = nullptr);

    // The learning rate among what can be watched.
    bool isRateShown() const;
    void setRateShown(bool isShown);
    LossChart* lossChart() const { return m_loss; }

signals:
    void sampleActivated(int column);      // of the strip
    void optionWanted(const QString& key); // a block of the network was chosen
    void failed(const QString& message);
    void exported(const QString& path);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void buildCharts();
    void placeCharts();
    void showModel();
    void showEstimate(const Preflight& estimate);
    void showRun();
    void showRows(const std::vector<HistoryRow>& rows);
    void showProgress(const Snapshot& snapshot);
    void setStepsPerEpoch(double steps);
    void setBest(double step);
    void showPreview(std::shared_ptr<const Preview> preview);
    void describeLoss();

    Workbench& m_workbench;
    ArchitectureStrip* m_architecture;
    QLabel* m_preflight;
    LossChart* m_loss;
    WatchArea* m_watch;
    CoachLine* m_coach;
    QSplitter* m_charts;
    ImageStrip* m_strip;
    std::filesystem::path m_shownRun;
    std::vector<std::string> m_columns;
    std::shared_ptr<const Preview> m_preview;
};

} // namespace hourglass
