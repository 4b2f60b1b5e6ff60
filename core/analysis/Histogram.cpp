#include "core/analysis/Histogram.h"

#include <algorithm>
#include <cmath>

namespace hourglass {

namespace {

constexpr int64_t kMostBins = 10'000;

struct Range {
    double low;
    double high;
};

Range rangeOf(std::span<const float> values, bool logarithmic) {
    Range range{HUGE_VAL, -HUGE_VAL};
    for (const float value : values)
        if (std::isfinite(value) && (!logarithmic || value > 0)) {
            range.low = std::min(range.low, static_cast<double>(value));
            range.high = std::max(range.high, static_cast<double>(value));
        }
    if (range.low > range.high)
        return logarithmic ? Range{1, 10} : Range{0, 1};
    if (range.low < range.high)
        return range;
    if (logarithmic)
        return {range.low / 2, range.high * 2};
    const double margin = range.low == 0 ? 0.5 : std::abs(range.low) / 2;
    return {range.low - margin, range.high + margin};
}

} // namespace

Result<Histogram> histogramOf(std::span<const float> values, const HistogramOptions& options) {
    if (options.bins < 1 || options.bins > kMostBins)
        return makeError(ErrorCode::InvalidArgument, "A histogram has 1 to {} bins, not {}.", kMostBins, options.bins);
    const bool isFound = options.low == options.high;
    const Range range = isFound ? rangeOf(values, options.logarithmic) : Range{options.low, options.high};
    if (!(range.low < range.high && std::isfinite(range.high - range.low)) || (options.logarithmic && range.low <= 0))
        return makeError(ErrorCode::InvalidArgument, "A histogram{} cannot reach from {} to {}.",
                         options.logarithmic ? " with logarithmic bins" : "", range.low, range.high);
    const auto scaled = [&](double value) { return options.logarithmic ? std::log(value) : value; };
    const auto unscaled = [&](double value) { return options.logarithmic ? std::exp(value) : value; };
    const double low = scaled(range.low), width = (scaled(range.high) - low) / static_cast<double>(options.bins);

    Histogram histogram;
    for (int64_t bin = 0; bin < options.bins; ++bin)
        histogram.edges.push_back(bin == 0 ? range.low : unscaled(low + static_cast<double>(bin) * width));
    histogram.edges.push_back(range.high);
    histogram.counts.resize(static_cast<size_t>(options.bins));
    for (const float single : values) {
        const auto value = static_cast<double>(single);
        if (std::isnan(value))
            ++histogram.notNumbers;
        else if (value < range.low)
            ++histogram.below;
        else if (value > range.high)
            ++histogram.above;
        else { // by the edges themselves, so that what is shown is what was counted
            const auto next = std::upper_bound(histogram.edges.begin(), histogram.edges.end() - 1, value);
            ++histogram.counts[static_cast<size_t>(next - histogram.edges.begin() - 1)];
        }
    }
    return histogram;
}

} // namespace hourglass
