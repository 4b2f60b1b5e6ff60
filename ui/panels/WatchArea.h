#pragma once

// The chart beside the loss: one of the things to watch, chosen from a list. In a narrow window the loss chart moves in
// here, as the first of them.

#include <QWidget>

#include <optional>

#include "core/training/Snapshot.h"
#include "ui/panels/WatchEntries.h"

class QComboBox;
class QLabel;
class QStackedLayout;

namespace hourglass {

class BarChart;
class LossChart;
class Workbench;

class WatchArea : public QWidget {
    Q_OBJECT

public:
    explicit WatchArea(Workbench& workbench, QWidget* parent = nullptr);

    // Takes the main chart in and shows it, or hands it back; it stays the caller's to place.
    void takeMain(LossChart* chart);
    LossChart* releaseMain();
    bool hasMain() const { return m_main != nullptr; }
    // Whether the learning rate is among what can be chosen.
    void setRateOffered(bool isOffered);
    void chooseRate();
    bool isRateOffered() const { return m_isRateOffered; }
    bool isEmpty() const { return m_entries.empty(); } // nothing applies to the run, or to what would be one
    LossChart* curve() const { return m_curve; }
    void setBest(std::optional<double> step);
    void setStepsPerEpoch(double steps);

signals:
    void emptyChanged();

private:
    void refresh();
    std::vector<WatchEntry> offered() const;
    void fillList();
    void choose(int index);
    void showCurrent();
    void nameMain();
    void showCurve(const WatchEntry& entry);
    void appendRows(const std::vector<HistoryRow>& rows);
    void showCode();
    const WatchEntry* current() const; // null: the main chart, or nothing

    Workbench& m_workbench;
    QComboBox* m_list;
    QLabel* m_words;
    QStackedLayout* m_pages;
    LossChart* m_curve;
    BarChart* m_bars;
    LossChart* m_main = nullptr;
    std::vector<WatchEntry> m_entries;
    std::filesystem::path m_run;
    std::shared_ptr<const std::vector<std::string>> m_columns; // of the last snapshot
    std::shared_ptr<const CodeStatistics> m_code;              // that is shown
    std::optional<double> m_best;
    bool m_isRateOffered = false, m_showsMain = true;
};

} // namespace hourglass
