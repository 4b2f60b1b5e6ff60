#include "ui/widgets/RocCurve.h"

#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/widgets/Theme.h"

namespace hourglass {

RocCurve::RocCurve(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Expanding);
    setAccessibleName(tr("ROC curve"));
    setToolTip(
        tr("How many anomalies are found (up) against how many normal samples are false alarms (right), for every "
           "threshold. The area under it, AUROC, is the chance that an anomaly scores higher than a normal "
           "sample. Click on the curve, or walk it with the arrow keys, to choose the threshold."));
}

void RocCurve::setRoc(std::optional<Roc> roc) {
    m_roc = std::move(roc);
    m_line.clear();
    update();
}

void RocCurve::setThreshold(double threshold) {
    m_threshold = threshold;
    if (const std::optional<RocPoint> point = current())
        setAccessibleDescription(tr("AUROC %1; true positive rate %2, false positive rate %3")
                                     .arg(QLocale().toString(m_roc->area, 'f', 3),
                                          QLocale().toString(point->truePositiveRate, 'f', 3),
                                          QLocale().toString(point->falsePositiveRate, 'f', 3)));
    update();
}

void RocCurve::setEmptyText(const QString& text) {
    m_emptyText = text;
    setAccessibleDescription(text);
    update();
}

// Thresholds fall along the curve, and a sample is an anomaly above one: the first point whose threshold is not higher.
size_t RocCurve::index() const {
    const auto found = std::partition_point(m_roc->curve.begin(), m_roc->curve.end(),
                                            [this](const RocPoint& point) { return point.threshold > m_threshold; });
    return std::min(static_cast<size_t>(found - m_roc->curve.begin()), m_roc->curve.size() - 1);
}

std::optional<RocPoint> RocCurve::current() const {
    if (!m_roc || m_roc->curve.empty())
        return {};
    return m_roc->curve[index()];
}

QRectF RocCurve::plot() const {
    const double line = fontMetrics().height();
    const QRectF room = QRectF(rect()).adjusted(line + 2, line + 6, -6, -line - 6);
    const double side = std::max(10.0, std::min(room.width(), room.height()));
    return {room.left() + (room.width() - side) / 2, room.top(), side, side};
}

QPointF RocCurve::placeIn(const QRectF& area, const RocPoint& point) {
    return {area.left() + point.falsePositiveRate * area.width(),
            area.bottom() - point.truePositiveRate * area.height()};
}

void RocCurve::choose(size_t point) {
    const double threshold = m_roc->curve[point].threshold;
    // The last lets nothing pass: just below the least score.
    const double least = m_roc->curve.size() > 1 ? m_roc->curve[m_roc->curve.size() - 2].threshold : m_threshold;
    setThreshold(std::isfinite(threshold) ? threshold : std::nextafter(least, -HUGE_VAL));
    emit thresholdMoved(m_threshold);
}

void RocCurve::chooseNearest(QPointF at) {
    if (!m_roc || m_roc->curve.empty())
        return;
    size_t best = 0;
    double least = HUGE_VAL;
    const QRectF area = plot();
    for (size_t i = 0; i < m_roc->curve.size(); ++i) {
        const QPointF away = placeIn(area, m_roc->curve[i]) - at;
        if (const double distance = QPointF::dotProduct(away, away); distance < least) {
            least = distance;
            best = i;
        }
    }
    choose(best);
}

void RocCurve::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton)
        chooseNearest(event->position());
}

void RocCurve::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton)
        chooseNearest(event->position());
}

void RocCurve::keyPressEvent(QKeyEvent* event) {
    if (m_roc && !m_roc->curve.empty()) {
        const size_t at = index(), last = m_roc->curve.size() - 1;
        switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Down:
            return choose(at > 0 ? at - 1 : 0);
        case Qt::Key_Right:
        case Qt::Key_Up:
            return choose(std::min(at + 1, last));
        case Qt::Key_Home:
            return choose(0);
        case Qt::Key_End:
            return choose(last);
        default:
            break;
        }
    }
    QWidget::keyPressEvent(event);
}

void RocCurve::trace(const QRectF& area) {
    if (m_traced == area && !m_line.isEmpty())
        return;
    m_traced = area;
    m_line.clear();
    for (const RocPoint& point : m_roc->curve)
        if (const QPointF next = placeIn(area, point);
            m_line.isEmpty() || (next - m_line.back()).manhattanLength() > 0.5)
            m_line << next;
    m_line << area.topRight();
}

void RocCurve::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (!m_roc) {
        painter.setPen(theme::mutedText(palette()));
        painter.drawText(QRectF(rect()).adjusted(4, 4, -4, -4), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    const QRectF area = plot();
    painter.fillRect(area, palette().color(QPalette::Base));
    painter.setPen(theme::hairline(palette()));
    painter.drawRect(area);
    painter.setPen(QPen(theme::hairline(palette()), 1, Qt::DashLine));
    painter.drawLine(area.bottomLeft(), area.topRight());
    trace(area);
    painter.setPen(QPen(theme::trainCurve(palette()), 2));
    painter.drawPolyline(m_line);

    const QColor mark = theme::errorText(palette());
    const QPointF now = place(*current());
    painter.setPen(QPen(mark, 1, Qt::DotLine));
    painter.drawLine(QPointF(area.left(), now.y()), now);
    painter.drawLine(QPointF(now.x(), area.bottom()), now);
    painter.setPen(QPen(palette().color(QPalette::Base), 1));
    painter.setBrush(mark);
    painter.drawEllipse(now, 5, 5);

    QFont bold = font();
    bold.setBold(true);
    painter.setFont(bold);
    painter.setPen(palette().color(QPalette::WindowText));
    const double height = fontMetrics().height();
    painter.drawText(QRectF(0, 0, width(), height), Qt::AlignCenter,
                     tr("AUROC %1").arg(QLocale().toString(m_roc->area, 'f', 3)));
    painter.setFont(font());
    painter.setPen(theme::mutedText(palette()));
    painter.drawText(QRectF(0, area.bottom() + 3, width(), height), Qt::AlignCenter, tr("false alarms"));
    painter.save();
    painter.translate(area.left() - 3, area.center().y());
    painter.rotate(-90);
    painter.drawText(QRectF(-area.height() / 2, -height, area.height(), height), Qt::AlignCenter, tr("found"));
    painter.restore();
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(area);
    }
}

} // namespace hourglass
