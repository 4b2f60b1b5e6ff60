#pragma once

// An ImageView that lays a second image over its own: right of a divider that can be dragged, or in a lens about the
// cursor. The divider also moves with Alt+←/→ (the arrows alone pan).
// Ctrl+1 is 100 %: the digits alone are left to the owner.

#include "ui/widgets/ImageView.h"

namespace hourglass {

class CompareImageView : public ImageView {
    Q_OBJECT

public:
    using ImageView::ImageView;

    void setOverlay(const ImageLayer& layer, const QString& title);
    // Where the divider stands, as a fraction of the viewport's width; none takes it away.
    void setDivider(std::optional<double> fraction);
    std::optional<double> divider() const { return m_divider; }
    void setLens(bool isOn);
    bool hasLens() const { return m_hasLens; }

signals:
    void dividerMoved(double fraction);

protected:
    void paintImage(QPainter& painter, const ViewMapping& mapping) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    bool isOnDivider(QPointF place) const;
    void moveDivider(double fraction);
    double dividerX() const;
    void paintDivider(QPainter& painter);
    void paintLens(QPainter& painter, const ViewMapping& mapping);
    void paintTag(QPainter& painter, QPointF corner, Qt::Alignment side, const QString& text);

    ImageLayer m_overlay;
    QString m_overlayTitle;
    std::optional<double> m_divider;
    bool m_hasLens = false;
    bool m_isDraggingDivider = false;
};

} // namespace hourglass
