#include "ui/bridge/AnomalyTriage.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ui/bridge/CoreText.h"

namespace hourglass {

namespace {

// Of ascending scores, how many.
int64_t notAbove(const std::vector<float>& scores, double threshold) {
    return std::upper_bound(scores.begin(), scores.end(), threshold,
                            [](double limit, float each) { return limit < static_cast<double>(each); }) -
           scores.begin();
}

} // namespace

AnomalyTriage::AnomalyTriage(std::shared_ptr<const AnomalyCheck> check, double quantile)
    : m_check(std::move(check)), m_rows(m_check->scores.size()), m_scores(m_check->scores),
      m_trainingScores(m_check->trainingScores), m_errors(m_check->errors), m_normal(m_check->guess.classes) {
    for (std::vector<float>* each : {&m_scores, &m_trainingScores, &m_errors})
        std::sort(each->begin(), each->end());
    std::iota(m_rows.begin(), m_rows.end(), int64_t{0});
    std::stable_sort(m_rows.begin(), m_rows.end(), [this](int64_t a, int64_t b) { return score(a) > score(b); });
    m_least = m_scores.front();
    m_greatest = m_scores.back();
    if (!m_trainingScores.empty()) {
        m_least = std::min(m_least, m_trainingScores.front());
        m_greatest = std::max(m_greatest, m_trainingScores.back());
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
        if (Result<Roc> roc = rocOf(m_check->scores, m_isAnomaly, m_rows))
            m_roc = *std::move(roc);
        else
            m_whyNoRoc = coreText(roc.error());
    }
    std::vector<bool> isAnomaly; // in the order of the ascending scores
    m_anomaliesBelow.clear();
    if (isLabelled()) {
        m_anomaliesBelow.push_back(0);
        for (auto row = m_rows.rbegin(); row != m_rows.rend(); ++row) {
            isAnomaly.push_back(m_isAnomaly[static_cast<size_t>(*row)]);
            m_anomaliesBelow.push_back(m_anomaliesBelow.back() + (isAnomaly.back() ? 1 : 0));
        }
    }
    m_normalScores = normalScoresOf(m_trainingScores, m_scores, isAnomaly); // which stay in order
}

void AnomalyTriage::setNormal(std::vector<int> classes) {
    m_normal = std::move(classes);
    label();
    if (m_normalScores.origin != NormalScores::Origin::Training)
        setQuantile(m_quantile);
}

void AnomalyTriage::setThreshold(double threshold) {
    m_threshold = threshold;
    m_quantile = static_cast<double>(notAbove(m_normalScores.scores, m_threshold)) /
                 static_cast<double>(m_normalScores.scores.size());
}

void AnomalyTriage::setQuantile(double quantile) {
    setThreshold(quantileOfSorted(m_normalScores.scores, quantile));
    m_quantile = quantile;
}

ConfusionCounts AnomalyTriage::counts() const {
    if (!isLabelled())
        return {};
    const int64_t below = notAbove(m_scores, m_threshold);
    const int64_t missed = m_anomaliesBelow[static_cast<size_t>(below)], found = m_anomaliesBelow.back() - missed;
    return {.truePositives = found,
            .falsePositives = above() - found,
            .trueNegatives = below - missed,
            .falseNegatives = missed};
}

double AnomalyTriage::errorLevel() const {
    return m_errors.empty() ? m_threshold : quantileOfSorted(m_errors, quantile());
}

int64_t AnomalyTriage::above() const {
    return static_cast<int64_t>(m_scores.size()) - notAbove(m_scores, m_threshold);
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
