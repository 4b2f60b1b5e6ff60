#pragma once

// One threshold over a scored data set, and all that follows from it: which samples are called anomalies, how right
// that is where labels say so, the point of the ROC curve, and the order in which to look at them. The scores are
// sorted once, which of many takes longer than a frame (it may be made on any thread); what depends on the threshold is
// looked up in them, so that it may be dragged. One thread at a time; no Qt but texts.

#include <QtCore/QCoreApplication>

#include "core/analysis/Roc.h"
#include "ui/bridge/AnomalyService.h"

namespace hourglass {

class AnomalyTriage {
    Q_DECLARE_TR_FUNCTIONS(AnomalyTriage)

public:
    enum class Order { HighestFirst, NearestFirst }; // by score; by distance from the threshold

    // With the classes that are guessed to be normal, and the threshold at the quantile.
    explicit AnomalyTriage(std::shared_ptr<const AnomalyCheck> check, double quantile = 0.99);

    const AnomalyCheck& check() const { return *m_check; }
    std::shared_ptr<const AnomalyCheck> sharedCheck() const { return m_check; }

    // Normal classes, by index; none: not known. The threshold follows where it is taken from labelled samples.
    void setNormal(std::vector<int> classes);
    const std::vector<int>& normalClasses() const { return m_normal; }
    const std::vector<bool>& isAnomaly() const { return m_isAnomaly; } // by label; empty when unknown
    bool isLabelled() const { return !m_isAnomaly.empty(); }

    void setThreshold(double threshold);
    double threshold() const { return m_threshold; }
    void setQuantile(double quantile); // 0 … 1, of the normal scores
    // The one asked for, or the part of the normal scores that the threshold lets pass.
    double quantile() const { return m_quantile; }
    const NormalScores& normalScores() const { return m_normalScores; } // ascending

    bool isAbove(int64_t row) const { return static_cast<double>(score(row)) > m_threshold; }
    float score(int64_t row) const { return m_check->scores[static_cast<size_t>(row)]; }
    int64_t above() const; // samples called anomalies
    // Without labels all zero.
    ConfusionCounts counts() const;
    // Nothing without labels of both kinds; why, in a sentence.
    const std::optional<Roc>& roc() const { return m_roc; }
    const QString& whyNoRoc() const { return m_whyNoRoc; }
    // The threshold as a squared error per element, which pixels can be held against: itself, or for scores of another
    // unit the reconstruction error of the same rank among normal samples.
    double errorLevel() const;
    // Rows of the data.
    std::vector<int64_t> ordered(Order order) const;
    // Of all scores, those of training samples included.
    double least() const { return static_cast<double>(m_least); }
    double greatest() const { return static_cast<double>(m_greatest); }

private:
    void label();

    std::shared_ptr<const AnomalyCheck> m_check;
    std::vector<int64_t> m_rows;                             // highest score first
    std::vector<float> m_scores, m_trainingScores, m_errors; // ascending
    std::vector<int> m_normal;
    std::vector<bool> m_isAnomaly;
    std::vector<int64_t> m_anomaliesBelow; // among so many of the ascending scores; empty without labels
    NormalScores m_normalScores;
    std::optional<Roc> m_roc;
    QString m_whyNoRoc;
    double m_threshold = 0, m_quantile = 0;
    float m_least = 0, m_greatest = 0;
};

} // namespace hourglass
