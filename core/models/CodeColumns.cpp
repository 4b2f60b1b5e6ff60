#include "core/models/CodeColumns.h"

#include <algorithm>
#include <cmath>

#include "core/models/Architecture.h"

namespace hourglass {

namespace {

constexpr double kSlack = 1e-6; // what rounding may leave

} // namespace

std::string codeBias(const ArenaLayout& layout) {
    const std::vector<ArenaLayout::Entry>& entries = layout.entries();
    const auto reader =
        std::find_if(entries.begin(), entries.end(), [](const auto& entry) { return entry.name == kCodeReader; });
    expects(reader != entries.begin() && reader != entries.end(), "no decoder reads a code");
    return std::prev(reader)->name;
}

bool scaleCodeColumns(ParameterStore& weights, ColumnNorm norm) {
    const Shape& shape = weights.layout().find(kCodeReader)->shape;
    const std::span<float> values = weights.values(kCodeReader);
    const auto units = static_cast<size_t>(shape[1]), rows = static_cast<size_t>(shape[0]);
    const size_t inner = values.size() / units / rows;
    std::vector<double> factors(units, 0.0);
    for (size_t i = 0; i < values.size(); ++i)
        factors[i / inner % units] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    for (double& factor : factors) {
        const double length = std::sqrt(factor);
        factor = length == 0.0 || (norm == ColumnNorm::AtMostOne && length <= 1.0) ? 1.0 : 1.0 / length;
    }
    if (std::ranges::all_of(factors, [](double factor) { return factor == 1.0; }))
        return false;
    for (size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(values[i] * factors[i / inner % units]);
    return true;
}

bool boundLaterGains(ParameterStore& weights) {
    bool isChanged = false, isLater = false;
    for (const ArenaLayout::Entry& entry : weights.layout().entries()) {
        if (isLater && entry.name.ends_with(".weight")) {
            const std::span<float> values = weights.values(entry.name);
            double square = 0;
            for (const float value : values)
                square += static_cast<double>(value) * static_cast<double>(value);
            const int64_t rows = entry.shape[0], columns = entry.shape.elements() / rows;
            const auto most = static_cast<double>(std::min(rows, columns));
            if (square > most * (1 + kSlack)) {
                const auto factor = static_cast<float>(std::sqrt(most / square));
                for (float& value : values)
                    value *= factor;
                isChanged = true;
            }
        }
        isLater = isLater || entry.name == kCodeReader;
    }
    return isChanged;
}

} // namespace hourglass
