#include "ui/bridge/LatentCodes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/analysis/ColumnMoments.h"
#include "core/base/Contract.h"

namespace hourglass {

void LatentCodes::lookAtAll() {
    const ColumnMoments moments(codes);
    mean = Tensor(codes.shape().sample(), std::vector<float>(moments.mean.begin(), moments.mean.end()));
    const auto [least, greatest] = std::ranges::minmax(codes.values());
    low = least;
    high = greatest;
    view = CodeView(codes);
    points = view.points(codes);
    pca = Pca::fit(points, std::min(kMostAxes, view.columns()));
    scores = pca.project(points);
}

LatentAxes LatentAxes::of(const LatentCodes& codes, Kind kind) {
    LatentAxes axes{.kind = kind, .directions = {}, .mean = {}, .deviations = {}, .coordinates = {}};
    const int64_t columns = codes.view.columns();
    if (kind == Kind::Principal) {
        axes.directions = codes.pca.components();
    } else {
        axes.directions = Tensor({std::min(columns, LatentCodes::kMostAxes), columns});
        for (int64_t i = 0; i < axes.directions.shape()[0]; ++i)
            axes.directions.sample(i)[static_cast<size_t>(i)] = 1;
    }
    const int64_t count = axes.directions.shape()[0];
    // Principal coordinates are told from the middle of the codes, values as they are.
    if (kind == Kind::Principal) {
        axes.coordinates = codes.scores;
    } else {
        axes.coordinates = Tensor({codes.size(), count});
        for (int64_t row = 0; row < codes.size(); ++row)
            std::copy_n(codes.points.sample(row).begin(), count, axes.coordinates.sample(row).begin());
    }
    ColumnMoments moments(axes.coordinates);
    axes.mean = std::move(moments.mean);
    axes.deviations = std::move(moments.deviation);
    return axes;
}

std::vector<double> coordinatesOf(const LatentCodes& codes, const LatentAxes& axes, const Tensor& code) {
    const Tensor point = codes.view.points(Tensor(code.shape().batch(1), code.values()));
    const std::vector<double>& middle = codes.pca.mean();
    std::vector<double> result;
    for (int64_t axis = 0; axis < axes.count(); ++axis) {
        double sum = 0;
        const std::span<const float> direction = axes.directions.sample(axis);
        for (size_t i = 0; i < direction.size(); ++i) {
            const double from = axes.kind == LatentAxes::Kind::Principal ? middle[i] : 0;
            sum += static_cast<double>(direction[i]) * (static_cast<double>(point.data()[i]) - from);
        }
        result.push_back(sum);
    }
    return result;
}

Tensor codeAt(const LatentCodes& codes, const LatentAxes& axes, const Tensor& base,
              std::span<const double> coordinates) {
    expects(static_cast<int64_t>(coordinates.size()) == axes.count(), "{} coordinates for {} axes", coordinates.size(),
            axes.count());
    const std::vector<double> from = coordinatesOf(codes, axes, base);
    std::vector<double> shift(static_cast<size_t>(codes.view.columns()), 0.0);
    for (int64_t axis = 0; axis < axes.count(); ++axis) {
        const double by = coordinates[static_cast<size_t>(axis)] - from[static_cast<size_t>(axis)];
        const std::span<const float> direction = axes.directions.sample(axis);
        for (size_t i = 0; i < shift.size(); ++i)
            shift[i] += by * static_cast<double>(direction[i]);
    }
    Tensor code = base;
    codes.view.lift(shift, code.values());
    return code;
}

} // namespace hourglass
