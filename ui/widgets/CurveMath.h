#pragma once

// The arithmetic behind a curve on screen, without any widget: smoothing, thinning, ranges, axis ticks.

#include <QPointF>
#include <QString>

#include <span>
#include <vector>

namespace hourglass {

// Debiased exponential moving average, after Adam's bias correction (Kingma & Ba 2015, §3):
//   s_t = w·s_{t−1} + (1−w)·y_t with s_0 = 0,   shown: s_t / (1 − w^t),
// so the first value shown is y_1 itself. Weight 0 shows the values as they are. What is not finite is passed through
// and does not enter the average.
class Smoother {
public:
    explicit Smoother(double weight = 0) : m_weight(weight) {}
    double add(double value);

private:
    double m_weight;
    double m_sum = 0;
    double m_norm = 0; // 1 − w^t
};

std::vector<double> smoothed(std::span<const double> values, double weight);

// At most two points per column of [xMin, xMax], the lowest and the highest in their order, plus one neighbour on
// either side so that lines reach the border. `points` ascend in x. Points that are not finite are left out.
std::vector<QPointF> decimated(std::span<const QPointF> points, double xMin, double xMax, int columns);

struct ValueRange {
    double low = 0;
    double high = 1;
};

// The range that shows the body of the values: everything, unless less than 2 % lies far above (or 1 % below) the
// rest, which is then clipped. Never empty; values that are not finite are ignored.
ValueRange robustRange(std::vector<double> values);

struct AxisTick {
    double position; // in the axis' own coordinate: the value, or its log10 on a logarithmic axis
    QString label;
    bool operator==(const AxisTick&) const = default;
};

// About `count` round values in the range, which is in log10 of the value when `isLog`. A logarithmic axis shorter
// than a decade still gets its ticks.
std::vector<AxisTick> axisTicks(ValueRange range, int count, bool isLog);

} // namespace hourglass
