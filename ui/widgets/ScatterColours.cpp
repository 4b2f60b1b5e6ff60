#include "ui/widgets/ScatterColours.h"

#include <QPainter>
#include <QPalette>
#include <QPolygonF>

#include <array>
#include <cmath>

#include "ui/widgets/Theme.h"

namespace hourglass::scatter {

namespace {

// After Okabe and Ito (2008), each a little darker or lighter where the ground asks for it.
constexpr std::array<QRgb, 7> kOnLight{0xff0072b2, 0xffd55e00, 0xff009e73, 0xffb8609a,
                                       0xffc98a00, 0xff3aa0dc, 0xff6b6b2a};
constexpr std::array<QRgb, 7> kOnDark{0xff4aa3e8, 0xffff8a3c, 0xff2fc79a, 0xffe39cc6,
                                      0xfff0b93a, 0xff9ad8ff, 0xffcfcf7a};
constexpr std::array<QRgb, 3> kValuesOnLight{0xffd8cfa4, 0xffcf7433, 0xff54185f};
constexpr std::array<QRgb, 3> kValuesOnDark{0xff4c4c74, 0xffc8685c, 0xfffff0a8};

// Transparent, with room for what has a radius about its middle.
QImage canvasFor(double radius) {
    const int side = 2 * static_cast<int>(std::ceil(radius + 1)) + 1;
    QImage image(side, side, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    return image;
}

} // namespace

QColor categoryColour(const QPalette& palette, int category) {
    if (category < 0)
        return theme::mutedText(palette);
    const auto& colours = theme::isDark(palette) ? kOnDark : kOnLight;
    return QColor::fromRgb(colours[static_cast<size_t>(category) % colours.size()]);
}

QColor valueColour(const QPalette& palette, double part) {
    const auto& colours = theme::isDark(palette) ? kValuesOnDark : kValuesOnLight;
    const double place = std::clamp(part, 0.0, 1.0) * 2;
    const size_t from = place < 1 ? 0 : 1;
    return theme::mix(QColor::fromRgb(colours[from]), QColor::fromRgb(colours[from + 1]),
                      place - static_cast<double>(from));
}

Marker markerOf(int category) {
    return static_cast<Marker>(category < 0 ? 0 : category / static_cast<int>(kOnLight.size()) % 4);
}

QImage stamp(Marker marker, const QColor& fill, const QColor& rim, double radius) {
    QImage image = canvasFor(radius);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(image.width() / 2.0, image.height() / 2.0);
    painter.setPen(QPen(rim, std::max(0.6, radius / 5)));
    painter.setBrush(fill);
    switch (marker) {
    case Marker::Circle:
        painter.drawEllipse(QPointF(0, 0), radius, radius);
        break;
    case Marker::Square:
        painter.drawRect(QRectF(-radius * 0.86, -radius * 0.86, radius * 1.72, radius * 1.72));
        break;
    case Marker::Triangle:
        painter.drawPolygon(QPolygonF({{0, -radius * 1.1}, {radius, radius * 0.75}, {-radius, radius * 0.75}}));
        break;
    case Marker::Diamond:
        painter.drawPolygon(QPolygonF({{0, -radius * 1.2}, {radius, 0}, {0, radius * 1.2}, {-radius, 0}}));
        break;
    }
    return image;
}

QImage ring(const QColor& colour, double radius, double width) {
    QImage image = canvasFor(radius + width);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, width));
    painter.drawEllipse(QRectF(image.rect()).center(), radius, radius);
    return image;
}

} // namespace hourglass::scatter
