#include "ui/widgets/ImageLayer.h"

#include <QPainter>

#include <cmath>

#include "ui/widgets/ViewTransform.h"

namespace hourglass {

namespace {

constexpr int kSmallestLevel = 256; // below this, halving saves nothing worth the copy

bool canHalve(const QImage& image) {
    return std::max(image.width(), image.height()) > kSmallestLevel;
}

QImage halved(const QImage& image) {
    return image.scaled((image.size() + QSize(1, 1)) / 2, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
}

} // namespace

ImageLayer::ImageLayer(const QImage& image) {
    if (!image.isNull())
        m_levels.push_back(image);
}

void ImageLayer::prepare() {
    while (!isNull() && canHalve(m_levels.back()))
        m_levels.push_back(halved(m_levels.back()));
}

const QImage& ImageLayer::level(double zoom) const {
    size_t index = 0;
    for (double size = 2; zoom * size <= 1 && (index + 1 < m_levels.size() || canHalve(m_levels[index])); size *= 2)
        if (++index == m_levels.size())
            m_levels.push_back(halved(m_levels.back()));
    return m_levels[index];
}

void ImageLayer::paint(QPainter& painter, const ViewMapping& mapping) const {
    if (isNull())
        return;
    const QImage& drawn = level(mapping.zoom);
    // Whole pixels around the visible part only: at 6400 % the full target would exceed the rasteriser's range.
    const QRectF visible = mapping.visibleImage();
    const double sx = drawn.width() / mapping.image.width(), sy = drawn.height() / mapping.image.height();
    const QRect source = QRectF(visible.x() * sx, visible.y() * sy, visible.width() * sx, visible.height() * sy)
                             .toAlignedRect()
                             .intersected(drawn.rect());
    const QRectF place(mapping.toWidget({source.x() / sx, source.y() / sy}),
                       mapping.toWidget({(source.x() + source.width()) / sx, (source.y() + source.height()) / sy}));
    painter.save();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, mapping.zoom < 1);
    painter.drawImage(place, drawn, QRectF(source));
    painter.restore();
}

} // namespace hourglass
