#pragma once

// The points of one chart: a training curve over steps, raw and smoothed, and a validation curve, which is measured on
// all of its samples and drawn as it is. No widget.

#include <QByteArray>
#include <QPointF>

#include <array>
#include <vector>

#include "ui/widgets/CurveMath.h"

namespace hourglass {

enum class Curve { Training, Validation };
inline constexpr std::array kCurves{Curve::Training, Curve::Validation};

class CurveData {
public:
    static constexpr double kDefaultSmoothing = 0.6;

    // x is the step. A point at or before the last one takes its place and drops what came after: that is what a
    // resumed or rewound run does. y may be NaN (kept for the file, never drawn).
    void append(Curve curve, double x, double y);
    void clear();
    void setSmoothing(double weight);
    double smoothing() const { return lane(Curve::Training).weight; }

    const std::vector<QPointF>& raw(Curve curve) const { return lane(curve).raw; }
    const std::vector<QPointF>& smooth(Curve curve) const { return lane(curve).smooth; }
    bool isEmpty() const { return m_lanes[0].raw.empty() && m_lanes[1].raw.empty(); }
    double lastX() const;
    // Index of the point nearest to x; −1 without points.
    int nearest(Curve curve, double x) const;

    // "step,epoch,training,training_smoothed,validation", one row per step, '.' decimals.
    QByteArray csv(double stepsPerEpoch) const;

private:
    struct Lane {
        std::vector<QPointF> raw, smooth;
        Smoother smoother;
        double weight;
    };
    void resmooth(Lane& lane);
    const Lane& lane(Curve curve) const { return m_lanes[static_cast<size_t>(curve)]; }

    std::array<Lane, 2> m_lanes{Lane{{}, {}, Smoother(kDefaultSmoothing), kDefaultSmoothing},
                                Lane{{}, {}, Smoother(0), 0}};
};

} // namespace hourglass
