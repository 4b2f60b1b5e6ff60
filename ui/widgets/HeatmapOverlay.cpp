#include "ui/widgets/HeatmapOverlay.h"

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

#include "ui/widgets/ImageConvert.h"

namespace hourglass {

namespace {

constexpr double kScale = 4; // levels to the lightest colour
constexpr std::array<std::array<double, 3>, 5> kColours{
    {{14, 10, 66}, {112, 20, 122}, {208, 58, 78}, {248, 150, 42}, {255, 243, 160}}};

} // namespace

QRgb heatColour(double share) {
    const double place = std::clamp(share, 0.0, 1.0) * (kColours.size() - 1);
    const auto below = std::min(static_cast<size_t>(place), kColours.size() - 2);
    const double part = place - static_cast<double>(below);
    const auto channel = [&](size_t c) {
        return static_cast<int>(std::lround(kColours[below][c] * (1 - part) + kColours[below + 1][c] * part));
    };
    return qRgb(channel(0), channel(1), channel(2));
}

void HeatmapOverlay::setPicture(const Tensor& picture, const Tensor& errors) {
    m_picture = hourglass::toImage(picture);
    m_errors = errors;
    compose();
}

void HeatmapOverlay::setOpacity(double opacity) {
    m_opacity = opacity;
    compose();
}

void HeatmapOverlay::setLevel(double level) {
    if (level == m_level)
        return;
    m_level = level;
    compose();
}

void HeatmapOverlay::setMaskShown(bool isShown) {
    m_isMaskShown = isShown;
    update();
}

int64_t HeatmapOverlay::pixelsAbove() const {
    return std::ranges::count_if(m_errors.values(),
                                 [this](float error) { return static_cast<double>(error) > m_level; });
}

bool HeatmapOverlay::isAbove(int64_t x, int64_t y) const {
    const Shape& shape = m_errors.shape();
    return x >= 0 && y >= 0 && x < shape[1] && y < shape[0] &&
           static_cast<double>(m_errors.data()[y * shape[1] + x]) > m_level;
}

void HeatmapOverlay::compose() {
    if (m_picture.isNull())
        return setImage(QImage());
    QImage image(m_picture.size(), QImage::Format_RGB888);
    const bool isGray = m_picture.format() == QImage::Format_Grayscale8;
    const double full = std::max(kScale * m_level, 1e-12);
    const float* errors = m_errors.data();
    for (int y = 0; y < image.height(); ++y) {
        const uchar* from = m_picture.constScanLine(y);
        uchar* to = image.scanLine(y);
        for (int x = 0; x < image.width(); ++x) {
            const QRgb heat = heatColour(static_cast<double>(*errors++) / full);
            const int heats[] = {qRed(heat), qGreen(heat), qBlue(heat)};
            for (int c = 0; c < 3; ++c)
                to[3 * x + c] = static_cast<uchar>(
                    std::lround((1 - m_opacity) * from[isGray ? x : 3 * x + c] + m_opacity * heats[c]));
        }
    }
    setImage(image);
}

// The border of the mask in two lines, so that it is seen on light and on dark.
void HeatmapOverlay::paintImage(QPainter& painter, const ViewMapping& mapping) {
    ImageView::paintImage(painter, mapping);
    if (!m_isMaskShown || m_picture.isNull())
        return;
    std::vector<QLineF> lines;
    const Shape& shape = m_errors.shape();
    for (int64_t y = 0; y <= shape[0]; ++y)
        for (int64_t x = 0; x <= shape[1]; ++x) {
            const auto corner = QPointF(static_cast<double>(x), static_cast<double>(y));
            if (isAbove(x, y) != isAbove(x - 1, y))
                lines.emplace_back(mapping.toWidget(corner), mapping.toWidget(corner + QPointF(0, 1)));
            if (isAbove(x, y) != isAbove(x, y - 1))
                lines.emplace_back(mapping.toWidget(corner), mapping.toWidget(corner + QPointF(1, 0)));
        }
    for (const auto& [colour, width] : {std::pair(Qt::black, 3.0), {Qt::white, 1.2}}) {
        painter.setPen(QPen(colour, width, Qt::SolidLine, Qt::SquareCap));
        painter.drawLines(lines.data(), static_cast<int>(lines.size()));
    }
}

} // namespace hourglass
