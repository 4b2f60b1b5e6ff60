#pragma once

// An image ready to be drawn at any zoom: exact pixels from 100 % on, smooth below. Below, it draws from the nearest
// of a chain of halved copies, so panning and zooming cost the same for any image size. The chain is made when first
// needed, or ahead by prepare(), which may run on any thread. Copies share everything.

#include <QImage>

#include <vector>

class QPainter;

namespace hourglass {

struct ViewMapping;

class ImageLayer {
public:
    ImageLayer() = default;
    explicit ImageLayer(const QImage& image);

    bool isNull() const { return m_levels.empty(); }
    QImage image() const { return isNull() ? QImage() : m_levels.front(); }
    QSize size() const { return image().size(); }

    void prepare();
    // Draws what of it is visible. The mapping's image size need not be this image's: it is stretched over the same
    // place.
    void paint(QPainter& painter, const ViewMapping& mapping) const;

private:
    const QImage& level(double zoom) const;

    mutable std::vector<QImage> m_levels; // 1, 1/2, 1/4, … of the size
};

} // namespace hourglass
