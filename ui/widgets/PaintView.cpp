#include "ui/widgets/PaintView.h"

#include <QKeyEvent>
#include <QPainter>

#include <cmath>

#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr size_t kMostStrokes = 100;

} // namespace

PaintView::PaintView(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("Canvas"));
    setToolTip(tr("Paint with the left button, erase with the right. Arrows move the brush (Shift: further), Space "
                  "paints. Ctrl+Z undoes a stroke, Ctrl+Shift+Z brings it back"));
}

void PaintView::setPicture(const Tensor& picture) {
    const Shape& shape = picture.shape();
    const bool isPicture = shape.rank() == 3 && (shape[0] == 1 || shape[0] == 3);
    m_original = isPicture ? picture : Tensor();
    m_picture = m_original;
    m_undo.clear();
    m_redo.clear();
    m_stroke.reset();
    m_brush.reset();
    setCursor(isEmpty() ? Qt::ArrowCursor : Qt::CrossCursor);
    update();
    emit strokesChanged();
}

void PaintView::setBrush(double diameter, float value) {
    m_diameter = diameter;
    m_value = value;
    update();
}

void PaintView::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

QRectF PaintView::area() const {
    if (isEmpty())
        return rect();
    const QSizeF size(static_cast<double>(m_picture.shape()[2]), static_cast<double>(m_picture.shape()[1]));
    const QSizeF shown = size.scaled(QSizeF(width() - 4, height() - 4), Qt::KeepAspectRatio);
    return {QPointF((width() - shown.width()) / 2, (height() - shown.height()) / 2), shown};
}

QPointF PaintView::toWidget(QPointF pixel) const {
    const QRectF place = area();
    const double scale = place.width() / static_cast<double>(m_picture.shape()[2]);
    return place.topLeft() + pixel * scale;
}

QPointF PaintView::toPixel(QPointF place) const {
    const QRectF all = area();
    return (place - all.topLeft()) * (static_cast<double>(m_picture.shape()[2]) / all.width());
}

void PaintView::beginStroke(float value) {
    m_undo.push_back(m_picture);
    if (m_undo.size() > kMostStrokes)
        m_undo.erase(m_undo.begin());
    m_redo.clear();
    m_strokeValue = value;
    emit strokesChanged();
}

// Dabs close enough to leave no gaps.
void PaintView::strokeTo(QPointF pixel) {
    const QPointF from = m_stroke.value_or(pixel), way = pixel - from;
    const double length = std::hypot(way.x(), way.y());
    const int steps = std::max(1, static_cast<int>(std::ceil(length / std::max(0.5, m_diameter / 4))));
    for (int i = 1; i <= steps; ++i)
        dab(from + way * i / steps);
    m_stroke = pixel;
    update();
    emit painted();
}

// A round brush with an edge one pixel soft.
void PaintView::dab(QPointF pixel) {
    const double radius = m_diameter / 2;
    const int64_t channels = m_picture.shape()[0], height = m_picture.shape()[1], width = m_picture.shape()[2];
    const auto first = [&](double middle) {
        return std::max<int64_t>(0, static_cast<int64_t>(std::floor(middle - radius - 1)));
    };
    const auto last = [&](double middle, int64_t size) {
        return std::min<int64_t>(size - 1, static_cast<int64_t>(std::ceil(middle + radius + 1)));
    };
    for (int64_t y = first(pixel.y()); y <= last(pixel.y(), height); ++y)
        for (int64_t x = first(pixel.x()); x <= last(pixel.x(), width); ++x) {
            const double away =
                std::hypot(static_cast<double>(x) + 0.5 - pixel.x(), static_cast<double>(y) + 0.5 - pixel.y());
            const auto cover = static_cast<float>(std::clamp(radius + 0.5 - away, 0.0, 1.0));
            for (int64_t c = 0; c < channels; ++c) {
                float& value = m_picture.data()[(c * height + y) * width + x];
                value += cover * (m_strokeValue - value);
            }
        }
}

void PaintView::swap(std::vector<Tensor>& from, std::vector<Tensor>& to) {
    if (from.empty() || m_stroke)
        return;
    to.push_back(std::move(m_picture));
    m_picture = std::move(from.back());
    from.pop_back();
    update();
    emit strokesChanged();
    emit painted();
}

void PaintView::undo() {
    swap(m_undo, m_redo);
}

void PaintView::redo() {
    swap(m_redo, m_undo);
}

void PaintView::reset() {
    if (isEmpty())
        return;
    beginStroke(m_value);
    m_picture = m_original;
    update();
    emit painted();
}

// The window's undo is the experiment's; strokes are undone where the focus is on them.
bool PaintView::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (!isEmpty() && (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo))) {
            event->accept();
            return true;
        }
    }
    return QWidget::event(event);
}

void PaintView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme::canvas(palette()));
    if (isEmpty()) {
        painter.setPen(theme::mutedText(palette()));
        painter.drawText(rect().adjusted(10, 6, -10, -6), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    painter.setRenderHint(QPainter::SmoothPixmapTransform,
                          area().width() * devicePixelRatioF() < static_cast<double>(m_picture.shape()[2]));
    painter.drawImage(area(), toImage(m_picture));
    if (m_brush) {
        painter.setRenderHint(QPainter::Antialiasing);
        const double radius = m_diameter / 2 * area().width() / static_cast<double>(m_picture.shape()[2]);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(Qt::black, 2.6));
        painter.drawEllipse(toWidget(*m_brush), radius, radius);
        painter.setPen(QPen(Qt::white, 1.2));
        painter.drawEllipse(toWidget(*m_brush), radius, radius);
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(hasFocus() ? QPen(palette().color(QPalette::Highlight), 2) : QPen(theme::hairline(palette()), 1));
    painter.drawRect(area().adjusted(-1, -1, 1, 1));
}

void PaintView::mousePressEvent(QMouseEvent* event) {
    const bool isErasing = event->button() == Qt::RightButton;
    if (isEmpty() || m_stroke || (event->button() != Qt::LeftButton && !isErasing))
        return event->ignore();
    beginStroke(isErasing ? 1 - m_value : m_value);
    strokeTo(toPixel(event->position()));
}

void PaintView::mouseMoveEvent(QMouseEvent* event) {
    if (isEmpty())
        return;
    m_brush = toPixel(event->position());
    if (m_stroke)
        strokeTo(*m_brush);
    update();
}

void PaintView::mouseReleaseEvent(QMouseEvent*) {
    m_stroke.reset();
}

void PaintView::leaveEvent(QEvent*) {
    m_brush.reset();
    update();
}

void PaintView::keyPressEvent(QKeyEvent* event) {
    if (isEmpty())
        return event->ignore();
    if (event->matches(QKeySequence::Undo))
        return undo();
    if (event->matches(QKeySequence::Redo))
        return redo();
    const double step = event->modifiers().testFlag(Qt::ShiftModifier) ? 4 : 1;
    const double width = static_cast<double>(m_picture.shape()[2]), height = static_cast<double>(m_picture.shape()[1]);
    QPointF at = m_brush.value_or(QPointF(width / 2, height / 2));
    switch (event->key()) {
    case Qt::Key_Left:
        at.rx() -= step;
        break;
    case Qt::Key_Right:
        at.rx() += step;
        break;
    case Qt::Key_Up:
        at.ry() -= step;
        break;
    case Qt::Key_Down:
        at.ry() += step;
        break;
    case Qt::Key_Space:
        beginStroke(m_value);
        strokeTo(at);
        m_stroke.reset();
        break;
    default:
        return event->ignore();
    }
    m_brush = QPointF(std::clamp(at.x(), 0.0, width), std::clamp(at.y(), 0.0, height));
    update();
}

} // namespace hourglass
