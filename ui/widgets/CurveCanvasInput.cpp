// What the person does over the curves, and what is drawn over them: hover, marks, zoom and pan.

#include <QApplication>
#include <QLocale>
#include <QPainter>
#include <QWheelEvent>

#include <cmath>

#include "ui/widgets/Callout.h"
#include "ui/widgets/CurveCanvas.h"
#include "ui/widgets/RealEdit.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

QString shortNumber(double value) {
    return formatReal(QString::number(value, 'g', 4).toDouble());
}

} // namespace

void CurveCanvas::hoverAt(std::optional<double> step) {
    if (step) {
        const bool hasTraining = !m_data.raw(Curve::Training).empty();
        const Curve curve = hasTraining ? Curve::Training : Curve::Validation;
        const int index = m_data.nearest(curve, *step);
        step = index < 0 ? std::nullopt : std::optional(m_data.raw(curve)[static_cast<size_t>(index)].x());
    }
    if (step == m_hover)
        return;
    m_hover = step;
    viewport()->update();
}

QStringList CurveCanvas::hoverLines() const {
    if (!m_hover)
        return {};
    QStringList lines;
    const QString step = QLocale().toString(std::llround(*m_hover));
    lines << (m_stepsPerUnit > 1 ? tr("epoch %1 · step %2").arg(*m_hover / m_stepsPerUnit, 0, 'f', 2).arg(step)
                                 : tr("step %1").arg(step));
    const std::array names{tr("training"), tr("validation")};
    for (size_t i = 0; i < kCurves.size(); ++i) {
        const int index = m_data.nearest(kCurves[i], *m_hover);
        if (index < 0)
            continue;
        const auto place = static_cast<size_t>(index);
        const double raw = m_data.raw(kCurves[i])[place].y(), smooth = m_data.smooth(kCurves[i])[place].y();
        lines << tr("%1 %2, smoothed %3").arg(names[i], shortNumber(raw), shortNumber(smooth));
    }
    return lines;
}

void CurveCanvas::drawForeground(QPainter* painter, const QRectF& rect) {
    QChartView::drawForeground(painter, rect);
    if (m_data.isEmpty()) {
        painter->setPen(theme::mutedText(palette()));
        painter->drawText(QRectF(viewport()->rect()).adjusted(12, 12, -12, -12), Qt::AlignCenter | Qt::TextWordWrap,
                          m_emptyText);
    } else {
        if (m_best)
            drawMark(painter, *m_best, theme::bestMark(palette()), Qt::DashLine, tr("best"));
        if (m_hover)
            drawHover(painter);
    }
    if (hasFocus()) {
        painter->setPen(QPen(palette().color(QPalette::Highlight), 1));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(QRectF(viewport()->rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void CurveCanvas::drawMark(QPainter* painter, double step, const QColor& colour, Qt::PenStyle style,
                           const QString& text) {
    const QRectF plot = chart()->plotArea();
    const double x = std::round(xOfStep(step)) + 0.5;
    if (x < plot.left() || x > plot.right() + 1)
        return;
    painter->setPen(QPen(colour, 1, style));
    painter->drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
    const double width = fontMetrics().horizontalAdvance(text);
    const double left = x + 4 + width < plot.right() ? x + 4 : x - 4 - width;
    painter->drawText(QPointF(left, plot.top() + fontMetrics().ascent()), text);
}

void CurveCanvas::drawHover(QPainter* painter) {
    const QRectF plot = chart()->plotArea();
    drawMark(painter, *m_hover, theme::mutedText(palette()), Qt::SolidLine, {});
    paintCallout(*painter, *this, plot, xOfStep(*m_hover), hoverLines().join(QLatin1Char('\n')));
}

void CurveCanvas::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    m_pressed = event->position();
    m_pressedView = viewRange();
    m_isDragging = false;
}

void CurveCanvas::mouseMoveEvent(QMouseEvent* event) {
    if (m_pressed &&
        (m_isDragging || std::abs(event->position().x() - m_pressed->x()) >= QApplication::startDragDistance())) {
        m_isDragging = true;
        const double perPixel = (m_pressedView.high - m_pressedView.low) / std::max(1.0, chart()->plotArea().width());
        const double shift = (m_pressed->x() - event->position().x()) * perPixel;
        return setView(m_pressedView.low + shift, m_pressedView.high + shift);
    }
    const bool isInside = chart()->plotArea().contains(event->position());
    hoverAt(isInside ? std::optional(stepAt(event->position().x())) : std::nullopt);
}

void CurveCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (m_pressed && !m_isDragging && m_hover && chart()->plotArea().contains(event->position()))
        emit picked(*m_hover);
    m_pressed.reset();
    m_isDragging = false;
}

void CurveCanvas::mouseDoubleClickEvent(QMouseEvent*) {
    showEverything();
}

void CurveCanvas::wheelEvent(QWheelEvent* event) {
    const int turn = event->angleDelta().y() != 0 ? event->angleDelta().y() : event->angleDelta().x();
    zoom(std::pow(0.8, turn / 120.0), stepAt(event->position().x()));
    event->accept();
}

void CurveCanvas::keyPressEvent(QKeyEvent* event) {
    const ValueRange view = viewRange();
    const double centre = m_hover.value_or((view.low + view.high) / 2);
    const std::vector<QPointF>& points =
        m_data.raw(m_data.raw(Curve::Training).empty() ? Curve::Validation : Curve::Training);
    const double pixel = (view.high - view.low) / std::max(1.0, chart()->plotArea().width());
    const double stride = std::max(points.size() > 1 ? points[1].x() - points[0].x() : 1.0, pixel);
    switch (event->key()) {
    case Qt::Key_Left:
        return hoverAt(std::max(view.low, m_hover ? *m_hover - stride : view.high));
    case Qt::Key_Right:
        return hoverAt(std::min(view.high, m_hover ? *m_hover + stride : view.low));
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoom(0.8, centre);
    case Qt::Key_Minus:
        return zoom(1.25, centre);
    case Qt::Key_0:
        return showEverything();
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_hover)
            emit picked(*m_hover);
        return;
    case Qt::Key_Escape:
        if (m_hover)
            return hoverAt(std::nullopt);
        [[fallthrough]];
    default:
        event->ignore();
    }
}

void CurveCanvas::leaveEvent(QEvent* event) {
    QChartView::leaveEvent(event);
    hoverAt(std::nullopt);
}

} // namespace hourglass
