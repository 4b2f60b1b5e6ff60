// What mouse and keys do to a CodeScatter.

#include <QKeyEvent>
#include <QWheelEvent>

#include <cmath>
#include <limits>

#include "ui/widgets/CodeScatter.h"

namespace hourglass {

namespace {

constexpr double kPointReach = 12; // pixels from a point that still mean it
constexpr double kSlip = 4;        // of a click that is no drag
constexpr double kPanStep = 48;

} // namespace

std::vector<int> CodeScatter::visiblePoints() const {
    std::vector<int> points;
    const QRectF area = m_plot;
    for (int i = 0; i < count(); ++i)
        if (area.contains(toWidget(m_points[static_cast<size_t>(i)])))
            points.push_back(i);
    return points;
}

int CodeScatter::nearest(QPointF place, double within) const {
    int found = -1;
    double least = within * within;
    for (int i = 0; i < count(); ++i) {
        const QPointF away = toWidget(m_points[static_cast<size_t>(i)]) - place;
        const double distance = QPointF::dotProduct(away, away);
        if (distance <= least) {
            least = distance;
            found = i;
        }
    }
    return found;
}

// Straight ahead counts more than aside, and nothing behind.
int CodeScatter::neighbourTowards(int key) const {
    const QPointF ahead = key == Qt::Key_Left    ? QPointF(-1, 0)
                          : key == Qt::Key_Right ? QPointF(1, 0)
                          : key == Qt::Key_Up    ? QPointF(0, -1)
                                                 : QPointF(0, 1);
    const QPointF from = toWidget(m_points[static_cast<size_t>(m_current)]);
    int found = -1;
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < count(); ++i) {
        const QPointF away = toWidget(m_points[static_cast<size_t>(i)]) - from;
        const double forward = QPointF::dotProduct(away, ahead);
        const double aside = std::abs(away.x() * ahead.y() - away.y() * ahead.x());
        if (i == m_current || forward <= 0 || aside > forward)
            continue;
        if (const double cost = forward + 2 * aside; cost < least) {
            least = cost;
            found = i;
        }
    }
    return found;
}

void CodeScatter::zoomBy(double factor, QPointF about) {
    if (m_points.empty())
        return;
    const QPointF middle = m_plot.center();
    const QPointF place = m_centre + QPointF(about.x() - middle.x(), middle.y() - about.y()) / m_scale;
    m_scale = std::clamp(m_scale * factor, 1e-9, 1e12);
    m_centre = place - QPointF(about.x() - middle.x(), middle.y() - about.y()) / m_scale;
    m_isFitted = false;
    restyle();
}

void CodeScatter::panBy(QPointF pixels) {
    m_centre += QPointF(-pixels.x(), pixels.y()) / m_scale;
    m_isFitted = false;
    restyle();
}

// A page has shortcuts of its own for Esc and Ctrl+A may be a menu's: here they are for the points.
bool CodeScatter::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        auto* key = static_cast<QKeyEvent*>(event);
        const bool hasSomething = !m_chosen.empty() || m_current >= 0;
        if (key->matches(QKeySequence::SelectAll) || (key->key() == Qt::Key_Escape && hasSomething)) {
            event->accept();
            return true;
        }
    }
    return QWidget::event(event);
}

void CodeScatter::resizeEvent(QResizeEvent*) {
    arrange();
}

void CodeScatter::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        arrange();
}

void CodeScatter::wheelEvent(QWheelEvent* event) {
    zoomBy(std::pow(1.25, event->angleDelta().y() / 120.0), event->position());
    event->accept();
}

void CodeScatter::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || m_points.empty())
        return event->ignore();
    m_pressed = event->position();
    if (m_isLassoing || event->modifiers().testFlag(Qt::ShiftModifier))
        m_lasso = QPolygonF({event->position()});
}

void CodeScatter::mouseMoveEvent(QMouseEvent* event) {
    const QPointF place = event->position();
    if (!m_lasso.isEmpty()) {
        m_lasso << place;
        update();
    } else if (m_pressed) {
        if (!m_dragged && (place - *m_pressed).manhattanLength() > kSlip) {
            m_dragged = m_pressed;
            setCursor(Qt::ClosedHandCursor);
        }
        if (m_dragged) {
            panBy(place - *m_dragged);
            m_dragged = place;
        }
    } else if (const int under = m_plot.contains(place) ? nearest(place, kPointReach) : -1; under != m_hovered) {
        m_hovered = under;
        update();
    }
}

void CodeScatter::mouseReleaseEvent(QMouseEvent* event) {
    if (!m_pressed)
        return;
    const bool isClick = !m_dragged && (event->position() - *m_pressed).manhattanLength() <= kSlip;
    m_pressed.reset();
    m_dragged.reset();
    setCursor(m_isLassoing ? Qt::CrossCursor : Qt::ArrowCursor);
    if (m_lasso.size() > 3 && !isClick)
        return closeLasso();
    m_lasso.clear();
    if (isClick)
        setCurrent(nearest(event->position(), kPointReach));
    update();
}

void CodeScatter::closeLasso() {
    std::vector<int> inside;
    for (const int point : visiblePoints())
        if (m_lasso.containsPoint(toWidget(m_points[static_cast<size_t>(point)]), Qt::OddEvenFill))
            inside.push_back(point);
    m_lasso.clear();
    setChosen(std::move(inside));
}

void CodeScatter::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && nearest(event->position(), kPointReach) < 0)
        fit();
}

void CodeScatter::keyPressEvent(QKeyEvent* event) {
    if (m_points.empty())
        return event->ignore();
    const bool isFar = event->modifiers().testFlag(Qt::ShiftModifier);
    if (event->matches(QKeySequence::SelectAll))
        return setChosen(visiblePoints());
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down: {
        const int key = event->key();
        if (isFar)
            return panBy({key == Qt::Key_Left    ? kPanStep
                          : key == Qt::Key_Right ? -kPanStep
                                                 : 0,
                          key == Qt::Key_Up     ? kPanStep
                          : key == Qt::Key_Down ? -kPanStep
                                                : 0});
        const int next =
            m_current < 0 ? nearest(m_plot.center(), std::numeric_limits<double>::max()) : neighbourTowards(key);
        return next >= 0 ? setCurrent(next) : void();
    }
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoomBy(1.25, m_plot.center());
    case Qt::Key_Minus:
        return zoomBy(0.8, m_plot.center());
    case Qt::Key_0:
        return fit();
    case Qt::Key_Escape:
        if (!m_chosen.empty())
            return setChosen({});
        if (m_current >= 0)
            return setCurrent(-1);
        return event->ignore();
    default:
        event->ignore();
    }
}

void CodeScatter::leaveEvent(QEvent*) {
    m_hovered = -1;
    update();
}

} // namespace hourglass
