#include "ui/widgets/ScatterLegend.h"

#include <QLocale>
#include <QPainter>

#include "ui/widgets/ScatterColours.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr int kMostRows = 3;
constexpr int kSwatch = 18, kEntryGap = 12, kLegendMargin = 4; // pixels

} // namespace

void ScatterLegend::setCategories(const QStringList& names) {
    clear();
    m_names = names;
}

void ScatterLegend::setRange(const QString& name, float lowest, float highest) {
    clear();
    m_valueName = name;
    m_lowest = lowest;
    m_highest = highest;
}

int ScatterLegend::arrange(int width, const QFontMetrics& metrics) {
    m_width = width;
    m_items.clear();
    if (!m_valueName.isEmpty())
        return metrics.height() + 8;
    const int line = metrics.height() + 4;
    int x = kLegendMargin, y = 0;
    for (int category = 0; category < m_names.size(); ++category) {
        const QString text = metrics.elidedText(m_names[category], Qt::ElideRight, std::max(60, width / 2));
        const int needed = kSwatch + metrics.horizontalAdvance(text);
        if (x > kLegendMargin && x + needed > width - kLegendMargin) {
            x = kLegendMargin;
            y += line;
        }
        if (y / line >= kMostRows)
            break;
        m_items.push_back({QRect(x, y, needed, line), category, text});
        x += needed + kEntryGap;
    }
    return m_items.empty() ? 0 : m_items.back().place.bottom() + 5;
}

void ScatterLegend::paint(QPainter& painter, const QPalette& palette, int top) const {
    painter.setPen(theme::mutedText(palette));
    if (!m_valueName.isEmpty())
        return paintRange(painter, palette, top);
    const double ratio = painter.device()->devicePixelRatioF();
    for (const Item& item : m_items) {
        const QRect place = item.place.translated(0, top);
        const QImage mark =
            scatter::stamp(scatter::markerOf(item.category), scatter::categoryColour(palette, item.category),
                           palette.color(QPalette::Window), 4.5 * ratio);
        const double side = mark.width() / ratio;
        painter.drawImage(QRectF(place.left() + 8 - side / 2, place.center().y() + 0.5 - side / 2, side, side), mark);
        painter.drawText(place.adjusted(kSwatch, 0, 4, 0), Qt::AlignLeft | Qt::AlignVCenter, item.text);
    }
}

void ScatterLegend::paintRange(QPainter& painter, const QPalette& palette, int top) const {
    const QFontMetrics metrics = painter.fontMetrics();
    const QString low = m_valueName + QStringLiteral("  ") + QLocale().toString(m_lowest, 'g', 2);
    const QRect line(kLegendMargin, top, m_width - 2 * kLegendMargin, metrics.height() + 4);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, low);
    const int from = 12 + metrics.horizontalAdvance(low);
    const QRectF bar(from, top + 4, 120, metrics.height() - 4);
    for (int i = 0; i < 24; ++i)
        painter.fillRect(QRectF(bar.left() + i * 5, bar.top(), 5, bar.height()),
                         scatter::valueColour(palette, i / 23.0));
    painter.drawText(line.adjusted(from + 126, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     QLocale().toString(m_highest, 'g', 2));
}

} // namespace hourglass
