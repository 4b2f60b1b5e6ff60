#include "ui/widgets/DropOverlay.h"

#include <QApplication>
#include <QDragEnterEvent>
#include <QPainter>
#include <QTimer>

#include <cmath>

#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr double kZoneMargin = 24;

} // namespace

DropOverlay::DropOverlay(QWidget* window) : QWidget(window) {
    setAccessibleName(tr("Drop zones"));
    setAcceptDrops(true);
    window->setAcceptDrops(true);
    qApp->installEventFilter(this);
    hide();
}

void DropOverlay::setZones(std::vector<DropZone> zones) {
    m_zones = std::move(zones);
    m_lit = -1;
    if (isVisible())
        light(m_place);
    update();
}

void DropOverlay::setZoneChooser(std::function<std::vector<DropZone>(const QMimeData&)> chooser) {
    m_chooser = std::move(chooser);
}

QString DropOverlay::litZone() const {
    return m_lit < 0 || isHidden() ? QString() : m_zones[static_cast<size_t>(m_lit)].id;
}

bool DropOverlay::accepts(const QMimeData& carried) {
    return carried.hasUrls() || carried.hasImage();
}

// Zones stand side by side in a wide window, on top of each other in a tall one.
QRectF DropOverlay::zoneRect(int index) const {
    const auto count = static_cast<double>(std::max<size_t>(1, m_zones.size()));
    const QRectF inside = QRectF(rect()).adjusted(kZoneMargin, kZoneMargin, -kZoneMargin, -kZoneMargin);
    const bool isWide = width() >= height();
    const double length = ((isWide ? inside.width() : inside.height()) - (count - 1) * kZoneMargin) / count;
    const double start = index * (length + kZoneMargin);
    return isWide ? QRectF(inside.left() + start, inside.top(), length, inside.height())
                  : QRectF(inside.left(), inside.top() + start, inside.width(), length);
}

void DropOverlay::begin(const QMimeData& carried) {
    if (m_chooser)
        setZones(m_chooser(carried));
    setGeometry(parentWidget()->rect());
    raise();
    show();
}

void DropOverlay::end() {
    m_lit = -1;
    m_isTarget = false;
    hide();
}

// The nearest zone, so that there is no dead ground between them.
void DropOverlay::light(QPointF place) {
    m_place = place;
    int nearest = -1;
    double least = 0;
    for (int i = 0; i < static_cast<int>(m_zones.size()); ++i) {
        const QRectF zone = zoneRect(i);
        const double dx = std::max({zone.left() - place.x(), 0.0, place.x() - zone.right()});
        const double dy = std::max({zone.top() - place.y(), 0.0, place.y() - zone.bottom()});
        if (nearest < 0 || std::hypot(dx, dy) < least) {
            nearest = i;
            least = std::hypot(dx, dy);
        }
    }
    if (nearest == m_lit)
        return;
    m_lit = nearest;
    update();
}

// A drag enters some widget of the window, perhaps a line edit that would take it for text: whichever it is, the
// overlay answers, and from the next move on it lies on top and gets the events itself.
bool DropOverlay::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parentWidget() && event->type() == QEvent::Resize)
        setGeometry(parentWidget()->rect());
    const bool isDrag = event->type() == QEvent::DragEnter || event->type() == QEvent::DragMove ||
                        event->type() == QEvent::DragLeave || event->type() == QEvent::Drop;
    auto* widget = isDrag ? qobject_cast<QWidget*>(watched) : nullptr;
    if (widget == nullptr || widget == this || widget->window() != window())
        return false;
    if (event->type() == QEvent::DragLeave) {
        // Also sent when the drag passes from that widget to us, which then follows at once.
        QTimer::singleShot(0, this, [this] {
            if (!m_isTarget)
                end();
        });
        return false;
    }
    auto* drag = static_cast<QDropEvent*>(event);
    const QPointF place = mapFrom(parentWidget(), widget->mapTo(parentWidget(), drag->position().toPoint()));
    return event->type() == QEvent::Drop ? drop(drag, place) : follow(drag, place);
}

bool DropOverlay::follow(QDropEvent* event, QPointF place) {
    if (!accepts(*event->mimeData()))
        return false;
    if (isHidden())
        begin(*event->mimeData());
    light(place);
    event->setDropAction(Qt::CopyAction);
    event->setAccepted(m_lit >= 0);
    return true;
}

bool DropOverlay::drop(QDropEvent* event, QPointF place) {
    if (!follow(event, place) || m_lit < 0) {
        end();
        return false;
    }
    const QString zone = m_zones[static_cast<size_t>(m_lit)].id;
    end();
    emit dropped(event->mimeData(), zone);
    return true;
}

void DropOverlay::dragEnterEvent(QDragEnterEvent* event) {
    m_isTarget = true;
    if (!follow(event, event->position()))
        event->ignore();
}

void DropOverlay::dragMoveEvent(QDragMoveEvent* event) {
    if (!follow(event, event->position()))
        event->ignore();
}

void DropOverlay::dragLeaveEvent(QDragLeaveEvent*) {
    end();
}

void DropOverlay::dropEvent(QDropEvent* event) {
    if (!drop(event, event->position()))
        event->ignore();
}

void DropOverlay::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor veil = palette().color(QPalette::Window);
    veil.setAlphaF(0.82f);
    painter.fillRect(rect(), veil);
    const QColor accent = theme::trainCurve(palette());
    for (int i = 0; i < static_cast<int>(m_zones.size()); ++i) {
        const bool isLit = i == m_lit;
        const QRectF place = zoneRect(i);
        QColor fill = accent;
        fill.setAlphaF(isLit ? 0.22f : 0.06f);
        painter.setBrush(fill);
        painter.setPen(
            QPen(isLit ? accent : theme::mutedText(palette()), isLit ? 3 : 1.5, isLit ? Qt::SolidLine : Qt::DashLine));
        painter.drawRoundedRect(place, 10, 10);
        QFont large = font();
        large.setPointSizeF(large.pointSizeF() * 1.5);
        large.setBold(isLit);
        const QRectF text = place.adjusted(12, 12, -12, -12);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.setFont(large);
        painter.drawText(text.adjusted(0, 0, 0, -text.height() / 2),
                         Qt::AlignHCenter | Qt::AlignBottom | Qt::TextWordWrap, m_zones[static_cast<size_t>(i)].title);
        painter.setFont(font());
        painter.setPen(theme::mutedText(palette()));
        painter.drawText(text.adjusted(0, text.height() / 2 + 6, 0, 0),
                         Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, m_zones[static_cast<size_t>(i)].hint);
    }
}

} // namespace hourglass
