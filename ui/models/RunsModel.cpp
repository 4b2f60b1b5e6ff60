#include "ui/models/RunsModel.h"

#include <QLocale>

#include <cmath>
#include <limits>

#include "ui/bridge/Settings.h"
#include "ui/models/PlainTip.h"

namespace hourglass {

namespace {

// Numbers stand under each other; a header stands over its cells.
Qt::Alignment alignment(int column) {
    const bool isNumber = column >= RunsModel::Epochs && column <= RunsModel::Psnr;
    return (isNumber ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter;
}

} // namespace

void RunsModel::setRuns(std::vector<RunSummary> runs) {
    beginResetModel();
    m_runs = std::move(runs);
    endResetModel();
}

int RunsModel::rowOf(const std::filesystem::path& folder) const {
    const auto found =
        std::find_if(m_runs.begin(), m_runs.end(), [&](const auto& run) { return run.folder == folder; });
    return found == m_runs.end() ? -1 : static_cast<int>(found - m_runs.begin());
}

void RunsModel::setRun(const RunSummary& run) {
    if (const int row = rowOf(run.folder); row >= 0) {
        m_runs[static_cast<size_t>(row)] = run;
        emit dataChanged(index(row, 0), index(row, kColumns - 1));
        return;
    }
    beginInsertRows({}, rowCount(), rowCount());
    m_runs.push_back(run);
    endInsertRows();
}

void RunsModel::remove(const std::filesystem::path& folder) {
    const int row = rowOf(folder);
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_runs.erase(m_runs.begin() + row);
    endRemoveRows();
}

void RunsModel::setTraining(const std::filesystem::path& folder) {
    if (folder == m_training)
        return;
    m_training = folder;
    m_failed.erase(folder);
    if (!m_runs.empty())
        emit dataChanged(index(0, State), index(rowCount() - 1, State));
}

void RunsModel::setFailed(const std::filesystem::path& folder) {
    m_failed.insert(folder);
    if (const int row = rowOf(folder); row >= 0)
        emit dataChanged(index(row, State), index(row, State));
}

void RunsModel::setProgress(int64_t epochs) {
    const int row = rowOf(m_training);
    if (row < 0 || run(row).epochs == epochs)
        return;
    m_runs[static_cast<size_t>(row)].epochs = epochs;
    emit dataChanged(index(row, Epochs), index(row, Epochs));
}

void RunsModel::addRows(const std::vector<std::string>& columns, const std::vector<HistoryRow>& rows) {
    const auto column = [&columns](const char* name) {
        return static_cast<size_t>(std::find(columns.begin(), columns.end(), name) - columns.begin());
    };
    const size_t loss = column("validation_loss"), psnr = column("validation_psnr");
    const int row = rowOf(m_training);
    if (row < 0 || loss == columns.size())
        return;
    RunSummary& summary = m_runs[static_cast<size_t>(row)];
    for (const HistoryRow& measured : rows) {
        const double value = measured.values[loss];
        if (!std::isfinite(value) || (summary.bestValidationLoss && value >= *summary.bestValidationLoss))
            continue;
        summary.bestValidationLoss = value;
        if (psnr < columns.size())
            summary.psnr = measured.values[psnr];
        emit dataChanged(index(row, Loss), index(row, Psnr));
    }
}

int RunsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int RunsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumns;
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return QVariant::fromValue(alignment(section));
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QStringList titles{tr("Run"),       tr("Family"), tr("Architecture"), tr("Data"), tr("Epochs"),
                             tr("Best loss"), tr("PSNR"),   tr("Changed"),      tr("State")};
    return titles.value(section);
}

QString RunsModel::stateText(const RunSummary& run) const {
    if (isTraining(run))
        return tr("training");
    if (m_failed.contains(run.folder))
        return tr("failed");
    switch (run.state) {
    case RunSummary::State::Finished:
        return tr("finished");
    case RunSummary::State::Interrupted:
        return tr("stopped");
    case RunSummary::State::Damaged:
        break;
    }
    return tr("damaged");
}

QVariant RunsModel::text(const RunSummary& run, int column) const {
    const QLocale locale;
    switch (column) {
    case Name:
        return run.name;
    case Family:
        return run.family;
    case ArchitectureColumn:
        return run.architecture;
    case Data:
        return run.data;
    case Epochs:
        return run.plannedEpochs > 0 ? tr("%1 of %2").arg(run.epochs).arg(run.plannedEpochs) : QString();
    case Loss:
        return run.bestValidationLoss ? locale.toString(*run.bestValidationLoss, 'g', 5) : QString();
    case Psnr:
        return run.psnr ? tr("%1 dB").arg(locale.toString(*run.psnr, 'f', 2)) : QString();
    case Date:
        return locale.toString(run.changed, QLocale::ShortFormat);
    default:
        return stateText(run);
    }
}

QVariant RunsModel::sortValue(const RunSummary& run, int column) const {
    switch (column) {
    case Epochs:
        return static_cast<qlonglong>(run.epochs);
    case Loss:
        return run.bestValidationLoss.value_or(std::numeric_limits<double>::infinity());
    case Psnr:
        return run.psnr.value_or(0);
    case Date:
        return run.changed;
    default:
        return text(run, column);
    }
}

QVariant RunsModel::data(const QModelIndex& index, int role) const {
    const RunSummary& summary = run(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return text(summary, index.column());
    case SortRole:
        return sortValue(summary, index.column());
    case Qt::ToolTipRole:
        return plainTip(summary.problem.isEmpty() ? toText(summary.folder) : summary.problem);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(alignment(index.column()));
    default:
        return {};
    }
}

} // namespace hourglass
