#pragma once

// How well a score tells anomalies from normal samples. Everywhere a sample is called an anomaly when its score lies
// above the threshold, not at it: the threshold is the largest score that still passes for normal.

#include <limits>
#include <span>
#include <vector>

#include "core/base/Result.h"

namespace hourglass {

// What a threshold makes of labelled samples. Rates of a class without samples are 0.
struct ConfusionCounts {
    int64_t truePositives = 0;  // anomalies above
    int64_t falsePositives = 0; // normal ones above
    int64_t trueNegatives = 0;  // normal ones not above
    int64_t falseNegatives = 0; // anomalies not above

    double truePositiveRate() const;
    double falsePositiveRate() const;
    bool operator==(const ConfusionCounts&) const = default;
};

struct RocPoint {
    double falsePositiveRate = 0;
    double truePositiveRate = 0;
    double threshold = 0;
};

struct Roc {
    // The probability that an anomaly scores higher than a normal sample, ties counted half: by ranks (Mann and Whitney
    // 1947), exactly.
    double area = 0;
    // From (0, 0) at the highest score to (1, 1) at -∞, one point per different score: both rates never fall.
    std::vector<RocPoint> curve;
};

// InvalidArgument when a score is not a number (naming its row, from 0), or when all samples are normal or all are
// anomalies, saying which. ContractError unless there is one label per score. O(N log N).
Result<Roc> rocOf(std::span<const float> scores, const std::vector<bool>& isAnomaly);
// The same where it is known already how the scores descend: all rows, the highest score first. O(N).
Result<Roc> rocOf(std::span<const float> scores, const std::vector<bool>& isAnomaly,
                  std::span<const int64_t> descending);

// The counts at a threshold, in one pass. Labels of one class will do.
ConfusionCounts confusionAt(double threshold, std::span<const float> scores, const std::vector<bool>& isAnomaly);

// The least score that at most a fraction 1 - quantile of the normal samples exceeds: at 0.95, one in twenty of them
// is a false alarm. InvalidArgument when there is no score, one is not a number, or quantile is outside [0, 1].
Result<double> quantileThreshold(std::span<const float> normalScores, double quantile);
// The same of scores that are in order, at once: a threshold may be dragged. ContractError where that one has an error,
// but for scores that are no numbers, which have no order.
double quantileOfSorted(std::span<const float> ascending, double quantile);

} // namespace hourglass
