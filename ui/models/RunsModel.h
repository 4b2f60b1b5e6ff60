#pragma once

// The runs as a table: name, family, architecture, data, epochs, best validation loss, PSNR, date, state.

#include <QAbstractTableModel>

#include <set>

#include "ui/bridge/RunStore.h"

namespace hourglass {

class RunsModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Name, Family, ArchitectureColumn, Data, Epochs, Loss, Psnr, Date, State, kColumns };
    static constexpr int SortRole = Qt::UserRole; // numbers as numbers

    explicit RunsModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    void setRuns(std::vector<RunSummary> runs);
    // Adds a run, or replaces what is known of it.
    void setRun(const RunSummary& run);
    void remove(const std::filesystem::path& folder);
    // The run that trains now, which is neither finished nor interrupted; empty for none.
    void setTraining(const std::filesystem::path& folder);
    // It ended with an error, as far as this session knows; until it trains again.
    void setFailed(const std::filesystem::path& folder);
    // Epochs that the training run has completed, and what it measured since.
    void setProgress(int64_t epochs);
    void addRows(const std::vector<std::string>& columns, const std::vector<HistoryRow>& rows);
    const RunSummary& run(int row) const { return m_runs.at(static_cast<size_t>(row)); }
    bool isTraining(const RunSummary& run) const { return !m_training.empty() && run.folder == m_training; }
    int rowOf(const std::filesystem::path& folder) const; // -1 for an unknown one

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
    std::set<std::filesystem::path> m_failed;
};

} // namespace hourglass
