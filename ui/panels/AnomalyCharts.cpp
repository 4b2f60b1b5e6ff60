#include "ui/panels/AnomalyCharts.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>

#include "ui/bridge/AnomalyTriage.h"
#include "ui/bridge/Workbench.h"
#include "ui/widgets/RocCurve.h"
#include "ui/widgets/ScoreHistogram.h"

namespace hourglass {

namespace {

QString percentOf(double share) {
    return AnomalyCharts::tr("%1 %").arg(QLocale().toString(100 * share, 'f', 1));
}

QString number(int64_t count) {
    return QLocale().toString(static_cast<qlonglong>(count));
}

} // namespace

AnomalyCharts::AnomalyCharts(Workbench& workbench, QWidget* parent)
    : QWidget(parent), m_workbench(workbench), m_histogram(new ScoreHistogram(this)),
      m_logCount(new QCheckBox(tr("Log &count"), this)), m_logScore(new QCheckBox(tr("Log &score"), this)),
      m_roc(new RocCurve(this)), m_counts(new QLabel(this)) {
    m_counts->setTextFormat(Qt::RichText); // our own words and numbers
    m_counts->setAccessibleName(tr("Confusion counts"));
    m_counts->setToolTip(tr("How many of the anomalies and of the normal samples lie above the threshold, with their "
                            "share of the row"));
    m_logCount->setToolTip(tr("Logarithmic counts: a few anomalies show beside thousands of normal samples"));
    m_logScore->setToolTip(tr("Logarithmic scores: for scores over several orders of magnitude, all above 0"));
    auto* toggles = new QHBoxLayout;
    addToggle(toggles, m_logCount, tr("Logarithmic counts"), QStringLiteral("anomalies/log_count"),
              &ScoreHistogram::setLogarithmicCount);
    addToggle(toggles, m_logScore, tr("Logarithmic scores"), QStringLiteral("anomalies/log_score"),
              &ScoreHistogram::setLogarithmicScore);
    toggles->addStretch(1);
    connect(m_histogram, &ScoreHistogram::thresholdMoved, this, &AnomalyCharts::thresholdMoved);
    connect(m_roc, &RocCurve::thresholdMoved, this, &AnomalyCharts::thresholdMoved);

    auto* left = new QVBoxLayout;
    left->setSpacing(2);
    left->addWidget(m_histogram, 1);
    left->addLayout(toggles);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addLayout(left, 1);
    row->addWidget(m_roc);
    row->addWidget(m_counts);
}

QWidget* AnomalyCharts::histogram() const {
    return m_histogram;
}

QWidget* AnomalyCharts::roc() const {
    return m_roc;
}

void AnomalyCharts::addToggle(QLayout* row, QCheckBox* box, const QString& name, const QString& key,
                              void (ScoreHistogram::*set)(bool)) {
    box->setAccessibleName(name);
    connect(box, &QCheckBox::toggled, this, [this, key, set](bool isOn) {
        m_workbench.settings().set(key, isOn);
        (m_histogram->*set)(isOn);
    });
    box->setChecked(m_workbench.settings().value(key, false).toBool());
    row->addWidget(box);
}

void AnomalyCharts::showScores(const AnomalyTriage& triage) {
    const AnomalyCheck& check = triage.check();
    ScoreHistogram::Group normal, odd;
    normal.name = triage.isLabelled() ? tr("Normal") : tr("Checked");
    odd.name = tr("Anomalies");
    for (size_t row = 0; row < check.scores.size(); ++row)
        (triage.isLabelled() && triage.isAnomaly()[row] ? odd : normal).scores.push_back(check.scores[row]);
    m_histogram->setScores({tr("Training"), check.trainingScores}, std::move(normal), std::move(odd));
    m_logScore->setEnabled(m_histogram->canBeLogarithmic());
    m_roc->setRoc(triage.roc());
    m_roc->setEmptyText(triage.whyNoRoc());
    m_roc->setVisible(triage.roc().has_value());
}

void AnomalyCharts::showThreshold(const AnomalyTriage& triage) {
    m_histogram->setThreshold(triage.threshold());
    m_roc->setThreshold(triage.threshold());
    showCounts(triage);
}

// Counts with their rates, as a table; the same in a sentence for those who do not see it.
void AnomalyCharts::showCounts(const AnomalyTriage& triage) {
    const int64_t all = triage.check().data->size(), above = triage.above();
    const ConfusionCounts& counts = triage.counts();
    if (!triage.isLabelled()) {
        m_counts->setText(
            tr("<b>%1</b> of %2<br>above the threshold<br>(%3)")
                .arg(number(above), number(all), percentOf(static_cast<double>(above) / static_cast<double>(all))));
        m_counts->setAccessibleDescription(tr("%1 of %2 above the threshold").arg(number(above), number(all)));
        return;
    }
    const auto cell = [](int64_t count, double rate, bool isRight) {
        return QStringLiteral("<td align=right>%1 <b>%2</b><br><small>%3</small></td>")
            .arg(isRight ? QStringLiteral("✓") : QStringLiteral("✗"), number(count), percentOf(rate));
    };
    const double found = counts.truePositiveRate(), alarms = counts.falsePositiveRate();
    const bool hasAnomalies = counts.truePositives + counts.falseNegatives > 0;
    const bool hasNormal = counts.falsePositives + counts.trueNegatives > 0;
    m_counts->setText(
        QStringLiteral(
            "<table cellspacing=0 cellpadding=2><tr><td></td><td align=right>%1</td><td align=right>%2</td></tr>"
            "<tr><td>%3</td>%4%5</tr><tr><td>%6</td>%7%8</tr></table>")
            .arg(tr("above"), tr("not above"), tr("Anomalies"), cell(counts.truePositives, found, true),
                 cell(counts.falseNegatives, hasAnomalies ? 1 - found : 0, false), tr("Normal"),
                 cell(counts.falsePositives, alarms, false),
                 cell(counts.trueNegatives, hasNormal ? 1 - alarms : 0, true)));
    m_counts->setAccessibleDescription(tr("%1 anomalies found, %2 missed; %3 false alarms, %4 normal samples pass")
                                           .arg(number(counts.truePositives), number(counts.falseNegatives),
                                                number(counts.falsePositives), number(counts.trueNegatives)));
}

} // namespace hourglass
