#include "ui/bridge/PictureProgress.h"

#include <utility>

namespace hourglass {

namespace {

constexpr std::chrono::milliseconds kBetweenReports{50};

} // namespace

PictureMeter::PictureMeter(const Shape& picture, Report report)
    : m_megapixels(static_cast<double>(picture.elements() / picture[0]) / 1e6), m_report(std::move(report)) {}

double PictureMeter::seconds() const {
    return std::chrono::duration<double>(Clock::now() - m_start).count();
}

void PictureMeter::tell(double fraction) {
    if (fraction <= 0 || Clock::now() - m_reported < kBetweenReports)
        return;
    m_reported = Clock::now();
    const double passed = seconds();
    m_report({.fraction = fraction,
              .secondsLeft = passed * (1 - fraction) / fraction,
              .megapixelsPerSecond = m_megapixels * fraction / passed});
}

} // namespace hourglass
