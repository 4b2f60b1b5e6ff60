#include "ui/widgets/ImageLayer.h"

#include <QPainter>

#include <cmath>

#include "ui/widgets/ViewTransform.h"

namespace hourglass {

const QPixmap& ImageLayer::level(double zoom, int& divisor) const {
    if (m_levels.empty())
        m_levels.push_back(QPixmap::fromImage(m_image));
    divisor = 1;
    size_t index = 0;
    while (zoom * divisor * 2 <= 1 && m_levels[index].width() > 1 && m_levels[index].height() > 1) {
        if (++index == m_levels.size())
            m_levels.push_back(m_levels.back().scaled((m_levels.back().size() + QSize(1, 1)) / 2, Qt::IgnoreAspectRatio,
                                                      Qt::SmoothTransformation));
        divisor *= 2;
    }
    return m_levels[index];
}

void ImageLayer::paint(QPainter& painter, const ViewMapping& mapping) const {
    if (isNull())
        return;
    int divisor = 1;
    const QPixmap& pixmap = level(mapping.zoom, divisor);
    const QRectF target = mapping.imageRect();
    painter.save();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, mapping.zoom < 1);
    if (mapping.zoom < 1) {
        painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()));
    } else {
        // Whole pixels around the visible part only: at 6400 % the full target would exceed the rasteriser's range.
        const QRectF visible = mapping.visibleImage();
        const double sx = m_image.width() / mapping.image.width(), sy = m_image.height() / mapping.image.height();
        const QRect source = QRectF(visible.x() * sx, visible.y() * sy, visible.width() * sx, visible.height() * sy)
                                 .toAlignedRect()
                                 .intersected(m_image.rect());
        const QRectF place(mapping.toWidget({source.x() / sx, source.y() / sy}),
                           mapping.toWidget({(source.x() + source.width()) / sx, (source.y() + source.height()) / sy}));
        painter.drawPixmap(place, pixmap, QRectF(source));
    }
    painter.restore();
}

} // namespace hourglass
