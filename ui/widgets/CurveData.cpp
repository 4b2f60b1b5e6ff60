#include "ui/widgets/CurveData.h"

#include <algorithm>

namespace hourglass {

namespace {

bool isBefore(const QPointF& point, double x) {
    return point.x() < x;
}

QByteArray number(double value) {
    return QByteArray::number(value, 'g', 9);
}

} // namespace

void CurveData::append(Curve curve, double x, double y) {
    Lane& into = m_lanes[static_cast<size_t>(curve)];
    if (!into.raw.empty() && x <= into.raw.back().x()) {
        into.raw.erase(std::lower_bound(into.raw.begin(), into.raw.end(), x, isBefore), into.raw.end());
        resmooth(into);
    }
    into.raw.emplace_back(x, y);
    into.smooth.emplace_back(x, into.smoother.add(y));
}

void CurveData::clear() {
    for (Lane& each : m_lanes)
        each = Lane{{}, {}, Smoother(each.weight), each.weight};
}

void CurveData::setSmoothing(double weight) {
    Lane& training = m_lanes[static_cast<size_t>(Curve::Training)];
    training.weight = weight;
    resmooth(training);
}

void CurveData::resmooth(Lane& each) {
    each.smoother = Smoother(each.weight);
    each.smooth.clear();
    for (const QPointF& point : each.raw)
        each.smooth.emplace_back(point.x(), each.smoother.add(point.y()));
}

double CurveData::lastX() const {
    double last = 0;
    for (const Lane& each : m_lanes)
        last = each.raw.empty() ? last : std::max(last, each.raw.back().x());
    return last;
}

int CurveData::nearest(Curve curve, double x) const {
    const std::vector<QPointF>& points = raw(curve);
    if (points.empty())
        return -1;
    auto after = std::lower_bound(points.begin(), points.end(), x, isBefore);
    if (after == points.end() || (after != points.begin() && x - (after - 1)->x() < after->x() - x))
        --after;
    return static_cast<int>(after - points.begin());
}

QByteArray CurveData::csv(double stepsPerEpoch) const {
    QByteArray text("step,epoch,training,training_smoothed,validation\n");
    size_t t = 0, v = 0;
    const auto &training = raw(Curve::Training), &validation = raw(Curve::Validation);
    while (t < training.size() || v < validation.size()) {
        const bool hasBoth = t < training.size() && v < validation.size();
        const double x = hasBoth ? std::min(training[t].x(), validation[v].x())
                                 : (t < training.size() ? training[t].x() : validation[v].x());
        text += number(x) + ',' + (stepsPerEpoch > 0 ? number(x / stepsPerEpoch) : QByteArray()) + ',';
        if (t < training.size() && training[t].x() == x) {
            text += number(training[t].y()) + ',' + number(smooth(Curve::Training)[t].y()) + ',';
            ++t;
        } else {
            text += ",,";
        }
        if (v < validation.size() && validation[v].x() == x) {
            text += number(validation[v].y());
            ++v;
        }
        text += '\n';
    }
    return text;
}

} // namespace hourglass
