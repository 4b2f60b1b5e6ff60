#include "ui/widgets/CompareImageView.h"

#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>

#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr double kDividerReach = 7; // how near the cursor must be to take hold of the divider
constexpr double kLensRadius = 70;

} // namespace

void CompareImageView::setOverlay(const ImageLayer& layer, const QString& title) {
    m_overlay = layer;
    m_overlayTitle = title;
    update();
}

void CompareImageView::setDivider(std::optional<double> fraction) {
    m_divider = fraction;
    if (!fraction)
        unsetCursor();
    update();
}

void CompareImageView::setLens(bool isOn) {
    m_hasLens = isOn;
    update();
}

double CompareImageView::dividerX() const {
    return viewport().left() + viewport().width() * m_divider.value_or(0);
}

bool CompareImageView::isOnDivider(QPointF place) const {
    return m_divider && viewport().contains(place) && std::abs(place.x() - dividerX()) <= kDividerReach;
}

void CompareImageView::moveDivider(double fraction) {
    m_divider = std::clamp(fraction, 0.0, 1.0);
    update();
    emit dividerMoved(*m_divider);
}

void CompareImageView::paintImage(QPainter& painter, const ViewMapping& mapping) {
    ImageView::paintImage(painter, mapping);
    if (m_overlay.isNull())
        return;
    if (m_divider) {
        painter.save();
        QRectF right = viewport();
        right.setLeft(dividerX());
        painter.setClipRect(right);
        m_overlay.paint(painter, mapping);
        painter.restore();
        paintDivider(painter);
    }
    if (m_hasLens)
        paintLens(painter, mapping);
}

void CompareImageView::paintDivider(QPainter& painter) {
    const QRectF area = viewport();
    const double x = std::round(dividerX());
    const QColor light(255, 255, 255), dark(0, 0, 0, 150); // over any image, so both
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(dark, 3));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    painter.setPen(QPen(light, 1));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    const QPointF middle(x, area.center().y());
    painter.setPen(QPen(light, 1.5));
    painter.setBrush(QColor(0, 0, 0, 170));
    painter.drawEllipse(middle, 12, 12);
    painter.setPen(QPen(light, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    for (int side : {-1, 1})
        painter.drawPolyline(
            QPolygonF({middle + QPointF(side * 3, -4), middle + QPointF(side * 7, 0), middle + QPointF(side * 3, 4)}));
    paintTag(painter, {x - 18, area.bottom() - 8}, Qt::AlignRight, title());
    paintTag(painter, {x + 18, area.bottom() - 8}, Qt::AlignLeft, m_overlayTitle);
}

void CompareImageView::paintLens(QPainter& painter, const ViewMapping& mapping) {
    const QPointF centre = cursor().value_or(viewport().center());
    QPainterPath circle;
    circle.addEllipse(centre, kLensRadius, kLensRadius);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setClipPath(circle, Qt::IntersectClip);
    painter.fillRect(viewport(), theme::canvas(palette()));
    m_overlay.paint(painter, mapping);
    painter.restore();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(QColor(0, 0, 0, 150), 4));
    painter.drawPath(circle);
    painter.setPen(QPen(QColor(255, 255, 255), 2));
    painter.drawPath(circle);
    paintTag(painter, centre + QPointF(0, kLensRadius + fontMetrics().height() + 10), Qt::AlignHCenter, m_overlayTitle);
    painter.restore();
}

void CompareImageView::paintTag(QPainter& painter, QPointF corner, Qt::Alignment side, const QString& text) {
    const double width = fontMetrics().horizontalAdvance(text) + 12, height = fontMetrics().height() + 4;
    const double left = side == Qt::AlignRight  ? corner.x() - width
                        : side == Qt::AlignLeft ? corner.x()
                                                : corner.x() - width / 2;
    const QRectF box(left, corner.y() - height, width, height);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QColor(0, 0, 0, 170));
    painter.drawRoundedRect(box, 4, 4);
    painter.setPen(Qt::white);
    painter.drawText(box, Qt::AlignCenter, text);
}

void CompareImageView::mousePressEvent(QMouseEvent* event) {
    m_isDraggingDivider = event->button() == Qt::LeftButton && isOnDivider(event->position());
    if (!m_isDraggingDivider)
        ImageView::mousePressEvent(event);
}

void CompareImageView::mouseMoveEvent(QMouseEvent* event) {
    ImageView::mouseMoveEvent(event);
    if (m_isDraggingDivider)
        moveDivider((event->position().x() - viewport().left()) / std::max(1.0, viewport().width()));
    else if (event->buttons() == Qt::NoButton && m_divider)
        setCursor(isOnDivider(event->position()) ? Qt::SplitHCursor : Qt::ArrowCursor);
    if (m_hasLens)
        update();
}

void CompareImageView::mouseReleaseEvent(QMouseEvent* event) {
    m_isDraggingDivider = false;
    ImageView::mouseReleaseEvent(event);
}

void CompareImageView::keyPressEvent(QKeyEvent* event) {
    const bool isArrow = event->key() == Qt::Key_Left || event->key() == Qt::Key_Right;
    if (m_divider && isArrow && event->modifiers().testFlag(Qt::AltModifier))
        return moveDivider(*m_divider + (event->key() == Qt::Key_Left ? -0.02 : 0.02));
    if (event->key() == Qt::Key_1 && !event->modifiers().testFlag(Qt::ControlModifier))
        return event->ignore(); // the owner flips images with the digits
    ImageView::keyPressEvent(event);
}

} // namespace hourglass
