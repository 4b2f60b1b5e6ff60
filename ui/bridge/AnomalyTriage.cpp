#include "ui/bridge/AnomalyTriage.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ui/bridge/CoreText.h"

namespace hourglass {

AnomalyTriage::AnomalyTriage(std::shared_ptr<const AnomalyCheck> check, double quantile)
    : m_check(std::move(check)), m_rows(m_check->scores.size()), m_normal(m_check->guess.classes),
      m_errors(m_check->errors) {
    std::sort(m_errors.begin(), m_errors.end());
    std::iota(m_rows.begin(), m_rows.end(), int64_t{0});
    std::stable_sort(m_rows.begin(), m_rows.end(), [this](int64_t a, int64_t b) { return score(a) > score(b); });
    m_least = score(m_rows.back());
    m_greatest = score(m_rows.front());
    if (!m_check->trainingScores.empty()) {
        const auto [low, high] = std::ranges::minmax(m_check->trainingScores);
        m_least = std::min(m_least, low);
        m_greatest = std::max(m_greatest, high);
    }
    label();
    setQuantile(quantile);
}

void AnomalyTriage::label() {
    m_isAnomaly = anomaliesAmong(*m_check->data, {m_normal, {}});
    m_roc.reset();
    m_whyNoRoc = !m_normal.empty()                ? QString()
                 : m_check->guess.classes.empty() ? coreText(m_check->guess.reason)
                                                  : tr("No class is chosen to be normal: there are scores, and no ROC "
                                                       "curve.");
    if (isLabelled()) {
        if (Result<Roc> roc = rocOf(m_check->scores, m_isAnomaly))
            m_roc = *std::move(roc);
        else
            m_whyNoRoc = coreText(roc.error());
    }
    m_normalScores = normalScoresOf(m_check->trainingScores, m_check->scores, m_isAnomaly);
    if (m_normalScores.scores.empty()) // every sample is an anomaly
        m_normalScores = normalScoresOf({}, m_check->scores, {});
    std::sort(m_normalScores.scores.begin(), m_normalScores.scores.end());
}

void AnomalyTriage::setNormal(std::vector<int> classes) {
    m_normal = std::move(classes);
    label();
    if (m_normalScores.origin == NormalScores::Origin::Training)
        count();
    else
        setQuantile(m_quantile);
}

void AnomalyTriage::setThreshold(double threshold) {
    m_threshold = threshold;
    const std::vector<float>& scores = m_normalScores.scores;
    const auto end = std::upper_bound(scores.begin(), scores.end(), m_threshold,
                                      [](double limit, float each) { return limit < static_cast<double>(each); });
    m_quantile = static_cast<double>(end - scores.begin()) / static_cast<double>(scores.size());
    count();
}

void AnomalyTriage::setQuantile(double quantile) {
    setThreshold(quantileThreshold(m_normalScores.scores, quantile).value());
    m_quantile = quantile;
}

void AnomalyTriage::count() {
    m_counts = isLabelled() ? confusionAt(m_threshold, m_check->scores, m_isAnomaly) : ConfusionCounts{};
}

double AnomalyTriage::errorLevel() const {
    return m_errors.empty() ? m_threshold : quantileThreshold(m_errors, quantile()).value();
}

int64_t AnomalyTriage::above() const {
    return std::partition_point(m_rows.begin(), m_rows.end(), [this](int64_t row) { return isAbove(row); }) -
           m_rows.begin();
}

// Nearest first: from the threshold's place in the sorted rows outwards, taking the nearer neighbour each time.
std::vector<int64_t> AnomalyTriage::ordered(Order order) const {
    if (order == Order::HighestFirst)
        return m_rows;
    std::vector<int64_t> rows;
    rows.reserve(m_rows.size());
    auto higher = m_rows.begin() + above(), lower = higher;
    const auto distance = [this](int64_t row) { return std::abs(static_cast<double>(score(row)) - m_threshold); };
    while (higher != m_rows.begin() || lower != m_rows.end())
        if (lower == m_rows.end() || (higher != m_rows.begin() && distance(higher[-1]) <= distance(*lower)))
            rows.push_back(*--higher);
        else
            rows.push_back(*lower++);
    return rows;
}

} // namespace hourglass
