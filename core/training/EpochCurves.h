#pragma once

// A run's history epoch by epoch, and the arithmetic that tells its course from its noise. No judgement: that is
// Coach.h.

#include <span>
#include <vector>

#include "core/options/OptionTable.h"
#include "core/training/History.h"

namespace hourglass {

// One value for each epoch that was measured at its end, without those in which β or the learning rate still warmed up:
// what is measured while they change does not compare.
struct EpochCurves {
    std::vector<int64_t> number;     // counted from 1
    std::vector<double> training;    // mean training loss
    std::vector<double> validation;  // loss; without a validation part the mean training loss again
    std::vector<double> rate;        // learning rate at its end
    std::vector<double> activeUnits; // NaN where it was not measured

    size_t size() const { return number.size(); }
};
EpochCurves epochCurves(std::span<const HistoryRow> rows, std::span<const std::string> columns,
                        const OptionValues& options);

// Of the values from `from` to below `to`, which are at least one.
double meanOf(std::span<const double> values, size_t from, size_t to);
// Place of the least.
size_t lowestOf(std::span<const double> values);
// Standard deviation of a curve about its own course: second differences of white noise have six times its variance,
// and those of a smooth curve vanish; the median leaves a steep beginning out. 0 for fewer than three values.
double noiseOf(std::span<const double> values);
// Least-squares slope per value of at least two.
double slopeOf(std::span<const double> values);

} // namespace hourglass
