#pragma once

// The statistics of a code as bars, and what there is to say about them in words.

#include <QStringList>

#include "core/training/CodeStatistics.h"
#include "ui/panels/WatchEntries.h"
#include "ui/widgets/BarChart.h"

namespace hourglass {

struct StatisticsBars {
    Bars bars;
    QStringList words; // "12 of 20 collapsed", "epoch 5"
    QString help;      // what the words mean
};

// Of an entry of kind Units or Histogram; no bars where the statistics have nothing of that name. `options` are those
// of the run.
StatisticsBars statisticsBars(const CodeStatistics& code, const WatchEntry& entry, const OptionValues& options);

} // namespace hourglass
