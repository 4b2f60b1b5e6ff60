#include "core/analysis/Roc.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hourglass {

namespace {

double share(int64_t part, int64_t rest) {
    return part == 0 ? 0 : static_cast<double>(part) / static_cast<double>(part + rest);
}

Result<void> requireNumbers(std::span<const float> scores) {
    const auto bad = std::find_if(scores.begin(), scores.end(), [](float score) { return std::isnan(score); });
    if (bad == scores.end())
        return {};
    return makeError(ErrorCode::InvalidArgument,
                     "The score of row {} is not a number: it can be neither ranked nor compared with a threshold.",
                     bad - scores.begin());
}

void requireLabels(std::span<const float> scores, const std::vector<bool>& isAnomaly) {
    expects(scores.size() == isAnomaly.size(), "{} labels for {} scores", isAnomaly.size(), scores.size());
}

std::vector<int64_t> descending(std::span<const float> scores) {
    std::vector<int64_t> order(scores.size());
    std::iota(order.begin(), order.end(), int64_t{0});
    std::sort(order.begin(), order.end(),
              [&](int64_t a, int64_t b) { return scores[static_cast<size_t>(a)] > scores[static_cast<size_t>(b)]; });
    return order;
}

// Among as many ascending scores, the place of the threshold: the least n with n ≥ quantile · N, from 0. The small step
// back is for products such as 0.95 · 20, which round up.
std::ptrdiff_t placeOf(double quantile, size_t count) {
    const double least = std::ceil(quantile * static_cast<double>(count) * (1 - 1e-12));
    return static_cast<std::ptrdiff_t>(std::max(least, 1.0)) - 1;
}

} // namespace

double ConfusionCounts::truePositiveRate() const {
    return share(truePositives, falseNegatives);
}

double ConfusionCounts::falsePositiveRate() const {
    return share(falsePositives, trueNegatives);
}

Result<Roc> rocOf(std::span<const float> scores, const std::vector<bool>& isAnomaly) {
    requireLabels(scores, isAnomaly);
    if (const Result<void> numbers = requireNumbers(scores); !numbers)
        return numbers.error();
    return rocOf(scores, isAnomaly, descending(scores));
}

Result<Roc> rocOf(std::span<const float> scores, const std::vector<bool>& isAnomaly, std::span<const int64_t> order) {
    requireLabels(scores, isAnomaly);
    expects(order.size() == scores.size(), "{} places of {} scores", order.size(), scores.size());
    const auto anomalies = static_cast<int64_t>(std::count(isAnomaly.begin(), isAnomaly.end(), true));
    const int64_t normal = static_cast<int64_t>(scores.size()) - anomalies;
    if (anomalies == 0 || normal == 0)
        return makeError(ErrorCode::InvalidArgument,
                         "There is no ROC: it compares anomalies with normal samples, and {}.",
                         scores.empty()   ? "there are no samples"
                         : anomalies == 0 ? "all samples are labelled normal"
                                          : "all samples are labelled anomalies");
    Roc roc;
    int64_t above = 0, normalAbove = 0; // anomalies and normal samples of higher scores than the present one
    int64_t halfPairs = 0;              // twice the pairs that are in the right order, ties counting one
    const auto rowAt = [&](size_t place) { return static_cast<size_t>(order[place]); };
    for (size_t i = 0; i < order.size();) {
        const float score = scores[rowAt(i)];
        roc.curve.push_back(
            {share(normalAbove, normal - normalAbove), share(above, anomalies - above), static_cast<double>(score)});
        int64_t tied = 0, normalTied = 0;
        for (; i < order.size() && scores[rowAt(i)] == score; ++i)
            ++(isAnomaly[rowAt(i)] ? tied : normalTied);
        halfPairs += normalTied * (2 * above + tied);
        above += tied;
        normalAbove += normalTied;
    }
    roc.curve.push_back({1, 1, -std::numeric_limits<double>::infinity()});
    roc.area = static_cast<double>(halfPairs) / (2 * static_cast<double>(anomalies) * static_cast<double>(normal));
    return roc;
}

ConfusionCounts confusionAt(double threshold, std::span<const float> scores, const std::vector<bool>& isAnomaly) {
    requireLabels(scores, isAnomaly);
    ConfusionCounts counts;
    for (size_t i = 0; i < scores.size(); ++i) {
        const bool isAbove = static_cast<double>(scores[i]) > threshold;
        if (isAnomaly[i])
            ++(isAbove ? counts.truePositives : counts.falseNegatives);
        else
            ++(isAbove ? counts.falsePositives : counts.trueNegatives);
    }
    return counts;
}

Result<double> quantileThreshold(std::span<const float> normalScores, double quantile) {
    if (!(quantile >= 0 && quantile <= 1))
        return makeError(ErrorCode::InvalidArgument, "A quantile lies between 0 and 1, not at {}.", quantile);
    if (normalScores.empty())
        return makeError(ErrorCode::InvalidArgument,
                         "There are no scores of normal samples to take a threshold from: score the training set.");
    if (const Result<void> numbers = requireNumbers(normalScores); !numbers)
        return numbers.error();
    std::vector<float> scores(normalScores.begin(), normalScores.end());
    const auto place = scores.begin() + placeOf(quantile, scores.size());
    std::nth_element(scores.begin(), place, scores.end());
    return static_cast<double>(*place);
}

double quantileOfSorted(std::span<const float> ascending, double quantile) {
    expects(!ascending.empty() && quantile >= 0 && quantile <= 1, "the quantile {} of {} scores", quantile,
            ascending.size());
    return static_cast<double>(ascending[static_cast<size_t>(placeOf(quantile, ascending.size()))]);
}

} // namespace hourglass
