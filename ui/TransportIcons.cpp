#include "ui/TransportIcons.h"

#include <QPainter>
#include <QPainterPath>
#include <QPalette>

namespace hourglass {

namespace {

constexpr int kSize = 24; // and twice that, for dense screens

void triangle(QPainter& painter, double left, double right) {
    QPainterPath path({left, 5});
    path.lineTo(right, 12);
    path.lineTo(left, 19);
    path.closeSubpath();
    painter.drawPath(path);
}

// In a square of 24.
void paint(QPainter& painter, TransportSign sign, const QColor& colour) {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    switch (sign) {
    case TransportSign::Run:
        return triangle(painter, 7, 19);
    case TransportSign::Pause:
        painter.drawRect(QRectF(6, 5, 4, 14));
        painter.drawRect(QRectF(14, 5, 4, 14));
        return;
    case TransportSign::Step:
        triangle(painter, 5, 16);
        painter.drawRect(QRectF(16, 5, 3, 14));
        return;
    case TransportSign::Stop:
        painter.drawRect(QRectF(6, 6, 12, 12));
        return;
    case TransportSign::Reset:
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colour, 2.2, Qt::SolidLine, Qt::FlatCap));
        painter.drawArc(QRectF(5, 5, 14, 14), 60 * 16, 290 * 16);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        painter.drawPolygon(QPolygonF({{12.5, 1}, {18.5, 5.5}, {12.5, 10}}));
        return;
    }
}

} // namespace

QIcon transportIcon(TransportSign sign, const QPalette& palette) {
    QIcon icon;
    for (const auto& [mode, group] :
         {std::pair(QIcon::Normal, QPalette::Active), std::pair(QIcon::Disabled, QPalette::Disabled)})
        for (const int scale : {1, 2}) {
            QPixmap pixmap(kSize * scale, kSize * scale);
            pixmap.setDevicePixelRatio(scale);
            pixmap.fill(Qt::transparent);
            QPainter painter(&pixmap);
            paint(painter, sign, palette.color(group, QPalette::ButtonText));
            icon.addPixmap(pixmap, mode);
        }
    return icon;
}

} // namespace hourglass
