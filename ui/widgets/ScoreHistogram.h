#pragma once

// How scores are distributed, with a threshold that can be dragged: bars of the normal and, hatched above them, the odd
// samples that are checked, and the outline of the scores that "normal" means, scaled to as many. Dragging or clicking
// moves the threshold. Keys: ←/→ one step (Shift: ten), Home and End to the ends.

#include <QWidget>

#include <span>
#include <vector>

#include "core/analysis/Histogram.h"

namespace hourglass {

class ScoreHistogram : public QWidget {
    Q_OBJECT

public:
    explicit ScoreHistogram(QWidget* parent = nullptr);

    struct Group {
        QString name; // for the legend
        std::vector<float> scores;
    };
    // Groups without scores are left out. All scores are finite.
    void setScores(Group reference, Group normal, Group odd);
    void clear() { setScores({}, {}, {}); }
    void setThreshold(double threshold);
    double threshold() const { return m_threshold; }
    void setLogarithmicCount(bool isLog);
    void setLogarithmicScore(bool isLog); // not where scores of 0 and below are
    bool canBeLogarithmic() const { return m_low > 0; }
    void setEmptyText(const QString& text);

    bool isEmpty() const { return m_normal.scores.empty() && m_odd.scores.empty(); }
    QRectF plot() const; // where the bars are
    double xOf(double score) const;
    double scoreAt(double x) const;
    // Of the bin that a place of the widget is in, for the tooltip: "0.012 – 0.013: 41 normal, 2 anomalies".
    QString textAt(double x) const;

    QSize sizeHint() const override { return {320, 150}; }
    QSize minimumSizeHint() const override { return {150, 84}; }

signals:
    void thresholdMoved(double threshold); // by the person

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void count();
    void move(double threshold);
    double share(double score) const; // of the way from low to high, in the axis' coordinate
    double heightOf(double count) const;
    void paintAxes(QPainter& painter, const QRectF& area) const;
    void paintBars(QPainter& painter, const QRectF& area) const;
    void paintThreshold(QPainter& painter, const QRectF& area) const;
    void paintLegend(QPainter& painter) const;

    Group m_reference, m_normal, m_odd;
    Histogram m_referenceBins, m_normalBins, m_oddBins;
    double m_low = 0, m_high = 1, m_highest = 1; // of scores; of a bin's count
    double m_threshold = 0;
    bool m_isLogCount = false, m_isLogScore = false, m_isDragging = false;
    QString m_emptyText;
};

} // namespace hourglass
