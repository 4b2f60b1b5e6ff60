#include "ui/widgets/CurveCanvas.h"

#include <QPainter>
#include <QtCharts/QCategoryAxis>
#include <QtCharts/QLineSeries>

#include <cmath>

#include "ui/widgets/Theme.h"

namespace hourglass {

namespace {

constexpr float kFaint = 0.28f; // opacity of raw values under their average

} // namespace

CurveCanvas::CurveCanvas(const CurveData& curves, QWidget* parent)
    : QChartView(parent), m_data(curves), m_xAxis(new QCategoryAxis(this)), m_yAxis(new QCategoryAxis(this)) {
    chart()->setAnimationOptions(QChart::NoAnimation);
    chart()->legend()->hide();
    chart()->setBackgroundVisible(false);
    const int halfLabel = fontMetrics().horizontalAdvance(QStringLiteral("00"));
    chart()->setMargins({0, 4, halfLabel, 0}); // the last label reaches beyond the plot
    chart()->layout()->setContentsMargins(0, 0, 0, 0);
    chart()->addAxis(m_xAxis, Qt::AlignBottom);
    chart()->addAxis(m_yAxis, Qt::AlignLeft);
    for (QCategoryAxis* axis : {m_xAxis, m_yAxis}) {
        axis->setLabelsPosition(QCategoryAxis::AxisLabelsPositionOnValue);
        axis->setTruncateLabels(false);
    }
    for (Lines& lines : m_lines)
        for (QLineSeries** series : {&lines.raw, &lines.smooth}) {
            *series = new QLineSeries(this);
            chart()->addSeries(*series);
            (*series)->attachAxis(m_xAxis);
            (*series)->attachAxis(m_yAxis);
        }
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    setViewportUpdateMode(QGraphicsView::FullViewportUpdate);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(160, 90);
    applyPalette();
    refresh();
    // The layout comes after the first refresh and decides how many ticks fit; it settles in one more.
    connect(
        chart(), &QChart::plotAreaChanged, this, [this] { refresh(); }, Qt::QueuedConnection);
}

void CurveCanvas::applyPalette() {
    chart()->setPlotAreaBackgroundVisible(false);
    setBackgroundBrush(Qt::NoBrush);
    viewport()->setAutoFillBackground(false);
    const std::array colours{theme::trainCurve(palette()), theme::validationCurve(palette())};
    for (size_t i = 0; i < m_lines.size(); ++i) {
        QColor faint = colours[i];
        faint.setAlphaF(m_lines[i].raw->pointsVisible() ? 0.75f : kFaint);
        m_lines[i].raw->setPen(QPen(faint, 1));
        m_lines[i].smooth->setPen(QPen(colours[i], 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    }
    for (QCategoryAxis* axis : {m_xAxis, m_yAxis}) {
        axis->setLabelsBrush(palette().brush(QPalette::WindowText));
        axis->setTitleBrush(theme::mutedText(palette()));
        axis->setTitleFont(font());
        axis->setLabelsFont(font());
        axis->setGridLinePen(QPen(theme::hairline(palette()), 1));
        axis->setLinePen(
            QPen(theme::mix(palette().color(QPalette::Window), palette().color(QPalette::WindowText), 0.4), 1));
    }
}

void CurveCanvas::setLogarithmic(bool isLog) {
    m_isLog = isLog;
    refresh();
}

void CurveCanvas::setXUnit(double stepsPerUnit, const QString& title) {
    m_stepsPerUnit = stepsPerUnit > 0 ? stepsPerUnit : 1;
    m_xAxis->setTitleText(title);
    refresh();
}

void CurveCanvas::setYTitle(const QString& title) {
    m_yAxis->setTitleText(title);
}

void CurveCanvas::setBest(std::optional<double> step) {
    m_best = step;
    viewport()->update();
}

void CurveCanvas::setEmptyText(const QString& text) {
    m_emptyText = text;
    viewport()->update();
}

void CurveCanvas::showEverything() {
    m_view.reset();
    refresh();
}

ValueRange CurveCanvas::viewRange() const {
    return m_view ? *m_view : ValueRange{0, std::max(m_data.lastX(), 1.0)};
}

void CurveCanvas::refresh() {
    const ValueRange steps = viewRange(), values = fillSeries();
    const ValueRange units{steps.low / m_stepsPerUnit, steps.high / m_stepsPerUnit};
    const QSizeF plot = chart()->plotArea().size();
    const int labelWidth = fontMetrics().horizontalAdvance(QStringLiteral("00000")) * 2;
    setTicks(m_xAxis, units, std::max(2, static_cast<int>(plot.width()) / labelWidth), false);
    setTicks(m_yAxis, values, std::max(2, static_cast<int>(plot.height()) / (fontMetrics().height() * 8 / 5)), m_isLog);
    const bool hasAxes = !m_data.isEmpty();
    m_xAxis->setVisible(hasAxes);
    m_yAxis->setVisible(hasAxes);
    m_xAxis->setTitleVisible(hasAxes && height() >= fontMetrics().height() * 8); // the curve needs the room more
    viewport()->update();
}

// Hands the visible part of the curves to the chart and returns the range of values that shows it.
ValueRange CurveCanvas::fillSeries() {
    const ValueRange steps = viewRange();
    const int columns = std::max(50, static_cast<int>(chart()->plotArea().width() * devicePixelRatioF()));
    const auto toChart = [this](std::vector<QPointF> points) {
        QList<QPointF> shown;
        shown.reserve(static_cast<qsizetype>(points.size()));
        for (const QPointF& point : points)
            if (!m_isLog || point.y() > 0)
                shown.append({point.x() / m_stepsPerUnit, m_isLog ? std::log10(point.y()) : point.y()});
        return shown;
    };
    std::vector<double> values;
    for (size_t i = 0; i < kCurves.size(); ++i) {
        const std::vector<QPointF>& all = m_data.raw(kCurves[i]);
        const QList<QPointF> raw = toChart(decimated(all, steps.low, steps.high, columns));
        const QList<QPointF> smooth = toChart(decimated(m_data.smooth(kCurves[i]), steps.low, steps.high, columns));
        // Sparse curves (one value per epoch) mark the values themselves: few values make the average lag visibly,
        // and a lone one would otherwise be no line at all.
        const bool isSparse = raw.size() <= 30 && (i == 1 || raw.size() < 2);
        if (isSparse != m_lines[i].raw->pointsVisible()) {
            QPen pen = m_lines[i].raw->pen();
            QColor colour = pen.color();
            colour.setAlphaF(isSparse ? 0.75f : kFaint);
            pen.setColor(colour);
            m_lines[i].raw->setPen(pen);
            m_lines[i].raw->setMarkerSize(3);
            m_lines[i].raw->setPointsVisible(isSparse);
        }
        m_lines[i].raw->replace(raw);
        m_lines[i].smooth->replace(smooth);
        for (const QPointF& point : smooth)
            values.push_back(point.y());
        // Quantiles need the raw values in their true proportions, not the extremes that decimation keeps.
        const size_t stride = std::max<size_t>(1, all.size() / 4000);
        for (size_t k = 0; k < all.size(); k += stride)
            if (all[k].x() >= steps.low && all[k].x() <= steps.high)
                values.push_back(m_isLog ? std::log10(all[k].y()) : all[k].y());
    }
    return robustRange(std::move(values));
}

void CurveCanvas::setTicks(QCategoryAxis* axis, ValueRange range, int count, bool isLog) {
    const std::vector<AxisTick> ticks = axisTicks(range, count, isLog);
    QStringList labels;
    for (const AxisTick& tick : ticks)
        labels << tick.label;
    const bool isSame = labels == axis->categoriesLabels() &&
                        std::all_of(ticks.begin(), ticks.end(),
                                    [&](const AxisTick& tick) { return axis->endValue(tick.label) == tick.position; });
    if (!isSame) {
        for (const QString& label : axis->categoriesLabels())
            axis->remove(label);
        axis->setStartValue(range.low);
        for (const AxisTick& tick : ticks)
            axis->append(tick.label, tick.position);
    }
    axis->setRange(range.low, range.high);
}

double CurveCanvas::stepAt(double widgetX) const {
    const QRectF plot = chart()->plotArea();
    const ValueRange view = viewRange();
    return view.low + (widgetX - plot.left()) / std::max(1.0, plot.width()) * (view.high - view.low);
}

double CurveCanvas::xOfStep(double step) const {
    const QRectF plot = chart()->plotArea();
    const ValueRange view = viewRange();
    return plot.left() + (step - view.low) / (view.high - view.low) * plot.width();
}

void CurveCanvas::zoom(double factor, double around) {
    const ValueRange view = viewRange();
    setView(around - (around - view.low) * factor, around + (view.high - around) * factor);
}

void CurveCanvas::setView(double low, double high) {
    const double last = std::max(m_data.lastX(), 1.0);
    const double width = std::clamp(high - low, std::min(4.0, last), last);
    if (width >= last)
        return showEverything();
    low = std::clamp(low, 0.0, last - width);
    m_view = ValueRange{low, low + width};
    refresh();
}

int CurveCanvas::drawnPoints() const {
    return static_cast<int>(m_lines[0].raw->count());
}

void CurveCanvas::resizeEvent(QResizeEvent* event) {
    QChartView::resizeEvent(event);
    refresh();
}

void CurveCanvas::changeEvent(QEvent* event) {
    QChartView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyPalette();
        refresh();
    }
}

} // namespace hourglass
