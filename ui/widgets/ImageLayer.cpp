#include "ui/widgets/ImageLayer.h"

#include <QPainter>

#include <cmath>

#include "core/base/Contract.h"
#include "ui/widgets/ViewTransform.h"

namespace hourglass {

namespace {

constexpr int kSmallestLevel = 256; // below this, halving saves nothing worth the copy

bool canHalve(const QImage& image) {
    return std::max(image.width(), image.height()) > kSmallestLevel;
}

// Each pixel the mean of four; an odd last row or column counts twice. Not QImage::scaled(), which hands the rows to
// the pool that paints, too.
QImage halved(const QImage& image) {
    const int channels = image.depth() / 8;
    QImage half((image.width() + 1) / 2, (image.height() + 1) / 2, image.format());
    for (int y = 0; y < half.height(); ++y) {
        const uchar* upper = image.constScanLine(2 * y);
        const uchar* lower = image.constScanLine(std::min(2 * y + 1, image.height() - 1));
        uchar* to = half.scanLine(y);
        for (int x = 0; x < half.width(); ++x) {
            const int left = 2 * x * channels, right = std::min(2 * x + 1, image.width() - 1) * channels;
            for (int c = 0; c < channels; ++c)
                *to++ = static_cast<uchar>(
                    (upper[left + c] + upper[right + c] + lower[left + c] + lower[right + c] + 2) / 4);
        }
    }
    return half;
}

} // namespace

ImageLayer::ImageLayer(const QImage& image) {
    expects(image.isNull() || (image.depth() % 8 == 0 && image.depth() <= 32 && image.colorCount() == 0),
            "a layer of format {}, whose bytes are no channels", static_cast<int>(image.format()));
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
