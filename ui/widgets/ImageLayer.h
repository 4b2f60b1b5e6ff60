#pragma once

// An image ready to be drawn at any zoom: exact pixels from 100 % on, smooth below. Below, it draws from the nearest
// of a chain of halved copies, made once when first needed, so panning and zooming cost the same for any image size.

#include <QImage>
#include <QPixmap>

#include <vector>

class QPainter;

namespace hourglass {

struct ViewMapping;

class ImageLayer {
public:
    ImageLayer() = default;
    explicit ImageLayer(QImage image) : m_image(std::move(image)) {}

    bool isNull() const { return m_image.isNull(); }
    const QImage& image() const { return m_image; }
    QSize size() const { return m_image.size(); }

    // Draws what of it is visible. The mapping's image size need not be this image's: it is stretched over the same
    // place.
    void paint(QPainter& painter, const ViewMapping& mapping) const;

private:
    const QPixmap& level(double zoom, int& divisor) const;

    QImage m_image;
    mutable std::vector<QPixmap> m_levels; // 1, 1/2, 1/4, …
};

} // namespace hourglass
