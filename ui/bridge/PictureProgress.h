#pragma once

// How far the work on a picture is that takes a while, measured in one way for all services that do such work.

#include <chrono>
#include <functional>

#include "core/tensor/Shape.h"

namespace hourglass {

struct PictureProgress {
    double fraction = 0;
    double secondsLeft = 0;
    double megapixelsPerSecond = 0;
};

// Turns the fractions that a pass over a picture tells into reports, not more of them than a person can follow. The
// clock runs from its making on. One thread.
class PictureMeter {
public:
    using Report = std::function<void(const PictureProgress&)>;

    PictureMeter(const Shape& picture, Report report); // [C, H, W]
    void tell(double fraction);
    double seconds() const; // so far

private:
    using Clock = std::chrono::steady_clock;
    double m_megapixels;
    Report m_report;
    Clock::time_point m_start = Clock::now(), m_reported = m_start;
};

} // namespace hourglass
