#include "ui/widgets/CurveMath.h"

#include <algorithm>
#include <cmath>

#include "ui/widgets/RealEdit.h"

namespace hourglass {

namespace {

bool isFinite(const QPointF& point) {
    return std::isfinite(point.x()) && std::isfinite(point.y());
}

// Appends the extremes of one column in the order they occur.
class Column {
public:
    void add(const QPointF& point) {
        if (m_count++ == 0) {
            m_low = m_high = point;
            m_lowPlace = m_highPlace = 0;
        } else if (point.y() < m_low.y()) {
            m_low = point;
            m_lowPlace = m_count;
        } else if (point.y() > m_high.y()) {
            m_high = point;
            m_highPlace = m_count;
        }
    }
    void flush(std::vector<QPointF>& into) {
        if (m_count == 0)
            return;
        const bool isLowFirst = m_lowPlace <= m_highPlace;
        into.push_back(isLowFirst ? m_low : m_high);
        if (m_lowPlace != m_highPlace)
            into.push_back(isLowFirst ? m_high : m_low);
        m_count = 0;
    }

private:
    QPointF m_low, m_high;
    int m_lowPlace = 0, m_highPlace = 0, m_count = 0;
};

double niceStep(double span, int count) {
    const double rough = span / std::max(1, count);
    const double unit = std::pow(10.0, std::floor(std::log10(rough)));
    for (double factor : {1.0, 2.0, 5.0})
        if (rough <= factor * unit * 1.0000001)
            return factor * unit;
    return 10 * unit;
}

QString tickLabel(double value) {
    return formatReal(QString::number(value, 'g', 6).toDouble());
}

std::vector<AxisTick> linearTicks(ValueRange range, int count) {
    std::vector<AxisTick> ticks;
    // A single tick gives no scale: ask for more until there are two.
    for (int wanted = count; ticks.size() < 2 && wanted < count + 8; ++wanted) {
        ticks.clear();
        const double step = niceStep(range.high - range.low, wanted);
        const double first = std::ceil(range.low / step - 1e-9);
        for (double i = first; i * step <= range.high + step * 1e-9 && ticks.size() < 50; ++i)
            ticks.push_back({i * step, tickLabel(i == 0 ? 0 : i * step)});
    }
    return ticks;
}

} // namespace

double Smoother::add(double value) {
    if (!std::isfinite(value))
        return value;
    m_sum = m_weight * m_sum + (1 - m_weight) * value;
    m_norm = m_weight * m_norm + (1 - m_weight);
    return m_sum / m_norm;
}

std::vector<double> smoothed(std::span<const double> values, double weight) {
    Smoother smoother(weight);
    std::vector<double> result;
    result.reserve(values.size());
    for (double value : values)
        result.push_back(smoother.add(value));
    return result;
}

std::vector<QPointF> decimated(std::span<const QPointF> points, double xMin, double xMax, int columns) {
    const auto isLeft = [](const QPointF& point, double x) { return point.x() < x; };
    const auto isRight = [](double x, const QPointF& point) { return x < point.x(); };
    auto begin = std::lower_bound(points.begin(), points.end(), xMin, isLeft);
    auto end = std::upper_bound(points.begin(), points.end(), xMax, isRight);
    begin -= begin != points.begin();
    end += end != points.end();

    std::vector<QPointF> kept;
    if (end - begin <= 2 * static_cast<std::ptrdiff_t>(columns) || !(xMax > xMin)) {
        std::copy_if(begin, end, std::back_inserter(kept), isFinite);
        return kept;
    }
    kept.reserve(static_cast<size_t>(columns) * 2 + 4);
    Column column;
    int current = -1;
    for (auto it = begin; it != end; ++it) {
        if (!isFinite(*it))
            continue;
        const double place = std::floor((it->x() - xMin) / (xMax - xMin) * columns);
        const int index = static_cast<int>(std::clamp(place, -1.0, static_cast<double>(columns)));
        if (index != current)
            column.flush(kept);
        current = index;
        column.add(*it);
    }
    column.flush(kept);
    return kept;
}

ValueRange robustRange(std::vector<double> values) {
    std::erase_if(values, [](double value) { return !std::isfinite(value); });
    if (values.empty())
        return {};
    std::sort(values.begin(), values.end());
    const auto quantile = [&](double q) {
        return values[static_cast<size_t>(q * static_cast<double>(values.size() - 1))];
    };
    double low = values.front(), high = values.back();
    if (values.size() >= 20) {
        const double body = std::max(quantile(0.98) - quantile(0.01), 1e-12 * std::abs(high));
        high = std::min(high, quantile(0.98) + 0.5 * body);
        low = std::max(low, quantile(0.01) - 0.5 * body);
    }
    const double margin = high > low ? 0.04 * (high - low) : std::max(std::abs(high) * 0.1, 1e-9);
    return {low - margin, high + margin};
}

std::vector<AxisTick> axisTicks(ValueRange range, int count, bool isLog) {
    if (!(range.high > range.low))
        return {};
    if (!isLog)
        return linearTicks(range, count);
    const double decades = range.high - range.low;
    if (decades < 1.3) {
        std::vector<AxisTick> ticks = linearTicks({std::pow(10, range.low), std::pow(10, range.high)}, count);
        std::erase_if(ticks, [](const AxisTick& tick) { return !(tick.position > 0); });
        for (AxisTick& tick : ticks)
            tick.position = std::log10(tick.position);
        return ticks;
    }
    std::vector<AxisTick> ticks;
    const int stride = std::max(1, static_cast<int>(std::ceil(decades / std::max(1, count))));
    for (int power = static_cast<int>(std::floor(range.low)); power <= range.high; ++power) {
        if (power % stride != 0)
            continue;
        for (double factor : {1.0, 2.0, 5.0}) {
            const double position = power + std::log10(factor);
            const bool isWanted = factor == 1 || decades * 3 <= count + 2 || (factor == 2 && decades * 2 <= count);
            if (isWanted && position >= range.low && position <= range.high)
                ticks.push_back({position, tickLabel(factor * std::pow(10.0, power))});
        }
    }
    return ticks;
}

} // namespace hourglass
