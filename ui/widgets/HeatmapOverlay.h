#pragma once

// A picture under the map of its errors: colours from dark to light as the error grows, as opaque as asked for, and the
// border of the pixels above a level drawn around them. The level is a quarter of the scale, so that a colour means the
// same for every picture, and more when the level falls.

#include "core/tensor/Tensor.h"
#include "ui/widgets/ImageView.h"

namespace hourglass {

// Dark blue through red to pale yellow, `share` from 0 to 1; lightness only rises.
QRgb heatColour(double share);

class HeatmapOverlay : public ImageView {
    Q_OBJECT

public:
    using ImageView::ImageView;

    // Picture [C, H, W] and its errors [H, W].
    void setPicture(const Tensor& picture, const Tensor& errors);
    void setOpacity(double opacity); // 0 to 1
    void setLevel(double level);
    void setMaskShown(bool isShown);
    int64_t pixelsAbove() const;

protected:
    void paintImage(QPainter& painter, const ViewMapping& mapping) override;

private:
    bool isAbove(int64_t x, int64_t y) const;
    void compose();

    QImage m_picture;
    Tensor m_errors;
    double m_opacity = 0.6, m_level = 0;
    bool m_isMaskShown = true;
};

} // namespace hourglass
