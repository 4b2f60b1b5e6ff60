#pragma once

// A row of bars: a number for each unit of a code, or a histogram. Bars can be marked (collapsed, silent), in another
// colour and hatched over the whole height, since such bars are often too low to be seen; the value under the mouse is
// shown, ←/→, Home and End walk the bars, Esc leaves. More bars than pixels are drawn by the largest of each column.

#include <QWidget>

#include <functional>
#include <optional>
#include <vector>

#include "ui/widgets/CurveMath.h"

namespace hourglass {

struct Bars {
    std::vector<double> values = {};
    std::vector<bool> marked = {};                   // as many, or none
    std::vector<double> edges = {};                  // of a histogram: one more than values; else bars count from 1
    std::function<QString(int index)> describe = {}; // what is shown of the bar under the mouse
    std::optional<double> level = std::nullopt;      // a dashed line across
    QString levelText = {};
};

class BarChart : public QWidget {
    Q_OBJECT

public:
    explicit BarChart(QWidget* parent = nullptr);

    void setBars(Bars bars);
    const Bars& bars() const { return m_bars; }
    // Shown instead of bars when there are none.
    void setEmptyText(const QString& text);

    int current() const { return m_current; } // pointed or walked to; -1: none
    void leave() { setCurrent(-1); }
    QRectF plotRect() const;
    QRectF barRect(int index) const;

    QSize sizeHint() const override { return {320, 180}; }
    QSize minimumSizeHint() const override { return {160, 90}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    int count() const { return static_cast<int>(m_bars.values.size()); }
    bool isMarked(int index) const { return !m_bars.marked.empty() && m_bars.marked[static_cast<size_t>(index)]; }
    int barAt(double x) const;
    double xOf(double place) const; // of an edge between bars, 0 to count()
    double yOf(double value) const;
    double bottomMargin() const;
    std::vector<AxisTick> valueTicks() const;
    void setCurrent(int index);
    void paintAxes(QPainter& painter) const;
    void paintBars(QPainter& painter) const;
    void paintLevel(QPainter& painter, const QRectF& plot) const;
    void paintColumn(QPainter& painter, const QRectF& bar, bool isMarked) const;

    Bars m_bars;
    double m_low = 0, m_high = 1; // of the value axis
    QString m_emptyText;
    int m_current = -1;
};

} // namespace hourglass
