#pragma once

// The distribution of scores, the ROC curve and the confusion counts of one threshold, side by side. Histogram and
// curve move it.

#include <QWidget>

class QCheckBox;
class QLabel;

namespace hourglass {

class AnomalyTriage;
class RocCurve;
class ScoreHistogram;
class Workbench;

class AnomalyCharts : public QWidget {
    Q_OBJECT

public:
    explicit AnomalyCharts(Workbench& workbench, QWidget* parent = nullptr);

    // Other scores or normal classes; showThreshold() is to follow.
    void showScores(const AnomalyTriage& triage);
    void showThreshold(const AnomalyTriage& triage);
    QWidget* histogram() const;
    QWidget* roc() const;

signals:
    void thresholdMoved(double threshold); // by the person

private:
    void addToggle(QLayout* row, QCheckBox* box, const QString& name, const QString& key,
                   void (ScoreHistogram::*set)(bool));
    void showCounts(const AnomalyTriage& triage);

    Workbench& m_workbench;
    ScoreHistogram* m_histogram;
    QCheckBox* m_logCount;
    QCheckBox* m_logScore;
    RocCurve* m_roc;
    QLabel* m_counts;
};

} // namespace hourglass
