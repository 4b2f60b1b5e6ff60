#include "core/analysis/ColumnMoments.h"

#include <cmath>

namespace hourglass {

namespace {

template <typename Act>
void forEachValue(const Tensor& rows, const Act& act) {
    for (int64_t row = 0; row < rows.shape()[0]; ++row) {
        const std::span<const float> values = rows.sample(row);
        for (size_t i = 0; i < values.size(); ++i)
            act(i, static_cast<double>(values[i]));
    }
}

} // namespace

ColumnMoments::ColumnMoments(const Tensor& rows)
    : mean(static_cast<size_t>(rows.shape().elementsPerSample())), deviation(mean.size()) {
    const auto count = static_cast<double>(rows.shape()[0]);
    forEachValue(rows, [this](size_t i, double value) { mean[i] += value; });
    for (double& value : mean)
        value /= count;
    forEachValue(rows, [this](size_t i, double value) { deviation[i] += (value - mean[i]) * (value - mean[i]); });
    for (double& value : deviation)
        value = std::sqrt(value / count);
}

} // namespace hourglass
