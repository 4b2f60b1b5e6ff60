#include "ui/widgets/Callout.h"

#include <QPainter>
#include <QWidget>

#include "ui/widgets/Theme.h"

namespace hourglass {

void paintCallout(QPainter& painter, const QWidget& widget, const QRectF& plot, double x, const QString& text) {
    const QFontMetrics metrics = widget.fontMetrics();
    const QStringList lines = text.split(QLatin1Char('\n'));
    double width = 0;
    for (const QString& line : lines)
        width = std::max<double>(width, metrics.horizontalAdvance(line));
    QRectF box(0, 0, width + 14, static_cast<double>(lines.size()) * metrics.lineSpacing() + 8);
    box.moveTop(plot.top() + metrics.lineSpacing() + 4);
    box.moveLeft(x + 8 + box.width() < plot.right() ? x + 8 : std::max(plot.left(), x - 8 - box.width()));
    painter.setPen(theme::hairline(widget.palette()));
    painter.setBrush(widget.palette().color(QPalette::ToolTipBase));
    painter.drawRoundedRect(box, 4, 4);
    painter.setPen(widget.palette().color(QPalette::ToolTipText));
    painter.drawText(box.adjusted(7, 4, -7, -4), Qt::AlignLeft, text);
}

} // namespace hourglass
