#include "ui/widgets/RatePlot.h"

#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/Contract.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr double kMark = 5, kMarkReach = 12; // half a mark's size; how near the mouse must come

QColor colourOf(size_t series, const QPalette& palette) {
    const std::array colours{theme::trainCurve(palette), theme::validationCurve(palette), theme::mutedText(palette),
                             theme::bestMark(palette)};
    return colours.at(series);
}

// Disc, square, triangle, diamond: to be told apart without colour, too.
QPainterPath markOf(size_t series, QPointF at) {
    QPainterPath path;
    const QPointF right(kMark, 0), down(0, kMark);
    if (series == 0)
        path.addEllipse(at, kMark, kMark);
    else if (series == 1)
        path.addRect(QRectF(at - right - down, at + right + down));
    else if (series == 2)
        path.addPolygon(QPolygonF({at - 1.2 * down, at + right + down, at - right + down, at - 1.2 * down}));
    else
        path.addPolygon(
            QPolygonF({at - 1.3 * down, at + 1.3 * right, at + 1.3 * down, at - 1.3 * right, at - 1.3 * down}));
    return path;
}

// 1, 2, 5, 10, … within the range.
std::vector<double> logTicks(double low, double high) {
    std::vector<double> ticks;
    for (double decade = std::pow(10, std::floor(std::log10(low))); decade <= high; decade *= 10)
        for (const double step : {1.0, 2.0, 5.0})
            if (decade * step >= low && decade * step <= high)
                ticks.push_back(decade * step);
    return ticks;
}

} // namespace

RatePlot::RatePlot(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
}

void RatePlot::setSeries(std::vector<RateSeries> series, double inputBytes) {
    expects(series.size() <= kMostSeries, "{} series in a plot for {}", series.size(), kMostSeries);
    m_series = std::move(series);
    m_inputBytes = inputBytes;
    setRanges();
    update();
}

void RatePlot::setRanges() {
    double lowBytes = m_inputBytes / 10, highBytes = m_inputBytes, lowPsnr = INFINITY, highPsnr = -INFINITY;
    for (const RateSeries& series : m_series)
        for (const RatePoint& point : series.points) {
            lowBytes = std::min(lowBytes, point.bytes);
            highBytes = std::max(highBytes, point.bytes);
            lowPsnr = std::min(lowPsnr, point.psnr);
            highPsnr = std::max(highPsnr, point.psnr);
        }
    m_lowBytes = std::max(0.5, lowBytes) / 1.3;
    m_highBytes = std::max(m_lowBytes * 2, highBytes * 1.3);
    const double margin = std::max(0.5, 0.1 * (highPsnr - lowPsnr));
    m_lowPsnr = lowPsnr - margin;
    m_highPsnr = highPsnr + margin;
}

void RatePlot::setCurrent(int row) {
    m_current = row;
    update();
}

QRectF RatePlot::plotArea() const {
    const QFontMetricsF metrics(font());
    const double left = metrics.horizontalAdvance(QStringLiteral("88.8")) + metrics.height() + 12;
    return QRectF(rect()).adjusted(left, 2 * metrics.height() + 10, -10, -2 * metrics.height() - 10);
}

QPointF RatePlot::toWidget(double bytes, double psnr) const {
    const QRectF area = plotArea();
    const double x = std::log(bytes / m_lowBytes) / std::log(m_highBytes / m_lowBytes);
    const double y = (psnr - m_lowPsnr) / (m_highPsnr - m_lowPsnr);
    return {area.left() + x * area.width(), area.bottom() - y * area.height()};
}

QPointF RatePlot::placeOf(int row) const {
    for (const RateSeries& series : m_series)
        for (const RatePoint& point : series.points)
            if (point.row == row)
                return toWidget(point.bytes, point.psnr);
    return {};
}

const RatePoint* RatePlot::pointAt(QPointF place) const {
    const RatePoint* nearest = nullptr;
    double least = kMarkReach;
    for (const RateSeries& series : m_series)
        for (const RatePoint& point : series.points)
            if (const double distance = QLineF(toWidget(point.bytes, point.psnr), place).length(); distance < least) {
                least = distance;
                nearest = &point;
            }
    return nearest;
}

void RatePlot::paintAxes(QPainter& painter) const {
    const QRectF area = plotArea();
    const QLocale locale;
    const double line = fontMetrics().height();
    const QColor grid = theme::hairline(palette()), text = theme::mutedText(palette());
    double last = -1e9;
    for (const double bytes : logTicks(m_lowBytes, m_highBytes)) {
        const double x = toWidget(bytes, m_lowPsnr).x();
        painter.setPen(grid);
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        const QString label = locale.toString(bytes, 'f', bytes < 1 ? 1 : 0);
        const double width = fontMetrics().horizontalAdvance(label) + 6;
        if (x - width / 2 < last)
            continue;
        last = x + width / 2;
        painter.setPen(text);
        const double left = std::min(x - width / 2, this->width() - width);
        painter.drawText(QRectF(left, area.bottom() + 2, width, line), Qt::AlignCenter, label);
    }
    const double rough = (m_highPsnr - m_lowPsnr) * 1.6 * line / std::max(1.0, area.height());
    const double decade = std::pow(10, std::floor(std::log10(rough)));
    const double step = decade * (rough / decade > 5 ? 10 : rough / decade > 2 ? 5 : rough / decade > 1 ? 2 : 1);
    for (double psnr = std::ceil(m_lowPsnr / step) * step; psnr <= m_highPsnr; psnr += step) {
        const double y = toWidget(m_lowBytes, psnr).y();
        painter.setPen(grid);
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        painter.setPen(text);
        painter.drawText(QRectF(0, y - line / 2, area.left() - 4, line), Qt::AlignRight | Qt::AlignVCenter,
                         locale.toString(psnr, 'f', step < 1 ? 1 : 0));
    }
    painter.drawText(QRectF(area.left(), area.bottom() + 2 + line, area.width(), line), Qt::AlignCenter,
                     tr("bytes per picture (logarithmic)"));
    painter.save();
    painter.translate(line, area.center().y());
    painter.rotate(-90);
    painter.drawText(QRectF(-area.height() / 2, -line, area.height(), line), Qt::AlignCenter, tr("PSNR (dB)"));
    painter.restore();
    painter.setPen(QPen(text, 1, Qt::DashLine));
    for (const auto& [bytes, label] :
         {std::pair(m_inputBytes, tr("input")), std::pair(m_inputBytes / 10, tr("10:1"))}) {
        const double x = toWidget(bytes, m_lowPsnr).x();
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        painter.drawText(labelPlace(x, label), Qt::AlignCenter, label);
    }
}

// In the row between legend and plot, where no mark can be.
QRectF RatePlot::labelPlace(double x, const QString& label) const {
    const QRectF area = plotArea();
    const double width = fontMetrics().horizontalAdvance(label) + 2.0, height = fontMetrics().height();
    return {std::clamp(x - width / 2, area.left(), this->width() - width), area.top() - height - 1, width, height};
}

void RatePlot::paintLegend(QPainter& painter) const {
    double x = plotArea().left();
    for (size_t i = 0; i < m_series.size(); ++i) {
        const double middle = 4 + fontMetrics().height() / 2.0;
        painter.fillPath(markOf(i, {x + kMark, middle}), colourOf(i, palette()));
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(QPointF(x + 3 * kMark, 4 + fontMetrics().ascent()), m_series[i].name);
        x += 3 * kMark + fontMetrics().horizontalAdvance(m_series[i].name) + 14;
    }
}

void RatePlot::paintEvent(QPaintEvent*) {
    if (m_series.empty())
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintAxes(painter);
    paintLegend(painter);
    for (size_t i = 0; i < m_series.size(); ++i) {
        const QColor colour = colourOf(i, palette());
        QPolygonF line;
        for (const RatePoint& point : m_series[i].points)
            line << toWidget(point.bytes, point.psnr);
        painter.setPen(QPen(colour, 1.5));
        painter.drawPolyline(line);
        for (const QPointF& place : line)
            painter.fillPath(markOf(i, place), colour);
    }
    if (const QPointF place = placeOf(m_current); !place.isNull()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(place, 2 * kMark, 2 * kMark);
    }
}

bool RatePlot::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        if (const RatePoint* point = pointAt(help->pos())) {
            QToolTip::showText(help->globalPos(), point->text, this);
            return true;
        }
    }
    return QWidget::event(event);
}

void RatePlot::mousePressEvent(QMouseEvent* event) {
    if (const RatePoint* point = pointAt(event->position()))
        emit chosen(point->row);
    else
        event->ignore();
}

} // namespace hourglass
