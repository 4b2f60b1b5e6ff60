#pragma once

// What a model's code was like over the validation samples at the end of an epoch, unit by unit, and a histogram of all
// its values. Of a spatial code the channels are the units, each measured over samples and positions alike. Immutable
// once made; kept in the run folder as JSON.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/Result.h"

namespace hourglass {

// A dimension of a variational code with less divergence than this, in nats, has collapsed onto the prior: as ½ μ² is
// at most its KL, its mean hardly moves with the sample (Burda et al. 2016 ask Var μ > 0.01 of an active one).
inline constexpr double kCollapsedKl = 0.01;

// Bins of one width, a power of two, on its multiples: the finest that hold all values in kMostBins of them.
struct CodeHistogram {
    static constexpr size_t kMostBins = 64;

    double width = 1;
    int64_t first = 0;           // bin i holds values from (first + i) width to below (first + i + 1) width
    std::vector<int64_t> counts; // without zeros
    int64_t zeros = 0;           // values that are exactly 0: of a rectified code often nearly all

    double edge(size_t bin) const { return static_cast<double>(first + static_cast<int64_t>(bin)) * width; }
    bool operator==(const CodeHistogram&) const = default;
};

struct CodeStatistics {
    int64_t epoch = 0, step = 0;        // completed when it was measured
    int64_t samples = 0;                // that it was measured on
    std::vector<double> means, spreads; // of each unit's values: mean and standard deviation
    // Means by unit of what the family measures for each (Model::unitValueNames()): "kl" in nats.
    std::map<std::string, std::vector<double>> unitValues;
    CodeHistogram histogram;

    size_t units() const { return means.size(); }
    // The units that tell samples apart: of a variational code those that have not collapsed, of others those whose
    // spread is at least a thousandth of the code's (the root mean square of all) and more than rounding.
    std::vector<bool> active() const;
    int64_t activeUnits() const;

    std::string toText() const;
    // Unreadable unless it is what toText() wrote: all numbers finite, every list as long as there are units.
    static Result<CodeStatistics> fromText(const std::string& text);
    static Result<CodeStatistics> load(const std::filesystem::path& path);
    bool operator==(const CodeStatistics&) const = default;
};

} // namespace hourglass
