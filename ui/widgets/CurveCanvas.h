#pragma once

// The drawing surface of a LossChart and the only file that knows Qt Charts (deprecated upstream since 6.10).
// It thins the curves to its width in pixels and hands them over with replace(), so its cost does not grow with the
// length of a run. Wheel zooms the steps about the cursor, dragging pans, a double click shows everything; the values
// always fit what is in view. Keys: ←/→ walk the points, Enter picks, +/− zoom, 0 shows everything, Esc leaves.

#include <QtCharts/QChartView>

#include <array>
#include <optional>

#include "ui/widgets/CurveData.h"

class QCategoryAxis;
class QLineSeries;

namespace hourglass {

class CurveCanvas : public QChartView {
    Q_OBJECT

public:
    // `curves` must outlive the canvas. Call refresh() after changing it.
    CurveCanvas(const CurveData& curves, QWidget* parent);

    void refresh();
    void setLogarithmic(bool isLog);
    // Steps per unit of the axis: 1 for steps.
    void setXUnit(double stepsPerUnit, const QString& title);
    void setYTitle(const QString& title);
    void setBest(std::optional<double> step);
    void setEmptyText(const QString& text);
    void showEverything();
    // The steps in view.
    ValueRange viewRange() const;
    bool isZoomed() const { return m_view.has_value(); }
    // What hovering shows at the moment; empty when nothing is pointed at.
    QStringList hoverLines() const;
    // Points handed to Qt Charts for one curve; tests and benchmarks look at it.
    int drawnPoints() const;

signals:
    void picked(double step); // a click, or Enter on the walked-to point

protected:
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Lines {
        QLineSeries* raw;
        QLineSeries* smooth;
    };
    void applyPalette();
    ValueRange fillSeries();
    void setTicks(QCategoryAxis* axis, ValueRange range, int count, bool isLog);
    void zoom(double factor, double aroundStep);
    void setView(double low, double high);
    void hoverAt(std::optional<double> step);
    double stepAt(double widgetX) const;
    double xOfStep(double step) const;
    void drawMark(QPainter* painter, double step, const QColor& colour, Qt::PenStyle style, const QString& text);
    void drawHover(QPainter* painter);

    const CurveData& m_data;
    std::array<Lines, 2> m_lines{};
    QCategoryAxis* m_xAxis;
    QCategoryAxis* m_yAxis;
    std::optional<ValueRange> m_view;
    std::optional<double> m_best;
    std::optional<double> m_hover;
    double m_stepsPerUnit = 1;
    bool m_isLog = false;
    QString m_emptyText;
    std::optional<QPointF> m_pressed;
    ValueRange m_pressedView;
    bool m_isDragging = false;
};

} // namespace hourglass
