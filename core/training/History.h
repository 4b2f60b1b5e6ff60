#pragma once

// What a run measured, row by row: every few steps the training loss since the last row, at the end of an epoch the
// validation loss and metrics too. Kept in memory and written as history.csv with each checkpoint.

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "core/base/Result.h"

namespace hourglass {

struct HistoryRow {
    int64_t step = 0; // updates done
    double epoch = 0; // 1.5: halfway through the second
    double learningRate = 0;
    // One for each column of the history; NaN where nothing was measured.
    std::vector<double> values;
    // Commands that arrived and things that happened: "paused", "optimizer.learning_rate=0.0005", "best".
    std::string note;
};

class History {
public:
    History() = default;
    // Names of `values`: "loss", "loss.reconstruction", "validation_loss", …
    explicit History(std::vector<std::string> columns) : m_columns(std::move(columns)) {}

    const std::vector<std::string>& columns() const { return m_columns; }
    // -1 when there is none.
    int column(const std::string& name) const;
    const std::vector<HistoryRow>& rows() const { return m_rows; }
    void append(HistoryRow row);
    // Measures these from here on, in this order; rows have nothing where they did not. False, and nothing changed, if
    // one of the columns so far is not among them.
    bool setColumns(const std::vector<std::string>& columns);
    // Drops rows after a step: what a resumed run will measure again.
    void truncateAfter(int64_t step);

    // CSV: step,epoch,learning_rate,COLUMNS…,note; empty fields where nothing was measured.
    std::string toCsv() const;
    // Unreadable names the line that is wrong.
    static Result<History> fromCsv(const std::string& text);
    static Result<History> load(const std::filesystem::path& path);

private:
    std::vector<std::string> m_columns;
    std::vector<HistoryRow> m_rows;
};

} // namespace hourglass
