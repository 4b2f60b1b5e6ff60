// How a ScoreHistogram looks; what it does is in ScoreHistogram.cpp.

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

#include "ui/widgets/CurveMath.h"
#include "ui/widgets/ScoreHistogram.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

void ScoreHistogram::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF area = plot();
    painter.fillRect(area, palette().color(QPalette::Base));
    if (isEmpty()) {
        painter.setPen(theme::mutedText(palette()));
        painter.drawText(QRectF(rect()).adjusted(12, 4, -12, -4), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    paintAxes(painter, area);
    paintBars(painter, area);
    paintThreshold(painter, area);
    paintLegend(painter);
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(area);
    }
}

void ScoreHistogram::paintAxes(QPainter& painter, const QRectF& area) const {
    const QColor hairline = theme::hairline(palette()), text = theme::mutedText(palette());
    const bool isLog = m_isLogScore && canBeLogarithmic();
    const ValueRange range = isLog ? ValueRange{std::log10(m_low), std::log10(m_high)} : ValueRange{m_low, m_high};
    const double wide = fontMetrics().horizontalAdvance(QStringLiteral("0.00000"));
    double next = 0; // where the label before ends
    for (const AxisTick& tick : axisTicks(range, static_cast<int>(std::max(2.0, area.width() / (wide + 20))), isLog)) {
        const double x = xOf(isLog ? std::pow(10, tick.position) : tick.position);
        painter.setPen(hairline);
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        const double width = fontMetrics().horizontalAdvance(tick.label);
        const double left = std::clamp(x - width / 2, 0.0, this->width() - width);
        if (left < next)
            continue;
        next = left + width + 6;
        painter.setPen(text);
        painter.drawText(QPointF(left, area.bottom() + 2 + fontMetrics().ascent()), tick.label);
    }
    // Round counts: 1, 10, 100 … or equal steps.
    const double line = fontMetrics().height();
    double highest = area.bottom() + line;
    std::vector<double> counts{0};
    if (m_isLogCount)
        for (double count = 1; count <= m_highest; count *= 10)
            counts.push_back(count);
    else
        for (const AxisTick& tick :
             axisTicks({0, m_highest}, static_cast<int>(std::max(2.0, area.height() / 28)), false))
            counts.push_back(tick.position);
    for (const double count : counts) {
        const double y = area.bottom() - heightOf(count);
        painter.setPen(hairline);
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        if (count != std::floor(count) || highest - y < line)
            continue;
        highest = y;
        painter.setPen(text);
        painter.drawText(QRectF(0, y - line / 2, area.left() - 4, line), Qt::AlignRight | Qt::AlignVCenter,
                         QLocale().toString(static_cast<qlonglong>(count)));
    }
}

void ScoreHistogram::paintBars(QPainter& painter, const QRectF& area) const {
    const QColor normal = theme::trainCurve(palette()), odd = theme::validationCurve(palette());
    const double scale = static_cast<double>(m_normal.scores.size() + m_odd.scores.size()) /
                         static_cast<double>(std::max<size_t>(1, m_reference.scores.size()));
    QPolygonF outline{QPointF(area.left(), area.bottom())};
    painter.setPen(Qt::NoPen);
    const auto bins = static_cast<double>(m_normalBins.counts.size());
    for (size_t i = 0; i < m_normalBins.counts.size(); ++i) {
        const double left = area.left() + area.width() * static_cast<double>(i) / bins;
        const double right = area.left() + area.width() * static_cast<double>(i + 1) / bins;
        const auto of = static_cast<double>(m_normalBins.counts[i]);
        const double low = area.bottom() - heightOf(of);
        const double high = area.bottom() - heightOf(of + static_cast<double>(m_oddBins.counts[i]));
        const double inner = right - left > 3 ? right - 1 : right;
        painter.fillRect(QRectF(QPointF(left, low), QPointF(inner, area.bottom())),
                         theme::mix(normal, palette().color(QPalette::Base), 0.35));
        if (high < low) {
            const QRectF bar(QPointF(left, high), QPointF(inner, low));
            painter.fillRect(bar, theme::mix(odd, palette().color(QPalette::Base), 0.35));
            painter.fillRect(bar, QBrush(odd, Qt::BDiagPattern));
        }
        const double reference = area.bottom() - heightOf(scale * static_cast<double>(m_referenceBins.counts[i]));
        outline << QPointF(left, reference) << QPointF(right, reference);
    }
    if (m_reference.scores.empty())
        return;
    outline << QPointF(area.right(), area.bottom());
    painter.setPen(QPen(palette().color(QPalette::WindowText), 1.3));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(outline);
}

void ScoreHistogram::paintThreshold(QPainter& painter, const QRectF& area) const {
    const double x = xOf(m_threshold);
    const QColor colour = theme::errorText(palette());
    QColor beyond = colour;
    beyond.setAlphaF(0.08f);
    painter.fillRect(QRectF(QPointF(x, area.top()), area.bottomRight()), beyond);
    painter.setPen(QPen(colour, 2));
    painter.drawLine(QPointF(x, area.top() - 2), QPointF(x, area.bottom() + 2));
    painter.setBrush(colour);
    painter.drawPolygon(QPolygonF{{x - 5, area.top() - 6}, {x + 5, area.top() - 6}, {x, area.top() + 2}});
}

// Names with counts where there is room for all of them, else the names.
void ScoreHistogram::paintLegend(QPainter& painter) const {
    struct Entry {
        const Group& group;
        QColor colour;
        bool isFilled, isHatched;
    };
    const std::array entries{Entry{m_normal, theme::trainCurve(palette()), true, false},
                             Entry{m_odd, theme::validationCurve(palette()), true, true},
                             Entry{m_reference, palette().color(QPalette::WindowText), false, false}};
    const double line = fontMetrics().height(), mark = line * 0.6, gap = 10;
    const auto textOf = [](const Group& group, bool isLong) {
        const auto count = static_cast<qlonglong>(group.scores.size());
        return isLong ? tr("%1 (%2)").arg(group.name, QLocale().toString(count)) : group.name;
    };
    double needed = 0;
    for (const Entry& entry : entries)
        if (!entry.group.scores.empty())
            needed += mark + 4 + fontMetrics().horizontalAdvance(textOf(entry.group, true)) + gap;
    const bool isLong = needed - gap <= width();
    double x = isLong ? std::max(0.0, std::min(plot().left(), width() - needed + gap)) : 0;
    for (const Entry& entry : entries) {
        const double room = width() - x - mark - 4;
        if (entry.group.scores.empty() || room < 20)
            continue;
        const QRectF box(x + 1, (line - mark) / 2, mark, mark);
        painter.setPen(QPen(entry.colour, 1.3));
        painter.setBrush(entry.isFilled ? QBrush(theme::mix(entry.colour, palette().color(QPalette::Base), 0.35))
                                        : QBrush(Qt::NoBrush));
        painter.drawRect(box);
        if (entry.isHatched)
            painter.fillRect(box, QBrush(entry.colour, Qt::BDiagPattern));
        painter.setPen(palette().color(QPalette::WindowText));
        const QString shown =
            fontMetrics().elidedText(textOf(entry.group, isLong), Qt::ElideRight, static_cast<int>(room));
        painter.drawText(QPointF(x + mark + 4, fontMetrics().ascent()), shown);
        x += mark + 4 + fontMetrics().horizontalAdvance(shown) + gap;
    }
}

} // namespace hourglass
