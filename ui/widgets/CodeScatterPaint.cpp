// What a CodeScatter looks like.

#include <QPainter>

#include <cmath>
#include <map>

#include "ui/widgets/CodeScatter.h"
#include "ui/widgets/ScatterColours.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr double kSprite = 26; // largest side
constexpr double kCardPicture = 84;

double radiusFor(size_t points) {
    return std::clamp(22 / std::pow(static_cast<double>(std::max<size_t>(points, 1)), 0.25), 2.0, 5.0);
}

} // namespace

QColor CodeScatter::colourOf(int point) const {
    const auto at = static_cast<size_t>(point);
    if (at < m_values.size()) {
        const float range = m_highest - m_lowest;
        const float part = range > 0 ? (m_values[at] - m_lowest) / range : 0.0f;
        return scatter::valueColour(palette(), static_cast<double>(part));
    }
    return scatter::categoryColour(palette(), at < m_categories.size() ? m_categories[at]
                                              : m_categories.empty()   ? 0
                                                                       : -1);
}

void CodeScatter::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF area = m_plot;
    painter.fillRect(area, palette().color(QPalette::Base));
    if (m_points.empty()) {
        painter.setPen(theme::mutedText(palette()));
        painter.drawText(area.adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
    } else {
        if (m_layer.isNull())
            renderLayer();
        painter.setClipRect(area);
        painter.drawImage(0, 0, m_layer);
        paintMarks(painter);
        painter.setClipping(false);
        m_legend.paint(painter, palette(), static_cast<int>(area.bottom()) + 3);
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(hasFocus() ? QPen(palette().color(QPalette::Highlight), 2) : QPen(theme::hairline(palette()), 1));
    painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5));
    if (m_hovered >= 0 && m_lasso.isEmpty() && !m_dragged)
        paintCard(painter);
}

void CodeScatter::renderLayer() {
    const double ratio = devicePixelRatioF();
    m_layer = QImage((QSizeF(size()) * ratio).toSize(), QImage::Format_ARGB32_Premultiplied);
    m_layer.setDevicePixelRatio(ratio);
    m_layer.fill(Qt::transparent);
    QPainter painter(&m_layer);
    m_spriteCount = 0;
    const QPointF zero = toWidget({0, 0});
    painter.setPen(QPen(theme::hairline(palette()), 1));
    if (!m_xName.isEmpty()) {
        painter.drawLine(QPointF(m_plot.left(), zero.y()), QPointF(m_plot.right(), zero.y()));
        painter.drawLine(QPointF(zero.x(), m_plot.top()), QPointF(zero.x(), m_plot.bottom()));
    }
    renderDots(painter);
    if (m_areSprites && m_picture)
        renderSprites(painter);
    renderChoice(painter);
}

// One stamp per look, set down on whole device pixels: ten thousand antialiased dots would take longer than a frame.
void CodeScatter::stampAt(QPainter& painter, int point, const QImage& image) {
    const double ratio = m_layer.devicePixelRatio();
    const QPointF place = toWidget(m_points[static_cast<size_t>(point)]) * ratio;
    painter.drawImage(QPoint(static_cast<int>(std::lround(place.x())) - image.width() / 2,
                             static_cast<int>(std::lround(place.y())) - image.height() / 2),
                      image);
}

void CodeScatter::renderDots(QPainter& painter) {
    const double ratio = m_layer.devicePixelRatio();
    const double radius = radiusFor(m_points.size()) * ratio;
    const QColor rim = theme::mix(palette().color(QPalette::Base), palette().color(QPalette::Text), 0.02);
    std::map<std::pair<QRgb, int>, QImage> stamps;
    painter.save();
    painter.resetTransform();
    painter.scale(1 / ratio, 1 / ratio);
    const QRectF area = m_plot.adjusted(-radius, -radius, radius, radius);
    for (int i = 0; i < count(); ++i) {
        if (!area.contains(toWidget(m_points[static_cast<size_t>(i)])))
            continue;
        const auto at = static_cast<size_t>(i);
        const int category = at < m_categories.size() ? m_categories[at] : 0;
        QColor colour = colourOf(i);
        if (at < m_values.size()) // few looks, as of categories
            colour = scatter::valueColour(
                palette(), std::round((m_highest > m_lowest
                                           ? static_cast<double>((m_values[at] - m_lowest) / (m_highest - m_lowest))
                                           : 0.0) *
                                      24) /
                               24);
        const scatter::Marker marker = m_values.empty() ? scatter::markerOf(category) : scatter::Marker::Circle;
        QImage& image = stamps[{colour.rgb(), static_cast<int>(marker)}];
        if (image.isNull())
            image = scatter::stamp(marker, colour, rim, radius);
        stampAt(painter, i, image);
    }
    painter.restore();
}

void CodeScatter::renderChoice(QPainter& painter) {
    const double ratio = m_layer.devicePixelRatio();
    const QImage ring =
        scatter::ring(palette().color(QPalette::Text), (radiusFor(m_points.size()) + 1.2) * ratio, 1.4 * ratio);
    painter.save();
    painter.resetTransform();
    painter.scale(1 / ratio, 1 / ratio);
    for (const int point : m_chosen)
        if (m_plot.contains(toWidget(m_points[static_cast<size_t>(point)])))
            stampAt(painter, point, ring);
    painter.restore();
}

// Pictures that do not cover each other, first come first served; the others stay dots.
void CodeScatter::renderSprites(QPainter& painter) {
    const QRectF area = m_plot;
    const auto columns = static_cast<int>(area.width() / kSprite) + 2;
    std::map<int, std::vector<QRectF>> cells;
    const auto cellOf = [&](QPointF p) {
        return static_cast<int>(p.y() / kSprite) * columns + static_cast<int>(p.x() / kSprite);
    };
    for (const int point : visiblePoints()) {
        const QPointF middle = toWidget(m_points[static_cast<size_t>(point)]);
        const int cell = cellOf(middle);
        bool isFree = true;
        for (const int other : {cell - columns - 1, cell - columns, cell - columns + 1, cell - 1, cell, cell + 1,
                                cell + columns - 1, cell + columns, cell + columns + 1})
            if (const auto found = cells.find(other); isFree && found != cells.end())
                for (const QRectF& rect : found->second)
                    isFree = isFree && (std::abs(rect.center().x() - middle.x()) >= kSprite + 3 ||
                                        std::abs(rect.center().y() - middle.y()) >= kSprite + 3);
        if (!isFree)
            continue;
        const QImage picture = m_picture(point);
        if (picture.isNull())
            continue;
        const QSizeF size = QSizeF(picture.size()).scaled(kSprite, kSprite, Qt::KeepAspectRatio);
        const QRectF place(middle - QPointF(size.width() / 2, size.height() / 2), size);
        cells[cell].push_back(place);
        painter.setRenderHint(QPainter::SmoothPixmapTransform, picture.width() > size.width() * devicePixelRatioF());
        painter.fillRect(place.adjusted(-1.5, -1.5, 1.5, 1.5), colourOf(point));
        painter.drawImage(place, picture);
        ++m_spriteCount;
    }
}

void CodeScatter::paintMarks(QPainter& painter) {
    const QColor accent = palette().color(QPalette::Highlight);
    const double radius = radiusFor(m_points.size());
    painter.setBrush(Qt::NoBrush);
    if (m_current >= 0) {
        const QPointF place = toWidget(m_points[static_cast<size_t>(m_current)]);
        painter.setPen(QPen(palette().color(QPalette::Base), 5));
        painter.drawEllipse(place, radius + 5, radius + 5);
        painter.setPen(QPen(accent, 2.5));
        painter.drawEllipse(place, radius + 5, radius + 5);
    }
    if (!m_lasso.isEmpty()) {
        QColor inside = accent;
        inside.setAlphaF(0.15f);
        painter.setPen(QPen(accent, 1.5, Qt::DashLine));
        painter.setBrush(inside);
        painter.drawPolygon(m_lasso);
    }
    paintAxisNames(painter);
}

void CodeScatter::paintAxisNames(QPainter& painter) {
    const QRectF area = m_plot.adjusted(6, 4, -6, -4);
    QColor behind = palette().color(QPalette::Base);
    behind.setAlphaF(0.8f);
    for (const auto& [name, where] :
         {std::pair(m_xName, Qt::AlignRight | Qt::AlignBottom), std::pair(m_yName, Qt::AlignLeft | Qt::AlignTop)}) {
        if (name.isEmpty())
            continue;
        painter.fillRect(painter.boundingRect(area, where, name).adjusted(-3, -1, 3, 1), behind);
        painter.setPen(theme::mutedText(palette()));
        painter.drawText(area, where, name);
    }
}

// What is under the cursor: its picture, and what is known of it.
void CodeScatter::paintCard(QPainter& painter) {
    const QString text = m_describe ? m_describe(m_hovered) : QString();
    const QImage picture = m_picture ? m_picture(m_hovered) : QImage();
    const QSizeF shown =
        picture.isNull() ? QSizeF() : QSizeF(picture.size()).scaled(kCardPicture, kCardPicture, Qt::KeepAspectRatio);
    const QRect words = fontMetrics().boundingRect(QRect(0, 0, 260, 400), Qt::TextWordWrap, text);
    QRectF card(0, 0, std::max<double>(shown.width(), words.width()) + 14,
                shown.height() + words.height() + (picture.isNull() ? 10 : 16));
    const QPointF place = toWidget(m_points[static_cast<size_t>(m_hovered)]);
    card.moveTopLeft(place + QPointF(14, 14));
    if (card.right() > width() - 2)
        card.moveRight(place.x() - 14);
    if (card.bottom() > height() - 2)
        card.moveBottom(place.y() - 14);
    card.moveTopLeft({std::max(2.0, card.left()), std::max(2.0, card.top())});
    painter.setPen(QPen(palette().color(QPalette::Text), 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(place, radiusFor(m_points.size()) + 3, radiusFor(m_points.size()) + 3);
    painter.setPen(QPen(theme::hairline(palette()), 1));
    painter.setBrush(palette().color(QPalette::ToolTipBase));
    painter.drawRoundedRect(card, 4, 4);
    painter.drawImage(QRectF(card.topLeft() + QPointF(7, 7), shown), picture);
    painter.setPen(palette().color(QPalette::ToolTipText));
    painter.drawText(QRectF(card.left() + 7, card.bottom() - words.height() - 6, card.width() - 12, words.height() + 2),
                     Qt::TextWordWrap, text);
}

} // namespace hourglass
