#include "ui/models/RunsModel.h"

#include <QLocale>

#include <limits>

#include "ui/bridge/Settings.h"

namespace hourglass {

void RunsModel::setRuns(std::vector<RunSummary> runs) {
    beginResetModel();
    m_runs = std::move(runs);
    endResetModel();
}

void RunsModel::setTraining(const std::filesystem::path& folder) {
    if (folder == m_training)
        return;
    m_training = folder;
    if (!m_runs.empty())
        emit dataChanged(index(0, State), index(rowCount() - 1, State));
}

void RunsModel::setProgress(int64_t epochs) {
    for (int row = 0; row < rowCount(); ++row) {
        RunSummary& each = m_runs[static_cast<size_t>(row)];
        if (each.folder != m_training || each.epochs == epochs)
            continue;
        each.epochs = epochs;
        emit dataChanged(index(row, Epochs), index(row, Epochs));
    }
}

int RunsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int RunsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumns;
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QStringList titles{tr("Run"),       tr("Family"), tr("Architecture"), tr("Data"), tr("Epochs"),
                             tr("Best loss"), tr("PSNR"),   tr("Changed"),      tr("State")};
    return titles.value(section);
}

QString RunsModel::stateText(const RunSummary& run) const {
    if (!m_training.empty() && run.folder == m_training)
        return tr("training");
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
        return summary.problem.isEmpty() ? toText(summary.folder) : summary.problem;
    case Qt::TextAlignmentRole:
        return index.column() >= Epochs && index.column() <= Psnr
                   ? QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter))
                   : QVariant();
    default:
        return {};
    }
}

} // namespace hourglass
