#pragma once

// The runs as a table: name, family, architecture, data, epochs, best validation loss, PSNR, date, state.

#include <QAbstractTableModel>

#include "ui/bridge/RunStore.h"

namespace hourglass {

class RunsModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Name, Family, ArchitectureColumn, Data, Epochs, Loss, Psnr, Date, State, kColumns };
    static constexpr int SortRole = Qt::UserRole; // numbers as numbers

    explicit RunsModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    void setRuns(std::vector<RunSummary> runs);
    // The run that trains now, which is neither finished nor interrupted; empty for none.
    void setTraining(const std::filesystem::path& folder);
    // Epochs that it has completed.
    void setProgress(int64_t epochs);
    const RunSummary& run(int row) const { return m_runs.at(static_cast<size_t>(row)); }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QVariant text(const RunSummary& run, int column) const;
    QVariant sortValue(const RunSummary& run, int column) const;
    QString stateText(const RunSummary& run) const;

    std::vector<RunSummary> m_runs;
    std::filesystem::path m_training;
};

} // namespace hourglass
