#include "ui/panels/StatisticsBars.h"

#include <QCoreApplication>
#include <QLocale>

#include <numeric>

#include "ui/widgets/RealEdit.h"

namespace hourglass {

namespace {

struct Code {
    Q_DECLARE_TR_FUNCTIONS(StatisticsBars)
};

QString shortNumber(double value) {
    return formatReal(QString::number(value, 'g', 3).toDouble());
}

QString percent(double share) {
    return Code::tr("%1 %").arg(share == 0 ? QStringLiteral("0")
                                           : QLocale().toString(100 * share, 'f', share < 0.01 ? 2 : 1));
}

const std::vector<double>* valuesOf(const CodeStatistics& code, const QString& key) {
    if (key == QLatin1String("code.means"))
        return &code.means;
    if (key == QLatin1String("code.spreads"))
        return &code.spreads;
    const auto found = code.unitValues.find(key.section(QLatin1Char('.'), 1).toStdString());
    return found == code.unitValues.end() ? nullptr : &found->second;
}

// Which units tell nothing of a sample, and how that is called.
void markUnits(StatisticsBars& made, const CodeStatistics& code) {
    const bool isVariational = code.unitValues.contains("kl");
    std::vector<bool> active = code.active();
    const int64_t out = static_cast<int64_t>(code.units()) - code.activeUnits();
    active.flip();
    made.bars.marked = std::move(active);
    const QString count = QLocale().toString(static_cast<qlonglong>(out)),
                  all = QLocale().toString(static_cast<qlonglong>(code.units()));
    if (isVariational)
        made.words << Code::tr("%1 of %2 collapsed").arg(count, all);
    else
        made.words << Code::tr("%1 of %2 silent").arg(count, all);
    made.help = isVariational ? Code::tr("Collapsed: a dimension with %1 nats or less, which says nothing of a sample")
                                    .arg(shortNumber(kCollapsedKl))
                              : Code::tr("Silent: a unit that is as good as the same for all samples");
}

void fillUnits(StatisticsBars& made, const CodeStatistics& code, const WatchEntry& entry, const OptionValues& options) {
    const std::vector<double>* values = valuesOf(code, entry.key);
    if (values == nullptr)
        return;
    made.bars.values = *values;
    markUnits(made, code);
    const bool isVariational = code.unitValues.contains("kl");
    made.bars.describe = [values = *values, marked = made.bars.marked, unit = entry.unit, isVariational](int index) {
        const auto place = static_cast<size_t>(index);
        const QString line = Code::tr("unit %1: %2 %3").arg(index + 1).arg(shortNumber(values[place]), unit);
        return !marked[place]  ? line
               : isVariational ? Code::tr("%1, collapsed").arg(line)
                               : Code::tr("%1, silent").arg(line);
    };
    // What a sparse code's units are held to.
    if (entry.key == QLatin1String("code.means") && options.has("objective.rho") &&
        options.applies(*options.table().find("objective.rho"))) {
        made.bars.level = options.real("objective.rho");
        made.bars.levelText = Code::tr("ρ = %1").arg(shortNumber(*made.bars.level));
    }
}

void fillHistogram(StatisticsBars& made, const CodeStatistics& code) {
    const CodeHistogram& bins = code.histogram;
    const auto all = static_cast<double>(std::accumulate(bins.counts.begin(), bins.counts.end(), bins.zeros));
    for (size_t bin = 0; bin < bins.counts.size(); ++bin) {
        made.bars.values.push_back(100 * static_cast<double>(bins.counts[bin]) / all);
        made.bars.edges.push_back(bins.edge(bin));
    }
    made.bars.edges.push_back(bins.edge(bins.counts.size()));
    made.bars.describe = [bars = made.bars](int index) {
        const auto place = static_cast<size_t>(index);
        return Code::tr("%1 to %2: %3 of values")
            .arg(shortNumber(bars.edges[place]), shortNumber(bars.edges[place + 1]), percent(bars.values[place] / 100));
    };
    if (bins.zeros > 0)
        made.words << Code::tr("%1 are exactly 0, not drawn").arg(percent(static_cast<double>(bins.zeros) / all));
}

} // namespace

StatisticsBars statisticsBars(const CodeStatistics& code, const WatchEntry& entry, const OptionValues& options) {
    StatisticsBars made;
    if (entry.kind == WatchEntry::Kind::Histogram)
        fillHistogram(made, code);
    else
        fillUnits(made, code, entry, options);
    made.words << Code::tr("epoch %1").arg(code.epoch);
    return made;
}

} // namespace hourglass
