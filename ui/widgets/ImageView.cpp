#include "ui/widgets/ImageView.h"

#include <QKeyEvent>
#include <QPainter>
#include <QWheelEvent>

#include <cmath>

#include "ui/widgets/Theme.h"

namespace hourglass {

ImageView::ImageView(QWidget* parent, ViewTransform* transform)
    : QWidget(parent), m_transform(transform != nullptr ? transform : new ViewTransform(this)) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Image"));
    setHelp(tr("Wheel zooms, dragging pans. Keys: + − zoom, 0 fits, 1 is 100 %, arrows pan"));
    setEmptyText(tr("No image yet."));
    connect(m_transform, &ViewTransform::changed, this, &ImageView::viewChanged);
}

void ImageView::setImage(const ImageLayer& layer) {
    m_layer = layer;
    viewChanged();
}

void ImageView::setTitle(const QString& title) {
    m_title = title;
    setAccessibleName(title);
    captionChanged();
}

void ImageView::setMark(const QString& mark) {
    m_mark = mark;
    captionChanged();
}

void ImageView::setMetric(const QString& metric) {
    m_metric = metric;
    setAccessibleDescription(metric);
    captionChanged();
}

void ImageView::setHelp(const QString& help) {
    m_help = help;
    captionChanged();
}

void ImageView::captionChanged() {
    setToolTip(m_title.isEmpty() ? m_help : caption() + QLatin1Char('\n') + m_help);
    update();
}

int ImageView::captionWidth() const {
    QFont bold = font();
    bold.setBold(true);
    const int mark = m_mark.isEmpty() ? 0 : fontMetrics().horizontalAdvance(m_mark) + 6;
    return 8 + mark + QFontMetrics(bold).horizontalAdvance(m_title) +
           fontMetrics().horizontalAdvance(caption().mid(m_title.size()));
}

QString ImageView::caption() const {
    return m_metric.isEmpty() ? m_title : tr("%1 · %2", "title · metrics").arg(m_title, m_metric);
}

void ImageView::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

QRectF ImageView::viewport() const {
    const int caption = m_title.isEmpty() || m_layer.isNull() ? 0 : fontMetrics().height() + 6;
    return QRectF(rect()).adjusted(0, caption, 0, 0);
}

ViewMapping ImageView::mapping() const {
    const QSizeF size = m_layer.isNull() ? QSizeF(1, 1) : QSizeF(m_layer.size());
    return m_transform->mapping(viewport(), size, devicePixelRatioF());
}

void ImageView::viewChanged() {
    update();
    const QRectF now = m_layer.isNull() ? QRectF() : visibleImageRect();
    if (now == m_lastRect)
        return;
    m_lastRect = now;
    emit viewRectChanged(now);
}

void ImageView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintCaption(painter);
    const QRectF area = viewport();
    painter.setClipRect(area);
    painter.fillRect(area, theme::canvas(palette()));
    if (m_layer.isNull()) {
        painter.setPen(theme::mutedText(palette()));
        painter.drawText(area.adjusted(12, 12, -12, -12), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
    } else {
        paintImage(painter, mapping());
    }
    painter.setClipping(false);
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(area.adjusted(1, 1, -1, -1));
    }
}

void ImageView::paintImage(QPainter& painter, const ViewMapping& mapping) {
    m_layer.paint(painter, mapping);
}

void ImageView::paintCaption(QPainter& painter) {
    if (m_title.isEmpty() || m_layer.isNull())
        return;
    QRectF strip(4, 0, width() - 8, fontMetrics().height() + 6);
    if (!m_mark.isEmpty()) {
        painter.setPen(theme::mutedText(palette()));
        painter.drawText(strip, Qt::AlignLeft | Qt::AlignVCenter, m_mark);
        strip.setLeft(strip.left() + fontMetrics().horizontalAdvance(m_mark) + 6);
    }
    QFont bold = font();
    bold.setBold(true);
    const QFontMetrics boldMetrics(bold);
    painter.setFont(bold);
    painter.setPen(palette().color(QPalette::WindowText));
    const QString title = boldMetrics.elidedText(m_title, Qt::ElideRight, static_cast<int>(strip.width()));
    painter.drawText(strip, Qt::AlignLeft | Qt::AlignVCenter, title);
    const int used = boldMetrics.horizontalAdvance(title);
    painter.setFont(font());
    painter.setPen(theme::mutedText(palette()));
    if (m_metric.isEmpty())
        return;
    const QString rest = caption().mid(m_title.size());
    painter.drawText(strip.adjusted(used, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(rest, Qt::ElideRight, static_cast<int>(strip.width()) - used));
}

void ImageView::resizeEvent(QResizeEvent*) {
    viewChanged();
}

void ImageView::wheelEvent(QWheelEvent* event) {
    if (m_layer.isNull())
        return event->ignore();
    m_transform->zoomBy(std::pow(1.25, event->angleDelta().y() / 120.0), mapping(), event->position());
    event->accept();
}

void ImageView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || m_layer.isNull())
        return event->ignore();
    m_dragged = event->position();
    setCursor(Qt::ClosedHandCursor);
}

void ImageView::mouseMoveEvent(QMouseEvent* event) {
    m_cursor = event->position();
    if (m_dragged) {
        m_transform->pan(event->position() - *m_dragged, mapping());
        m_dragged = event->position();
    }
    if (m_layer.isNull())
        return;
    const QPointF place = toImage(event->position());
    const QPoint pixel(static_cast<int>(std::floor(place.x())), static_cast<int>(std::floor(place.y())));
    const bool isInside = viewport().contains(event->position()) && m_layer.image().rect().contains(pixel);
    emit pixelHovered(isInside ? pixel : QPoint(-1, -1), isInside ? m_layer.image().pixelColor(pixel) : QColor());
}

void ImageView::mouseReleaseEvent(QMouseEvent*) {
    m_dragged.reset();
    unsetCursor();
}

void ImageView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton)
        m_transform->fit();
}

void ImageView::keyPressEvent(QKeyEvent* event) {
    if (m_layer.isNull())
        return event->ignore();
    const QPointF middle = viewport().center();
    const double step = event->modifiers().testFlag(Qt::ShiftModifier) ? 160 : 40;
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return m_transform->zoomBy(1.25, mapping(), middle);
    case Qt::Key_Minus:
        return m_transform->zoomBy(0.8, mapping(), middle);
    case Qt::Key_0:
        return m_transform->fit();
    case Qt::Key_1:
        return m_transform->zoomTo(1, mapping(), middle);
    case Qt::Key_Left:
        return m_transform->pan({step, 0}, mapping());
    case Qt::Key_Right:
        return m_transform->pan({-step, 0}, mapping());
    case Qt::Key_Up:
        return m_transform->pan({0, step}, mapping());
    case Qt::Key_Down:
        return m_transform->pan({0, -step}, mapping());
    default:
        event->ignore();
    }
}

void ImageView::leaveEvent(QEvent*) {
    m_cursor.reset();
    emit pixelHovered({-1, -1}, {});
    update();
}

} // namespace hourglass
