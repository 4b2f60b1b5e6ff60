#include "ui/widgets/ViewTransform.h"

#include <algorithm>
#include <cmath>

namespace hourglass {

QPointF ViewMapping::toWidget(QPointF imagePoint) const {
    return imageRect().topLeft() + imagePoint * (zoom / ratio);
}

QPointF ViewMapping::toImage(QPointF widgetPoint) const {
    return (widgetPoint - imageRect().topLeft()) * (ratio / zoom);
}

QRectF ViewMapping::imageRect() const {
    const double scale = zoom / ratio;
    QPointF corner = viewport.center() - centre * scale;
    if (zoom >= 1)
        corner = QPointF(std::round(corner.x() * ratio) / ratio, std::round(corner.y() * ratio) / ratio);
    return {corner, image * scale};
}

QRectF ViewMapping::visibleImage() const {
    return QRectF(toImage(viewport.topLeft()), toImage(viewport.bottomRight())) & QRectF(QPointF(), image);
}

double ViewMapping::fitZoom(QSizeF viewport, QSizeF image, double ratio) {
    if (image.isEmpty() || viewport.isEmpty())
        return 1;
    const double zoom = std::min(viewport.width() / image.width(), viewport.height() / image.height()) * ratio;
    return std::clamp(zoom >= 3 ? std::floor(zoom) : zoom, ViewTransform::kSmallest, ViewTransform::kLargest);
}

ViewMapping ViewTransform::mapping(QRectF viewport, QSizeF image, double ratio) const {
    const double zoom = m_isFit ? ViewMapping::fitZoom(viewport.size(), image, ratio) : m_zoom;
    const QPointF centre = m_isFit ? QPointF(0.5, 0.5) : m_centre;
    return {viewport, image, ratio, zoom, {centre.x() * image.width(), centre.y() * image.height()}};
}

void ViewTransform::fit() {
    if (m_isFit)
        return;
    m_isFit = true;
    emit changed();
}

void ViewTransform::zoomTo(double zoom, const ViewMapping& from, QPointF widgetPoint) {
    zoom = std::clamp(zoom, kSmallest, kLargest);
    const QPointF kept = from.toImage(widgetPoint);
    const QPointF centre = kept - (widgetPoint - from.viewport.center()) * (from.ratio / zoom);
    set(zoom, {centre.x() / from.image.width(), centre.y() / from.image.height()});
}

void ViewTransform::zoomBy(double factor, const ViewMapping& from, QPointF widgetPoint) {
    double zoom = from.zoom * factor;
    // 100 % is where pixels are exact: never step over it.
    if ((from.zoom < 1 && zoom > 1) || (from.zoom > 1 && zoom < 1))
        zoom = 1;
    zoomTo(zoom, from, widgetPoint);
}

void ViewTransform::pan(QPointF distance, const ViewMapping& from) {
    const QPointF centre = from.centre - distance * (from.ratio / from.zoom);
    set(from.zoom, {centre.x() / from.image.width(), centre.y() / from.image.height()});
}

void ViewTransform::set(double zoom, QPointF centre) {
    centre = {std::clamp(centre.x(), 0.0, 1.0), std::clamp(centre.y(), 0.0, 1.0)};
    if (!m_isFit && zoom == m_zoom && centre == m_centre)
        return;
    m_isFit = false;
    m_zoom = zoom;
    m_centre = centre;
    emit changed();
}

} // namespace hourglass
