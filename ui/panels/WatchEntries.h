#pragma once

// What there is to watch of a run besides its loss, each with its unit: found from the columns of its history and what
// it measures of its code, so that a new family's terms and metrics appear by themselves. Words are known for those
// there are; others go by their name.

#include <QString>

#include <span>
#include <vector>

#include "core/options/OptionTable.h"

namespace hourglass {

struct WatchEntry {
    enum class Kind {
        Curve,     // over steps
        Units,     // a bar for each unit of the code
        Histogram, // of the code's values
        Rate,      // the learning rate over steps
    };

    Kind kind = Kind::Curve;
    QString key; // remembered: "loss.kl", "unit.kl", "histogram"
    QString title, unit = {};
    std::string training = {}, validation = {}; // columns of a curve; empty: it has no such curve
    bool operator==(const WatchEntry&) const = default;
};

// `unitValues` as Model::unitValueNames() has them.
std::vector<WatchEntry> watchEntries(std::span<const std::string> columns, const OptionValues& options,
                                     std::span<const std::string> unitValues);

} // namespace hourglass
