#include "core/data/Split.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/base/Contract.h"
#include "core/base/Random.h"

namespace hourglass {

namespace {

struct RankedRow {
    uint64_t rank; // hash of (seed, group)
    uint64_t group;
    int64_t row;
};

std::vector<RankedRow> rankRows(const Dataset& dataset, uint64_t seed) {
    std::vector<RankedRow> ranked;
    ranked.reserve(static_cast<size_t>(dataset.size()));
    for (int64_t row = 0; row < dataset.size(); ++row) {
        const uint64_t group = dataset.group(row);
        const RandomStream stream(seed, static_cast<uint64_t>(RandomPurpose::Split), group);
        ranked.push_back({uint64_t{stream.bits(0)} << 32 | stream.bits(1), group, row});
    }
    std::sort(ranked.begin(), ranked.end(), [](const RankedRow& a, const RankedRow& b) {
        return std::tie(a.rank, a.group, a.row) < std::tie(b.rank, b.group, b.row);
    });
    return ranked;
}

size_t endOfGroup(const std::vector<RankedRow>& rows, size_t start) {
    size_t end = start;
    while (end < rows.size() && rows[end].group == rows[start].group && rows[end].rank == rows[start].rank)
        ++end;
    return end;
}

// Moves whole groups from the front until the number comes as near to `wanted` as it can; leaves at least one group.
std::vector<int64_t> take(const std::vector<RankedRow>& rows, size_t& place, double fraction) {
    std::vector<int64_t> taken;
    const auto wanted = std::max(1.0, std::round(fraction * static_cast<double>(rows.size())));
    while (fraction > 0 && place < rows.size()) {
        const size_t end = endOfGroup(rows, place);
        const auto now = static_cast<double>(taken.size()), then = now + static_cast<double>(end - place);
        if (end == rows.size() || (!taken.empty() && std::abs(then - wanted) >= std::abs(now - wanted)))
            break;
        for (; place < end; ++place)
            taken.push_back(rows[place].row);
    }
    std::sort(taken.begin(), taken.end());
    return taken;
}

} // namespace

Split splitByStableId(const Dataset& dataset, double validationFraction, double testFraction, uint64_t seed) {
    expects(validationFraction >= 0 && testFraction >= 0 && validationFraction + testFraction < 1,
            "fractions {} and {} leave nothing to train on", validationFraction, testFraction);
    const std::vector<RankedRow> ranked = rankRows(dataset, seed);
    Split split;
    size_t place = 0;
    split.test = take(ranked, place, testFraction);
    split.validation = take(ranked, place, validationFraction);
    for (; place < ranked.size(); ++place)
        split.train.push_back(ranked[place].row);
    std::sort(split.train.begin(), split.train.end());
    return split;
}

std::vector<int64_t> spreadEvenly(int64_t total, int64_t count) {
    count = std::min(count, total);
    std::vector<int64_t> places;
    for (int64_t i = 0; i < count; ++i)
        places.push_back(i * total / count);
    return places;
}

} // namespace hourglass
