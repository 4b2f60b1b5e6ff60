#include "ui/widgets/LatentPad.h"

#include <QEvent>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>

#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr double kStep = 0.1, kLongStep = 0.5; // σ

} // namespace

LatentPad::LatentPad(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Latent pad"));
    setToolTip(tr("Drag here: what the decoder makes of this place follows. The rings are 1, 2 and 3 σ of the data. "
                  "Arrows move (Shift: further), Home goes to the middle"));
    setCursor(Qt::CrossCursor);
}

void LatentPad::setPoints(std::vector<QPointF> points) {
    m_points = std::move(points);
    m_layer = {};
    update();
}

void LatentPad::setAxisNames(const QString& x, const QString& y) {
    m_xName = x;
    m_yName = y;
    m_layer = {};
    update();
}

void LatentPad::setPlace(QPointF place) {
    m_place = place;
    setAccessibleDescription(tr("%1 σ to the right, %2 σ up").arg(place.x(), 0, 'f', 1).arg(place.y(), 0, 'f', 1));
    update();
}

void LatentPad::setEnds(std::optional<QPointF> a, std::optional<QPointF> b) {
    m_a = a;
    m_b = b;
    update();
}

QRectF LatentPad::square() const {
    const double side = std::max(10, std::min(width(), height()) - 4);
    return {(width() - side) / 2, (height() - side) / 2, side, side};
}

QPointF LatentPad::toWidget(QPointF place) const {
    const QRectF area = square();
    const double scale = area.width() / (2 * kReach);
    return {area.center().x() + place.x() * scale, area.center().y() - place.y() * scale};
}

void LatentPad::go(QPointF place) {
    const QPointF inside(std::clamp(place.x(), -kReach, kReach), std::clamp(place.y(), -kReach, kReach));
    if (inside == m_place)
        return;
    setPlace(inside);
    emit moved(inside);
}

void LatentPad::renderLayer() {
    const double ratio = devicePixelRatioF();
    m_layer = QImage((QSizeF(size()) * ratio).toSize(), QImage::Format_ARGB32_Premultiplied);
    m_layer.setDevicePixelRatio(ratio);
    m_layer.fill(Qt::transparent);
    QPainter painter(&m_layer);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF area = square();
    painter.fillRect(area, palette().color(QPalette::Base));
    painter.setClipRect(area);
    QColor dot = palette().color(QPalette::Text);
    dot.setAlphaF(m_points.size() > 2000 ? 0.16f : 0.28f);
    painter.setPen(Qt::NoPen);
    painter.setBrush(dot);
    for (const QPointF& point : m_points) {
        const QPointF at = toWidget(point);
        painter.drawRect(QRectF(at.x() - 1, at.y() - 1, 2, 2));
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme::hairline(palette()), 1));
    painter.drawLine(toWidget({-kReach, 0}), toWidget({kReach, 0}));
    painter.drawLine(toWidget({0, -kReach}), toWidget({0, kReach}));
    for (const double sigma : {1.0, 2.0, 3.0})
        painter.drawEllipse(toWidget({0, 0}), sigma * area.width() / (2 * kReach), sigma * area.width() / (2 * kReach));
    painter.setClipping(false);
    painter.setPen(theme::mutedText(palette()));
    painter.drawText(area.adjusted(5, 3, -5, -3), Qt::AlignRight | Qt::AlignBottom, m_xName);
    painter.drawText(area.adjusted(5, 3, -5, -3), Qt::AlignLeft | Qt::AlignTop, m_yName);
}

void LatentPad::paintEvent(QPaintEvent*) {
    if (m_layer.isNull())
        renderLayer();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.drawImage(0, 0, m_layer);
    const QRectF area = square();
    painter.setClipRect(area);
    const QColor accent = palette().color(QPalette::Highlight);
    const QColor text = palette().color(QPalette::Text);
    if (m_a && m_b) {
        painter.setPen(QPen(theme::mutedText(palette()), 1.4, Qt::DashLine));
        painter.drawLine(toWidget(*m_a), toWidget(*m_b));
    }
    QFont bold = font();
    bold.setBold(true);
    painter.setFont(bold);
    for (const auto& [end, name] : {std::pair(m_a, tr("A")), std::pair(m_b, tr("B"))}) {
        if (!end)
            continue;
        painter.setPen(QPen(text, 1.2));
        painter.setBrush(palette().color(QPalette::Base));
        painter.drawEllipse(toWidget(*end), 8, 8);
        painter.drawText(QRectF(toWidget(*end) - QPointF(8, 8), QSizeF(16, 16)), Qt::AlignCenter, name);
    }
    const QPointF at = toWidget({std::clamp(m_place.x(), -kReach, kReach), std::clamp(m_place.y(), -kReach, kReach)});
    QColor cross = accent;
    cross.setAlphaF(0.6f);
    painter.setPen(QPen(cross, 1));
    painter.drawLine(QPointF(area.left(), at.y()), QPointF(area.right(), at.y()));
    painter.drawLine(QPointF(at.x(), area.top()), QPointF(at.x(), area.bottom()));
    painter.setPen(QPen(palette().color(QPalette::Base), 2));
    painter.setBrush(isEnabled() ? accent : theme::mutedText(palette()));
    painter.drawEllipse(at, 7, 7);
    painter.setClipping(false);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(hasFocus() ? QPen(accent, 2) : QPen(theme::hairline(palette()), 1));
    painter.drawRect(area);
}

void LatentPad::resizeEvent(QResizeEvent*) {
    m_layer = {};
}

void LatentPad::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    m_layer = {};
    update();
}

void LatentPad::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return event->ignore();
    m_isDragged = true;
    mouseMoveEvent(event);
}

void LatentPad::mouseMoveEvent(QMouseEvent* event) {
    if (!m_isDragged)
        return;
    const QRectF area = square();
    const QPointF away = event->position() - area.center();
    go(QPointF(away.x(), -away.y()) * (2 * kReach / area.width()));
}

void LatentPad::mouseReleaseEvent(QMouseEvent*) {
    m_isDragged = false;
}

void LatentPad::keyPressEvent(QKeyEvent* event) {
    const double step = event->modifiers().testFlag(Qt::ShiftModifier) ? kLongStep : kStep;
    switch (event->key()) {
    case Qt::Key_Left:
        return go(m_place + QPointF(-step, 0));
    case Qt::Key_Right:
        return go(m_place + QPointF(step, 0));
    case Qt::Key_Up:
        return go(m_place + QPointF(0, step));
    case Qt::Key_Down:
        return go(m_place + QPointF(0, -step));
    case Qt::Key_Home:
        return go({0, 0});
    default:
        event->ignore();
    }
}

} // namespace hourglass
