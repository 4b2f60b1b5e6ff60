#include "ui/widgets/CodeScatter.h"

#include <algorithm>

#include "core/base/Contract.h"

namespace hourglass {

namespace {

constexpr double kMapMargin = 14; // between points and the edge

} // namespace

CodeScatter::CodeScatter(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("Codes"));
}

void CodeScatter::setPoints(std::vector<QPointF> points) {
    m_points = std::move(points);
    m_hovered = -1;
    m_categories.clear();
    m_values.clear();
    m_legend.clear();
    m_isFitted = true;
    arrange();
    setCurrent(-1);
    if (!m_chosen.empty())
        setChosen({});
}

void CodeScatter::movePoints(std::vector<QPointF> points) {
    expects(points.size() == m_points.size(), "{} points moved to {} places", m_points.size(), points.size());
    m_points = std::move(points);
    if (m_isFitted)
        frameAll();
    restyle();
}

void CodeScatter::clear() {
    setPoints({});
}

void CodeScatter::setAxisNames(const QString& x, const QString& y) {
    m_xName = x;
    m_yName = y;
    update();
}

void CodeScatter::setCategories(std::vector<int> categories, const QStringList& names) {
    m_categories = std::move(categories);
    m_values.clear();
    m_legend.setCategories(names);
    arrange();
}

void CodeScatter::setValues(std::vector<float> values, const QString& name) {
    m_values = std::move(values);
    m_categories.clear();
    std::vector<float> sorted = m_values;
    std::sort(sorted.begin(), sorted.end());
    if (!sorted.empty()) { // a few far out do not take the colours of all others
        m_lowest = sorted[sorted.size() / 50];
        m_highest = sorted[sorted.size() - 1 - sorted.size() / 50];
    }
    m_legend.setRange(name, m_lowest, m_highest);
    arrange();
}

void CodeScatter::setPictures(std::function<QImage(int)> picture) {
    m_picture = std::move(picture);
    restyle();
}

void CodeScatter::setDescription(std::function<QString(int)> describe) {
    m_describe = std::move(describe);
}

void CodeScatter::setSprites(bool areShown) {
    m_areSprites = areShown;
    restyle();
}

void CodeScatter::setLassoing(bool isOn) {
    m_isLassoing = isOn;
    setCursor(isOn ? Qt::CrossCursor : Qt::ArrowCursor);
}

void CodeScatter::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

void CodeScatter::setCurrent(int point) {
    if (point < -1 || point >= count() || point == m_current)
        return;
    m_current = point;
    setAccessibleDescription(point >= 0 && m_describe ? m_describe(point) : QString());
    update();
    emit currentChanged(point);
}

void CodeScatter::setChosen(std::vector<int> points) {
    m_chosen = std::move(points);
    restyle();
    emit chosenChanged(m_chosen);
}

void CodeScatter::restyle() {
    m_layer = {};
    update();
}

// Once for each change of size, font or legend: every point asks for it.
void CodeScatter::arrange() {
    m_plot = QRectF(rect()).adjusted(1, 1, -1, -1 - m_legend.arrange(width(), fontMetrics()));
    if (m_isFitted)
        frameAll();
    restyle();
}

QPointF CodeScatter::toWidget(QPointF place) const {
    const QPointF middle = m_plot.center();
    return {middle.x() + (place.x() - m_centre.x()) * m_scale, middle.y() - (place.y() - m_centre.y()) * m_scale};
}

void CodeScatter::fit() {
    m_isFitted = true;
    frameAll();
    restyle();
}

void CodeScatter::frameAll() {
    QRectF frame;
    for (size_t i = 0; i < m_points.size(); ++i) {
        const QPointF& p = m_points[i];
        if (i == 0)
            frame = QRectF(p, p);
        frame.setLeft(std::min(frame.left(), p.x()));
        frame.setRight(std::max(frame.right(), p.x()));
        frame.setTop(std::min(frame.top(), p.y()));
        frame.setBottom(std::max(frame.bottom(), p.y()));
    }
    const QRectF area = m_plot.adjusted(kMapMargin, kMapMargin, -kMapMargin, -kMapMargin);
    m_centre = frame.center();
    const double wide = frame.width() > 0 ? area.width() / frame.width() : 1e30;
    const double high = frame.height() > 0 ? area.height() / frame.height() : 1e30;
    m_scale = std::min(wide, high) < 1e30 ? std::max(1e-12, std::min(wide, high)) : 1;
}

} // namespace hourglass
