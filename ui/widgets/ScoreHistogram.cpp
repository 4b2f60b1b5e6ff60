#include "ui/widgets/ScoreHistogram.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <cmath>

#include "ui/widgets/CurveMath.h"
#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr double kBarWidth = 5; // at least, so that bars can be told apart
constexpr double kSteps = 400;  // of the keys, over the axis
constexpr double kGrip = 6;     // pixels beside the line that look like something to drag

QString scoreText(double score) {
    return QLocale().toString(score, 'g', 4);
}

} // namespace

ScoreHistogram::ScoreHistogram(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Histogram of scores"));
}

void ScoreHistogram::setScores(Group reference, Group normal, Group odd) {
    m_reference = std::move(reference);
    m_normal = std::move(normal);
    m_odd = std::move(odd);
    bool isFirst = true;
    for (const Group* group : {&m_reference, &m_normal, &m_odd})
        for (const float each : group->scores) {
            const auto score = static_cast<double>(each);
            m_low = isFirst ? score : std::min(m_low, score);
            m_high = isFirst ? score : std::max(m_high, score);
            isFirst = false;
        }
    count();
}

// All groups over the same bins.
void ScoreHistogram::count() {
    if (isEmpty())
        return update();
    const auto bins = std::clamp<int64_t>(static_cast<int64_t>(plot().width() / kBarWidth), 8, 200);
    const HistogramOptions options{
        .bins = bins, .low = m_low, .high = m_high, .logarithmic = m_isLogScore && canBeLogarithmic()};
    const auto binsOf = [&](const Group& group) {
        const Result<Histogram> histogram = histogramOf(group.scores, options);
        return histogram ? *histogram : Histogram{};
    };
    m_referenceBins = binsOf(m_reference);
    m_normalBins = binsOf(m_normal);
    m_oddBins = binsOf(m_odd);
    m_highest = 1;
    const double scale = static_cast<double>(m_normal.scores.size() + m_odd.scores.size()) /
                         static_cast<double>(std::max<size_t>(1, m_reference.scores.size()));
    for (size_t i = 0; i < m_normalBins.counts.size(); ++i)
        m_highest = std::max({m_highest, static_cast<double>(m_normalBins.counts[i] + m_oddBins.counts[i]),
                              scale * static_cast<double>(m_referenceBins.counts[i])});
    update();
}

void ScoreHistogram::setThreshold(double threshold) {
    m_threshold = threshold;
    setAccessibleDescription(tr("Threshold %1").arg(scoreText(threshold)));
    update();
}

void ScoreHistogram::setLogarithmicCount(bool isLog) {
    m_isLogCount = isLog;
    update();
}

void ScoreHistogram::setLogarithmicScore(bool isLog) {
    m_isLogScore = isLog;
    count();
}

void ScoreHistogram::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

QRectF ScoreHistogram::plot() const {
    const int line = fontMetrics().height();
    const int left = fontMetrics().horizontalAdvance(QStringLiteral("10,000")) + 8;
    return QRectF(rect()).adjusted(left, line + 6, -8, -line - 6);
}

double ScoreHistogram::share(double score) const {
    if (m_high <= m_low)
        return 0.5;
    if (m_isLogScore && canBeLogarithmic())
        return std::log(std::max(score, 1e-300) / m_low) / std::log(m_high / m_low);
    return (score - m_low) / (m_high - m_low);
}

double ScoreHistogram::xOf(double score) const {
    const QRectF area = plot();
    return area.left() + std::clamp(share(score), 0.0, 1.0) * area.width();
}

double ScoreHistogram::scoreAt(double x) const {
    const QRectF area = plot();
    const double part = std::clamp((x - area.left()) / std::max(1.0, area.width()), 0.0, 1.0);
    if (m_isLogScore && canBeLogarithmic())
        return m_low * std::pow(m_high / m_low, part);
    return m_low + part * (m_high - m_low);
}

double ScoreHistogram::heightOf(double count) const {
    const double part = m_isLogCount ? std::log1p(std::max(0.0, count)) / std::log1p(m_highest) : count / m_highest;
    return part * plot().height();
}

QString ScoreHistogram::textAt(double x) const {
    if (isEmpty() || m_normalBins.edges.empty())
        return {};
    const auto edge = std::upper_bound(m_normalBins.edges.begin(), m_normalBins.edges.end(), scoreAt(x));
    const auto bin = static_cast<size_t>(std::clamp<ptrdiff_t>(edge - m_normalBins.edges.begin() - 1, 0,
                                                               static_cast<ptrdiff_t>(m_normalBins.counts.size()) - 1));
    QStringList parts;
    const std::pair<const Group*, const Histogram*> groups[] = {
        {&m_normal, &m_normalBins}, {&m_odd, &m_oddBins}, {&m_reference, &m_referenceBins}};
    for (const auto& [group, bins] : groups)
        if (!group->scores.empty())
            parts << tr("%1: %2").arg(group->name, QLocale().toString(static_cast<qlonglong>(bins->counts[bin])));
    return tr("Score %1 to %2").arg(scoreText(m_normalBins.edges[bin]), scoreText(m_normalBins.edges[bin + 1])) +
           QLatin1Char('\n') + parts.join(QLatin1Char('\n'));
}

void ScoreHistogram::move(double threshold) {
    if (isEmpty())
        return;
    setThreshold(std::clamp(threshold, m_low, m_high));
    emit thresholdMoved(m_threshold);
}

bool ScoreHistogram::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && !isEmpty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), textAt(help->pos().x()) + QLatin1Char('\n') +
                                                  tr("Drag the line to move the threshold; ←/→ do so by keys."));
        return true;
    }
    return QWidget::event(event);
}

void ScoreHistogram::resizeEvent(QResizeEvent*) {
    count();
}

void ScoreHistogram::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        count();
}

void ScoreHistogram::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    m_isDragging = true;
    move(scoreAt(event->position().x()));
}

void ScoreHistogram::mouseMoveEvent(QMouseEvent* event) {
    const bool isNear = !isEmpty() && std::abs(event->position().x() - xOf(m_threshold)) <= kGrip;
    setCursor(isNear || m_isDragging ? Qt::SplitHCursor : Qt::ArrowCursor);
    if (m_isDragging)
        move(scoreAt(event->position().x()));
}

void ScoreHistogram::mouseReleaseEvent(QMouseEvent*) {
    m_isDragging = false;
}

void ScoreHistogram::keyPressEvent(QKeyEvent* event) {
    const double step = plot().width() / kSteps * (event->modifiers() & Qt::ShiftModifier ? 10 : 1);
    switch (event->key()) {
    case Qt::Key_Left:
        return move(scoreAt(xOf(m_threshold) - step));
    case Qt::Key_Right:
        return move(scoreAt(xOf(m_threshold) + step));
    case Qt::Key_Home:
        return move(m_low);
    case Qt::Key_End:
        return move(m_high);
    default:
        QWidget::keyPressEvent(event);
    }
}

void ScoreHistogram::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF area = plot();
    painter.fillRect(area, palette().color(QPalette::Base));
    if (isEmpty()) {
        painter.setPen(theme::mutedText(palette()));
        painter.drawText(QRectF(rect()).adjusted(12, 4, -12, -4), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    paintAxes(painter, area);
    paintBars(painter, area);
    paintThreshold(painter, area);
    paintLegend(painter);
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(area);
    }
}

void ScoreHistogram::paintAxes(QPainter& painter, const QRectF& area) const {
    const QColor hairline = theme::hairline(palette()), text = theme::mutedText(palette());
    const bool isLog = m_isLogScore && canBeLogarithmic();
    const ValueRange range = isLog ? ValueRange{std::log10(m_low), std::log10(m_high)} : ValueRange{m_low, m_high};
    const double wide = fontMetrics().horizontalAdvance(QStringLiteral("0.00000"));
    double next = 0; // where the label before ends
    for (const AxisTick& tick : axisTicks(range, static_cast<int>(std::max(2.0, area.width() / (wide + 20))), isLog)) {
        const double x = xOf(isLog ? std::pow(10, tick.position) : tick.position);
        painter.setPen(hairline);
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        const double width = fontMetrics().horizontalAdvance(tick.label);
        const double left = std::clamp(x - width / 2, 0.0, this->width() - width);
        if (left < next)
            continue;
        next = left + width + 6;
        painter.setPen(text);
        painter.drawText(QPointF(left, area.bottom() + 2 + fontMetrics().ascent()), tick.label);
    }
    // Round counts: 1, 10, 100 … or equal steps.
    const double line = fontMetrics().height();
    double highest = area.bottom() + line;
    std::vector<double> counts{0};
    if (m_isLogCount)
        for (double count = 1; count <= m_highest; count *= 10)
            counts.push_back(count);
    else
        for (const AxisTick& tick :
             axisTicks({0, m_highest}, static_cast<int>(std::max(2.0, area.height() / 28)), false))
            counts.push_back(tick.position);
    for (const double count : counts) {
        const double y = area.bottom() - heightOf(count);
        painter.setPen(hairline);
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        if (count != std::floor(count) || highest - y < line)
            continue;
        highest = y;
        painter.setPen(text);
        painter.drawText(QRectF(0, y - line / 2, area.left() - 4, line), Qt::AlignRight | Qt::AlignVCenter,
                         QLocale().toString(static_cast<qlonglong>(count)));
    }
}

void ScoreHistogram::paintBars(QPainter& painter, const QRectF& area) const {
    const QColor normal = theme::trainCurve(palette()), odd = theme::validationCurve(palette());
    const double scale = static_cast<double>(m_normal.scores.size() + m_odd.scores.size()) /
                         static_cast<double>(std::max<size_t>(1, m_reference.scores.size()));
    QPolygonF outline{QPointF(area.left(), area.bottom())};
    painter.setPen(Qt::NoPen);
    const auto bins = static_cast<double>(m_normalBins.counts.size());
    for (size_t i = 0; i < m_normalBins.counts.size(); ++i) {
        const double left = area.left() + area.width() * static_cast<double>(i) / bins;
        const double right = area.left() + area.width() * static_cast<double>(i + 1) / bins;
        const auto of = static_cast<double>(m_normalBins.counts[i]);
        const double low = area.bottom() - heightOf(of);
        const double high = area.bottom() - heightOf(of + static_cast<double>(m_oddBins.counts[i]));
        const double inner = right - left > 3 ? right - 1 : right;
        painter.fillRect(QRectF(QPointF(left, low), QPointF(inner, area.bottom())),
                         theme::mix(normal, palette().color(QPalette::Base), 0.35));
        if (high < low) {
            const QRectF bar(QPointF(left, high), QPointF(inner, low));
            painter.fillRect(bar, theme::mix(odd, palette().color(QPalette::Base), 0.35));
            painter.fillRect(bar, QBrush(odd, Qt::BDiagPattern));
        }
        const double reference = area.bottom() - heightOf(scale * static_cast<double>(m_referenceBins.counts[i]));
        outline << QPointF(left, reference) << QPointF(right, reference);
    }
    if (m_reference.scores.empty())
        return;
    outline << QPointF(area.right(), area.bottom());
    painter.setPen(QPen(palette().color(QPalette::WindowText), 1.3));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(outline);
}

void ScoreHistogram::paintThreshold(QPainter& painter, const QRectF& area) const {
    const double x = xOf(m_threshold);
    const QColor colour = theme::errorText(palette());
    QColor beyond = colour;
    beyond.setAlphaF(0.08f);
    painter.fillRect(QRectF(QPointF(x, area.top()), area.bottomRight()), beyond);
    painter.setPen(QPen(colour, 2));
    painter.drawLine(QPointF(x, area.top() - 2), QPointF(x, area.bottom() + 2));
    painter.setBrush(colour);
    painter.drawPolygon(QPolygonF{{x - 5, area.top() - 6}, {x + 5, area.top() - 6}, {x, area.top() + 2}});
}

// Names with counts where there is room for all of them, else the names.
void ScoreHistogram::paintLegend(QPainter& painter) const {
    struct Entry {
        const Group& group;
        QColor colour;
        bool isFilled, isHatched;
    };
    const std::array entries{Entry{m_normal, theme::trainCurve(palette()), true, false},
                             Entry{m_odd, theme::validationCurve(palette()), true, true},
                             Entry{m_reference, palette().color(QPalette::WindowText), false, false}};
    const double line = fontMetrics().height(), mark = line * 0.6, gap = 10;
    const auto textOf = [](const Group& group, bool isLong) {
        const auto count = static_cast<qlonglong>(group.scores.size());
        return isLong ? tr("%1 (%2)").arg(group.name, QLocale().toString(count)) : group.name;
    };
    double needed = 0;
    for (const Entry& entry : entries)
        if (!entry.group.scores.empty())
            needed += mark + 4 + fontMetrics().horizontalAdvance(textOf(entry.group, true)) + gap;
    const bool isLong = needed - gap <= width();
    double x = isLong ? std::max(0.0, std::min(plot().left(), width() - needed + gap)) : 0;
    for (const Entry& entry : entries) {
        const double room = width() - x - mark - 4;
        if (entry.group.scores.empty() || room < 20)
            continue;
        const QRectF box(x + 1, (line - mark) / 2, mark, mark);
        painter.setPen(QPen(entry.colour, 1.3));
        painter.setBrush(entry.isFilled ? QBrush(theme::mix(entry.colour, palette().color(QPalette::Base), 0.35))
                                        : QBrush(Qt::NoBrush));
        painter.drawRect(box);
        if (entry.isHatched)
            painter.fillRect(box, QBrush(entry.colour, Qt::BDiagPattern));
        painter.setPen(palette().color(QPalette::WindowText));
        const QString shown =
            fontMetrics().elidedText(textOf(entry.group, isLong), Qt::ElideRight, static_cast<int>(room));
        painter.drawText(QPointF(x + mark + 4, fontMetrics().ascent()), shown);
        x += mark + 4 + fontMetrics().horizontalAdvance(shown) + gap;
    }
}

} // namespace hourglass
