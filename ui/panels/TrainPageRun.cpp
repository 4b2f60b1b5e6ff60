// The part of the Train page that follows a run: its curves, its samples, its unit.

#include <cmath>

#include "ui/bridge/Workbench.h"
#include "ui/panels/TrainPage.h"
#include "ui/panels/WatchArea.h"
#include "ui/panels/Words.h"
#include "ui/widgets/ImageStrip.h"
#include "ui/widgets/LossChart.h"

namespace hourglass {

namespace {

int columnOf(const std::vector<std::string>& columns, const char* name) {
    const auto found = std::find(columns.begin(), columns.end(), name);
    return found == columns.end() ? -1 : static_cast<int>(found - columns.begin());
}

double valueAt(const HistoryRow& row, int column) {
    return column < 0 ? std::numeric_limits<double>::quiet_NaN() : row.values[static_cast<size_t>(column)];
}

} // namespace

// The unit of the curves that are shown: the run's, whatever the form says by now.
void TrainPage::describeLoss() {
    const std::optional<RunRecord>& run = m_workbench.run();
    const OptionValues& options = (run ? run->experiment : m_workbench.document().experiment()).options();
    QString loss = QString::fromStdString(options.text("objective.loss"));
    loss = loss.size() <= 3 ? loss.toUpper() : loss.replace(0, 1, loss.at(0).toUpper()); // MSE, Huber
    m_loss->setUnit(options.text("objective.reduction") == "element_sum" ? tr("%1 per sample").arg(loss)
                                                                         : tr("%1 per value").arg(loss));
}

void TrainPage::showRun() {
    const std::optional<RunRecord>& run = m_workbench.run();
    const std::filesystem::path folder = run ? run->folder : std::filesystem::path();
    describeLoss();
    if (folder == m_shownRun)
        return;
    m_shownRun = folder;
    m_loss->clear();
    m_watch->setBest(std::nullopt);
    m_strip->clear();
    m_preview = nullptr;
    if (run && !run->history.rows().empty()) {
        m_columns = run->history.columns();
        m_loss->setStepsPerEpoch(0);
        showRows(run->history.rows());
        const HistoryRow& last = run->history.rows().back();
        const double stepsPerEpoch = static_cast<double>(last.step) / std::max(last.epoch, 1e-9);
        setStepsPerEpoch(stepsPerEpoch);
        for (const HistoryRow& row : run->history.rows())
            if (row.note.find("best") != std::string::npos)
                setBest(static_cast<double>(row.step));
    }
}

void TrainPage::showRows(const std::vector<HistoryRow>& rows) {
    if (const auto snapshot = m_workbench.controller().snapshot(); snapshot != nullptr && snapshot->columns != nullptr)
        m_columns = *snapshot->columns;
    const int loss = columnOf(m_columns, "loss.reconstruction"),
              validation = columnOf(m_columns, "validation_loss.reconstruction");
    std::vector<QPointF> training, validating;
    for (const HistoryRow& row : rows) {
        const auto step = static_cast<double>(row.step);
        if (const double y = valueAt(row, loss); std::isfinite(y))
            training.emplace_back(step, y);
        if (const double y = valueAt(row, validation); std::isfinite(y))
            validating.emplace_back(step, y);
    }
    m_loss->appendMany(Curve::Training, training);
    m_loss->appendMany(Curve::Validation, validating);
}

void TrainPage::setStepsPerEpoch(double steps) {
    m_loss->setStepsPerEpoch(steps);
    m_watch->setStepsPerEpoch(steps);
}

void TrainPage::setBest(double step) {
    m_loss->setBest(step);
    m_watch->setBest(step);
}

void TrainPage::showProgress(const Snapshot& snapshot) {
    if (snapshot.epochs > 0 && snapshot.totalSteps > 0) {
        const double stepsPerEpoch = static_cast<double>(snapshot.totalSteps) / static_cast<double>(snapshot.epochs);
        setStepsPerEpoch(stepsPerEpoch);
        if (snapshot.bestEpoch)
            setBest(static_cast<double>(*snapshot.bestEpoch) * stepsPerEpoch);
    }
    if (snapshot.preview != nullptr && snapshot.preview != m_preview)
        showPreview(snapshot.preview);
}

void TrainPage::showPreview(std::shared_ptr<const Preview> preview) {
    const bool hasNoise = preview->noisy.elements() > 0;
    const bool isOther = m_preview == nullptr || m_preview->clean.shape() != preview->clean.shape() ||
                         (m_preview->noisy.elements() > 0) != hasNoise;
    m_preview = std::move(preview);
    if (isOther)
        m_strip->setRows(hasNoise ? QStringList{tr("Original"), tr("Noisy"), tr("Reconstruction")}
                                  : QStringList{tr("Original"), tr("Reconstruction")});
    m_strip->setRow(0, m_preview->clean);
    if (hasNoise)
        m_strip->setRow(1, m_preview->noisy);
    m_strip->setRow(hasNoise ? 2 : 1, m_preview->reconstruction);
    m_strip->setCaptions(psnrCaptions(*m_preview));
}

} // namespace hourglass
