#pragma once

// How often values fall into bins of equal width, or of equal ratio for values over several orders of magnitude.

#include <span>
#include <vector>

#include "core/base/Result.h"

namespace hourglass {

struct HistogramOptions {
    int64_t bins = 50;
    double low = 0; // of the range; equal bounds ask for the smallest and largest of the values
    double high = 0;
    bool logarithmic = false;
};

struct Histogram {
    std::vector<double> edges;   // bins + 1, ascending
    std::vector<int64_t> counts; // values in [edge, next edge), in the last bin also those at its upper edge
    int64_t below = 0;           // outside the range
    int64_t above = 0;
    int64_t notNumbers = 0;
};

// InvalidArgument when bins is outside 1 … 10,000, when the range is not finite or upside down, or begins at or below 0
// with logarithmic bins. A range of its own is that of the finite values (with logarithmic bins the positive ones), and
// is widened when they are all the same; of no such value it is 0 … 1 (logarithmic: 1 … 10).
Result<Histogram> histogramOf(std::span<const float> values, const HistogramOptions& options = {});

} // namespace hourglass
