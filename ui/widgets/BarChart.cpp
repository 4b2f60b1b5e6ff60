#include "ui/widgets/BarChart.h"

#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/widgets/Callout.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr double kLeastShown = 2; // pixels of a bar that is not 0
constexpr double kTop = 6;

} // namespace

BarChart::BarChart(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Bars"));
}

void BarChart::setBars(Bars bars) {
    m_bars = std::move(bars);
    const auto [low, high] = std::ranges::minmax_element(m_bars.values);
    m_low = m_bars.values.empty() ? 0 : std::min(0.0, *low);
    m_high = m_bars.values.empty() ? 1 : std::max(0.0, *high);
    if (m_bars.level)
        m_high = std::max(m_high, *m_bars.level);
    const double margin = m_high > m_low ? 0.06 * (m_high - m_low) : 1;
    m_high += m_high > 0 || m_low == 0 ? margin : 0;
    m_low -= m_low < 0 ? margin : 0;
    m_current = std::min(m_current, count() - 1);
    update();
}

void BarChart::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

QRectF BarChart::plotRect() const {
    const QFontMetrics metrics = fontMetrics();
    double labels = 0;
    for (const AxisTick& tick : valueTicks())
        labels = std::max<double>(labels, metrics.horizontalAdvance(tick.label));
    return QRectF(rect()).adjusted(labels + 14, kTop, -metrics.horizontalAdvance(QStringLiteral("00")) - 4,
                                   -bottomMargin());
}

double BarChart::bottomMargin() const {
    return fontMetrics().height() + 8;
}

std::vector<AxisTick> BarChart::valueTicks() const {
    const double lines = (height() - kTop - bottomMargin()) / (fontMetrics().height() * 1.6);
    return axisTicks({m_low, m_high}, std::max(2, static_cast<int>(lines)), false);
}

double BarChart::xOf(double place) const {
    const QRectF plot = plotRect();
    return plot.left() + place / std::max(1, count()) * plot.width();
}

double BarChart::yOf(double value) const {
    const QRectF plot = plotRect();
    return plot.bottom() - (value - m_low) / (m_high - m_low) * plot.height();
}

QRectF BarChart::barRect(int index) const {
    const double left = xOf(index), right = xOf(index + 1),
                 gap = right - left >= 4 ? std::min(2.0, (right - left) / 8) : 0;
    const double zero = yOf(0), value = m_bars.values[static_cast<size_t>(index)];
    double top = yOf(value);
    if (value != 0 && std::abs(top - zero) < kLeastShown)
        top = zero - std::copysign(kLeastShown, value);
    return QRectF(QPointF(left + gap, std::min(top, zero)), QPointF(right - gap, std::max(top, zero)));
}

int BarChart::barAt(double x) const {
    const QRectF plot = plotRect();
    if (count() == 0 || x < plot.left() || x > plot.right())
        return -1;
    return std::clamp(static_cast<int>((x - plot.left()) / plot.width() * count()), 0, count() - 1);
}

void BarChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (count() == 0) {
        painter.setPen(theme::mutedText(palette()));
        painter.drawText(QRectF(rect()).adjusted(12, 12, -12, -12), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
    } else {
        paintAxes(painter);
        paintBars(painter);
        if (m_current >= 0 && m_bars.describe)
            paintCallout(painter, *this, plotRect(), (xOf(m_current) + xOf(m_current + 1)) / 2,
                         m_bars.describe(m_current));
    }
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void BarChart::paintAxes(QPainter& painter) const {
    const QRectF plot = plotRect();
    const QFontMetrics metrics = fontMetrics();
    const auto round = [](double value) { return std::round(value) + 0.5; }; // lines of one pixel
    for (const AxisTick& tick : valueTicks()) {
        const double y = round(yOf(tick.position));
        painter.setPen(theme::hairline(palette()));
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(QRectF(0, y - metrics.height(), plot.left() - 8, 2 * metrics.height()),
                         Qt::AlignRight | Qt::AlignVCenter, tick.label);
    }
    const bool isHistogram = !m_bars.edges.empty();
    const ValueRange range = isHistogram ? ValueRange{m_bars.edges.front(), m_bars.edges.back()}
                                         : ValueRange{0.5, static_cast<double>(count()) + 0.5};
    const int most =
        std::max(2, static_cast<int>(plot.width()) / (metrics.horizontalAdvance(QStringLiteral("0")) * 10));
    for (const AxisTick& tick : axisTicks(range, most, false)) {
        if (!isHistogram && tick.position != std::floor(tick.position)) // there is no unit 2.5
            continue;
        const double x = plot.left() + (tick.position - range.low) / (range.high - range.low) * plot.width();
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(QRectF(x - 60, plot.bottom() + 4, 120, metrics.height()), Qt::AlignCenter, tick.label);
        painter.setPen(theme::hairline(palette()));
        painter.drawLine(QPointF(round(x), plot.bottom()), QPointF(round(x), plot.bottom() + 4));
    }
}

void BarChart::paintBars(QPainter& painter) const {
    const QRectF plot = plotRect();
    if (plot.width() * devicePixelRatioF() >= count()) {
        for (int i = 0; i < count(); ++i)
            paintColumn(painter, barRect(i), isMarked(i));
    } else { // the largest of each pixel's, and marked if all are
        const double pixel = 1 / devicePixelRatioF();
        for (double x = plot.left(); x < plot.right(); x += pixel) {
            const int from = barAt(x), to = std::max(from + 1, barAt(std::min(x + pixel, plot.right())));
            int largest = from;
            bool areMarked = true;
            for (int i = from; i < to; ++i) {
                areMarked = areMarked && isMarked(i);
                if (std::abs(m_bars.values[static_cast<size_t>(i)]) >
                    std::abs(m_bars.values[static_cast<size_t>(largest)]))
                    largest = i;
            }
            QRectF bar = barRect(largest);
            bar.setLeft(x);
            bar.setWidth(pixel);
            paintColumn(painter, bar, areMarked);
        }
    }
    if (m_current >= 0) {
        painter.setPen(QPen(palette().color(QPalette::WindowText), 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(barRect(m_current).adjusted(-0.5, -0.5, 0.5, 0.5));
    }
    painter.setPen(QPen(theme::mix(palette().color(QPalette::Window), palette().color(QPalette::WindowText), 0.4), 1));
    const double zero = std::round(yOf(0)) + 0.5;
    painter.drawLine(QPointF(plot.left(), zero), QPointF(plot.right(), zero));
    if (m_bars.level)
        paintLevel(painter, plot);
}

// On a ground of its own: it crosses the bars.
void BarChart::paintLevel(QPainter& painter, const QRectF& plot) const {
    const QColor ground = palette().color(QPalette::Window), text = palette().color(QPalette::WindowText);
    const QFontMetrics metrics = fontMetrics();
    const double y = std::round(yOf(*m_bars.level)) + 0.5, width = metrics.horizontalAdvance(m_bars.levelText) + 8;
    painter.setPen(QPen(ground, 3));
    painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
    painter.setPen(QPen(text, 1, Qt::DashLine));
    painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
    const QRectF box(plot.right() - width, std::max(0.0, y - metrics.height() - 3), width, metrics.height());
    painter.fillRect(box, ground);
    painter.setPen(text);
    painter.drawText(box, Qt::AlignCenter, m_bars.levelText);
}

void BarChart::paintColumn(QPainter& painter, const QRectF& bar, bool isMarked) const {
    if (!isMarked)
        return painter.fillRect(bar, theme::trainCurve(palette()));
    const QRectF plot = plotRect();
    QColor faint = theme::validationCurve(palette());
    painter.fillRect(bar, faint);
    faint.setAlphaF(0.45f);
    painter.fillRect(QRectF(bar.left(), plot.top(), bar.width(), plot.height()), QBrush(faint, Qt::BDiagPattern));
}

void BarChart::setCurrent(int index) {
    if (index == m_current)
        return;
    m_current = index;
    update();
}

void BarChart::mouseMoveEvent(QMouseEvent* event) {
    setCurrent(barAt(event->position().x()));
}

void BarChart::leaveEvent(QEvent*) {
    leave();
}

void BarChart::keyPressEvent(QKeyEvent* event) {
    const int last = count() - 1, key = event->key();
    if (key == Qt::Key_Escape && m_current >= 0)
        setCurrent(-1);
    else if (last >= 0 && (key == Qt::Key_Left || key == Qt::Key_Right))
        setCurrent(m_current < 0 ? (key == Qt::Key_Right ? 0 : last)
                                 : std::clamp(m_current + (key == Qt::Key_Right ? 1 : -1), 0, last));
    else if (last >= 0 && (key == Qt::Key_Home || key == Qt::Key_End))
        setCurrent(key == Qt::Key_Home ? 0 : last);
    else
        return event->ignore();
    if (m_current >= 0 && m_bars.describe)
        setAccessibleDescription(m_bars.describe(m_current));
}

} // namespace hourglass
