#include "ui/widgets/PictureTable.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <cmath>

#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr double kCellGap = 4, kTableMargin = 6;
constexpr double kLeastSide = 24;    // of a picture, to be recognised
constexpr double kMostLabelled = 96; // in a table with labels more rows are better than larger pictures
constexpr int kMostWhole = 32;       // device pixels per picture pixel

} // namespace

PictureTable::PictureTable(QWidget* parent) : QAbstractScrollArea(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
}

double PictureTable::Arrangement::height() const {
    return top + rows * tileHeight - kCellGap + kTableMargin;
}

void PictureTable::setPictures(const Tensor& pictures) {
    const hourglass::Shape& shape = pictures.shape();
    const bool isBatch = shape.rank() == 4 && (shape[1] == 1 || shape[1] == 3) && pictures.elements() > 0;
    m_pictures.clear();
    for (int64_t i = 0; i < (isBatch ? shape[0] : 0); ++i)
        m_pictures.push_back(toImage(pictures, i));
    m_current = std::clamp(m_current, 0, std::max(0, count() - 1));
    arrange();
}

void PictureTable::setColumns(int columns) {
    m_wantedColumns = columns;
    arrange();
}

void PictureTable::setLabels(const QStringList& rows, const QStringList& columns) {
    m_rowLabels = rows;
    m_columnLabels = columns;
    arrange();
}

QImage PictureTable::picture(int index) const {
    return index >= 0 && index < count() ? m_pictures[static_cast<size_t>(index)] : QImage();
}

PictureTable::Arrangement PictureTable::at(double scale, QSize area) const {
    Arrangement a;
    const QSize size = m_pictures.front().size();
    a.scale = scale;
    a.left = kTableMargin + m_labelWidth;
    a.top = kTableMargin + (m_columnLabels.isEmpty() ? 0 : fontMetrics().height() + 2);
    a.tileWidth = size.width() * scale + kCellGap;
    a.tileHeight = size.height() * scale + kCellGap;
    const int room = static_cast<int>((area.width() - a.left - kTableMargin + kCellGap) / a.tileWidth);
    a.columns = m_wantedColumns > 0 ? m_wantedColumns : std::clamp(room, 1, count());
    a.rows = (count() + a.columns - 1) / a.columns;
    return a;
}

bool PictureTable::fits(const Arrangement& a, QSize area) const {
    const bool isWide = a.left + a.columns * a.tileWidth - kCellGap + kTableMargin > area.width();
    const double side = std::max(a.tileWidth, a.tileHeight) - kCellGap;
    return !isWide && (m_rowLabels.isEmpty() ? a.height() <= area.height() : side <= kMostLabelled);
}

// The largest scale at which all is seen; else the least at which pictures are made out, and it scrolls.
void PictureTable::arrange() {
    m_arrangement = {};
    m_labelWidth = 0;
    for (const QString& label : m_rowLabels)
        m_labelWidth = std::max<double>(m_labelWidth, fontMetrics().horizontalAdvance(label) + 8);
    viewport()->update();
    verticalScrollBar()->setRange(0, 0);
    if (m_pictures.empty())
        return;
    const QSize picture = m_pictures.front().size();
    const double pixel = 1 / devicePixelRatioF();
    const auto find = [&](QSize area) -> std::optional<Arrangement> {
        for (int whole = kMostWhole; whole > 1; --whole)
            if (const Arrangement a = at(whole * pixel, area); fits(a, area))
                return a;
        const double least = std::min(pixel, kLeastSide / std::max(picture.width(), picture.height()));
        for (int percent = 198; percent / 100.0 * pixel >= least; percent -= 2) // between 1 and 2 size counts more
            if (const Arrangement a = at(percent / 100.0 * pixel, area); fits(a, area))
                return a;
        return std::nullopt;
    };
    const int bar = verticalScrollBar()->sizeHint().width();
    QSize area = maximumViewportSize();
    std::optional<Arrangement> found = find(area);
    if (!found || found->height() > area.height()) {
        area.rwidth() -= bar;
        found = find(area);
    }
    if (!found) { // wide enough at least
        double scale = std::max(pixel, kLeastSide / std::max(picture.width(), picture.height()));
        while (scale > 0.05 * pixel &&
               at(scale, area).left + at(scale, area).columns * at(scale, area).tileWidth > area.width())
            scale *= 0.9;
        found = at(scale, area);
    }
    m_arrangement = *found;
    const int height = static_cast<int>(std::ceil(m_arrangement.height())), shown = maximumViewportSize().height();
    verticalScrollBar()->setRange(0, std::max(0, height - shown));
    verticalScrollBar()->setPageStep(shown);
    verticalScrollBar()->setSingleStep(static_cast<int>(m_arrangement.tileHeight));
}

QRectF PictureTable::pictureRect(int index) const {
    const Arrangement& a = m_arrangement;
    if (a.scale == 0 || index < 0 || index >= count())
        return {};
    const double ratio = devicePixelRatioF();
    const double x = a.left + index % a.columns * a.tileWidth;
    const double y = a.top + index / a.columns * a.tileHeight - verticalScrollBar()->value();
    return {std::round(x * ratio) / ratio, std::round(y * ratio) / ratio, a.tileWidth - kCellGap,
            a.tileHeight - kCellGap};
}

void PictureTable::paintEvent(QPaintEvent*) {
    const Arrangement& a = m_arrangement;
    if (a.scale == 0)
        return;
    QPainter painter(viewport());
    const double perPixel = a.scale * devicePixelRatioF();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, std::abs(perPixel - std::round(perPixel)) > 1e-6);
    painter.setPen(theme::mutedText(palette()));
    for (int row = 0; row < a.rows; ++row) {
        const QRectF first = pictureRect(row * a.columns);
        if (first.bottom() < 0 || first.top() > viewport()->height())
            continue;
        if (row < m_rowLabels.size())
            painter.drawText(QRectF(kTableMargin, first.top() - 20, a.left - kTableMargin - 8, first.height() + 40),
                             Qt::AlignRight | Qt::AlignVCenter, m_rowLabels[row]);
        for (int index = row * a.columns; index < std::min(count(), (row + 1) * a.columns); ++index)
            painter.drawImage(pictureRect(index), m_pictures[static_cast<size_t>(index)]);
    }
    if (!m_columnLabels.isEmpty()) { // they stay while rows scroll below
        painter.fillRect(QRectF(0, 0, viewport()->width(), a.top - 1), palette().window());
        for (int column = 0; column < std::min<int>(a.columns, static_cast<int>(m_columnLabels.size())); ++column)
            painter.drawText(QRectF(a.left + column * a.tileWidth - 20, 0, a.tileWidth - kCellGap + 40, a.top - 2),
                             Qt::AlignHCenter | Qt::AlignBottom, m_columnLabels[column]);
        painter.setClipRect(QRectF(0, a.top - 3, viewport()->width(), viewport()->height()));
    }
    QColor frame = palette().color(QPalette::Highlight);
    frame.setAlphaF(hasFocus() ? 1.0f : 0.5f);
    painter.setPen(QPen(frame, 2));
    painter.drawRect(pictureRect(m_current).adjusted(-2, -2, 2, 2));
}

int PictureTable::indexAt(QPointF place) const {
    if (place.y() >= (m_columnLabels.isEmpty() ? 0 : m_arrangement.top - kCellGap))
        for (int index = 0; index < count(); ++index)
            if (pictureRect(index).contains(place))
                return index;
    return -1;
}

void PictureTable::setCurrent(int index) {
    index = std::clamp(index, 0, std::max(0, count() - 1));
    if (index == m_current)
        return;
    m_current = index;
    const QRectF place = pictureRect(index);
    QScrollBar* bar = verticalScrollBar();
    const double above = place.top() - m_arrangement.top, below = place.bottom() + kTableMargin - viewport()->height();
    if (above < 0)
        bar->setValue(bar->value() + static_cast<int>(std::floor(above)));
    else if (below > 0)
        bar->setValue(bar->value() + static_cast<int>(std::ceil(below)));
    viewport()->update();
    emit currentChanged(index);
}

bool PictureTable::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        if (const int index = indexAt(help->pos()); index >= 0) {
            QToolTip::showText(help->globalPos(),
                               tr("Picture %1 of %2. Click to enlarge it.").arg(index + 1).arg(count()), this);
            return true;
        }
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void PictureTable::resizeEvent(QResizeEvent*) {
    arrange();
}

void PictureTable::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        arrange();
}

void PictureTable::focusInEvent(QFocusEvent*) {
    viewport()->update();
}

void PictureTable::focusOutEvent(QFocusEvent*) {
    viewport()->update();
}

void PictureTable::mousePressEvent(QMouseEvent* event) {
    const int index = event->button() == Qt::LeftButton ? indexAt(event->position()) : -1;
    if (index < 0)
        return event->ignore();
    setCurrent(index);
    emit activated(index);
}

void PictureTable::keyPressEvent(QKeyEvent* event) {
    const int columns = m_arrangement.columns;
    switch (count() > 0 ? event->key() : 0) {
    case Qt::Key_Left:
        return setCurrent(m_current - 1);
    case Qt::Key_Right:
        return setCurrent(m_current + 1);
    case Qt::Key_Up:
        return setCurrent(m_current >= columns ? m_current - columns : m_current);
    case Qt::Key_Down:
        return setCurrent(m_current + columns < count() ? m_current + columns : m_current);
    case Qt::Key_Home:
        return setCurrent(0);
    case Qt::Key_End:
        return setCurrent(count() - 1);
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
        return QAbstractScrollArea::keyPressEvent(event);
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        emit activated(m_current);
        return;
    default:
        event->ignore();
    }
}

} // namespace hourglass
