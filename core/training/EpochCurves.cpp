#include "core/training/EpochCurves.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hourglass {

namespace {

int64_t warmUpOf(const OptionValues& options) {
    int64_t steps = 0;
    for (const char* key : {"objective.warmup_steps", "optimizer.warmup_steps"})
        if (options.has(key))
            steps = std::max(steps, options.integer(key));
    return steps;
}

} // namespace

EpochCurves epochCurves(std::span<const HistoryRow> rows, std::span<const std::string> columns,
                        const OptionValues& options) {
    const auto column = [&](std::string_view name) { return std::ranges::find(columns, name) - columns.begin(); };
    const bool isValidated = column("validation_loss") < std::ssize(columns);
    const auto training = column("loss"), validation = column("validation_loss"),
               active = column(isValidated ? "validation_active_units" : "training_active_units");
    const auto value = [](const HistoryRow& row, std::ptrdiff_t place) {
        return place < std::ssize(row.values) ? row.values[static_cast<size_t>(place)]
                                              : std::numeric_limits<double>::quiet_NaN();
    };
    const int64_t warmUp = warmUpOf(options);
    EpochCurves epochs;
    double sum = 0;
    int count = 0;
    for (const HistoryRow& row : rows) {
        if (const double loss = value(row, training); std::isfinite(loss)) {
            sum += loss;
            ++count;
        }
        if (!std::isfinite(value(row, isValidated ? validation : active))) // not the end of an epoch
            continue;
        if (row.step > warmUp && count > 0) {
            epochs.number.push_back(std::llround(row.epoch));
            epochs.training.push_back(sum / count);
            epochs.validation.push_back(isValidated ? value(row, validation) : sum / count);
            epochs.rate.push_back(row.learningRate);
            epochs.activeUnits.push_back(value(row, active));
        }
        sum = 0;
        count = 0;
    }
    return epochs;
}

double meanOf(std::span<const double> values, size_t from, size_t to) {
    const std::span<const double> part = values.subspan(from, to - from);
    return std::accumulate(part.begin(), part.end(), 0.0) / static_cast<double>(part.size());
}

size_t lowestOf(std::span<const double> values) {
    return static_cast<size_t>(std::ranges::min_element(values) - values.begin());
}

double noiseOf(std::span<const double> values) {
    std::vector<double> bends;
    for (size_t i = 2; i < values.size(); ++i)
        bends.push_back(std::abs(values[i] - 2 * values[i - 1] + values[i - 2]));
    if (bends.empty())
        return 0;
    const auto middle = bends.begin() + static_cast<std::ptrdiff_t>(bends.size() / 2);
    std::nth_element(bends.begin(), middle, bends.end());
    return 1.4826 * *middle / std::sqrt(6.0); // 1.4826: from a normal's median deviation to its σ
}

double slopeOf(std::span<const double> values) {
    const double centre = static_cast<double>(values.size() - 1) / 2;
    double product = 0, square = 0;
    for (size_t i = 0; i < values.size(); ++i) {
        const double x = static_cast<double>(i) - centre;
        product += x * values[i];
        square += x * x;
    }
    return product / square;
}

} // namespace hourglass
