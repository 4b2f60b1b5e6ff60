#include "ui/widgets/ScoreHistogram.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace hourglass {

namespace {

constexpr double kBarWidth = 5;       // at least, so that bars can be told apart
constexpr double kSteps = 400;        // of the keys, over the axis
constexpr double kThresholdReach = 6; // pixels beside the line that look like something to drag

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
    const bool isNear = !isEmpty() && std::abs(event->position().x() - xOf(m_threshold)) <= kThresholdReach;
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

} // namespace hourglass
