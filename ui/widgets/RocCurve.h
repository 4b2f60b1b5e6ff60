#pragma once

// The ROC curve of scores, with the point that the threshold makes of it and the area under it. Clicking or dragging
// along the curve chooses the threshold of the nearest point; so do the arrow keys, point by point.

#include <QWidget>

#include <optional>

#include "core/analysis/Roc.h"

namespace hourglass {

class RocCurve : public QWidget {
    Q_OBJECT

public:
    explicit RocCurve(QWidget* parent = nullptr);

    void setRoc(std::optional<Roc> roc);
    void setThreshold(double threshold);
    // Why there is none.
    void setEmptyText(const QString& text);
    std::optional<RocPoint> current() const; // at the threshold
    QRectF plot() const;                     // square
    QPointF place(const RocPoint& point) const { return placeIn(plot(), point); }

    QSize sizeHint() const override { return {150, 150}; }
    QSize minimumSizeHint() const override { return {96, 84}; }

signals:
    void thresholdMoved(double threshold);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    static QPointF placeIn(const QRectF& plot, const RocPoint& point);
    void trace(const QRectF& area);
    size_t index() const; // of current()
    void choose(size_t point);
    void chooseNearest(QPointF place);

    std::optional<Roc> m_roc;
    QPolygonF m_line; // as it is painted, in m_traced; of tens of thousands of points, those that can be told apart
    QRectF m_traced;
    double m_threshold = 0;
    QString m_emptyText;
};

} // namespace hourglass
