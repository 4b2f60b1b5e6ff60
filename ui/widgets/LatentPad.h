#pragma once

// A square of code space to wander in: two axes from −3σ to 3σ, where the data lie faint behind, circles at 1, 2 and 3
// σ. Dragging moves the place, and so do the arrows (Shift: further); Home goes to the middle.

#include <QImage>
#include <QWidget>

#include <optional>
#include <vector>

namespace hourglass {

class LatentPad : public QWidget {
    Q_OBJECT

public:
    static constexpr double kReach = 3; // σ

    explicit LatentPad(QWidget* parent = nullptr);

    // Of the data, in σ from the mean of each axis; y grows upwards.
    void setPoints(std::vector<QPointF> points);
    void setAxisNames(const QString& x, const QString& y);
    // Where the place is; may be outside.
    void setPlace(QPointF place);
    QPointF place() const { return m_place; }
    // Two samples between which a line leads; nothing: none.
    void setEnds(std::optional<QPointF> a, std::optional<QPointF> b);
    QPointF toWidget(QPointF place) const;

    QSize sizeHint() const override { return {220, 220}; }
    QSize minimumSizeHint() const override { return {70, 70}; }

signals:
    void moved(QPointF place); // by the person

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRectF square() const;
    void go(QPointF place);
    void renderLayer();

    std::vector<QPointF> m_points;
    QPointF m_place;
    std::optional<QPointF> m_a, m_b;
    QString m_xName, m_yName;
    QImage m_layer; // what does not move; null: to be drawn anew
    bool m_isDragged = false;
};

} // namespace hourglass
