#include "ui/bridge/LatentCodes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/Contract.h"

namespace hourglass {

namespace {

// Sums over rows in double precision.
struct Moments {
    std::vector<double> mean, deviation;

    explicit Moments(const Tensor& rows)
        : mean(static_cast<size_t>(rows.shape().elementsPerSample())), deviation(mean.size()) {
        const auto count = static_cast<double>(rows.shape()[0]);
        forEach(rows, [this](size_t i, double value) { mean[i] += value; });
        for (double& value : mean)
            value /= count;
        forEach(rows, [this](size_t i, double value) { deviation[i] += (value - mean[i]) * (value - mean[i]); });
        for (double& value : deviation)
            value = std::sqrt(value / count);
    }

private:
    template <typename Act>
    static void forEach(const Tensor& rows, const Act& act) {
        for (int64_t row = 0; row < rows.shape()[0]; ++row) {
            const std::span<const float> values = rows.sample(row);
            for (size_t i = 0; i < values.size(); ++i)
                act(i, static_cast<double>(values[i]));
        }
    }
};

} // namespace

CodeView::CodeView(const Tensor& codes) {
    const Shape shape = codes.shape().sample();
    const int64_t elements = shape.elements();
    m_columnOf.assign(static_cast<size_t>(elements), -1);
    m_columns = std::min(elements, kMostColumns);
    if (elements <= kMostColumns) {
        std::iota(m_columnOf.begin(), m_columnOf.end(), 0);
    } else if (shape.rank() == 3 && shape[0] <= kMostColumns) {
        m_kind = Kind::Averaged;
        m_columns = shape[0];
        const int64_t positions = shape[1] * shape[2];
        for (int64_t i = 0; i < elements; ++i)
            m_columnOf[static_cast<size_t>(i)] = static_cast<int32_t>(i / positions);
    } else {
        m_kind = Kind::MostVarying;
        const Moments moments(codes);
        std::vector<size_t> order(m_columnOf.size());
        std::iota(order.begin(), order.end(), size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](size_t a, size_t b) { return moments.deviation[a] > moments.deviation[b]; });
        order.resize(static_cast<size_t>(m_columns));
        std::sort(order.begin(), order.end()); // as they come in the code
        for (size_t k = 0; k < order.size(); ++k)
            m_columnOf[order[k]] = static_cast<int32_t>(k);
    }
    std::vector<double> members(static_cast<size_t>(m_columns), 0.0);
    for (const int32_t column : m_columnOf)
        if (column >= 0)
            members[static_cast<size_t>(column)] += 1;
    for (const int32_t column : m_columnOf)
        m_share.push_back(column < 0 ? 0 : 1 / members[static_cast<size_t>(column)]);
}

Tensor CodeView::points(const Tensor& codes) const {
    const int64_t rows = codes.shape()[0];
    Tensor result({rows, m_columns});
    std::vector<double> sums(static_cast<size_t>(m_columns));
    for (int64_t row = 0; row < rows; ++row) {
        std::fill(sums.begin(), sums.end(), 0.0);
        const std::span<const float> code = codes.sample(row);
        for (size_t i = 0; i < code.size(); ++i)
            if (m_columnOf[i] >= 0)
                sums[static_cast<size_t>(m_columnOf[i])] += m_share[i] * static_cast<double>(code[i]);
        std::transform(sums.begin(), sums.end(), result.sample(row).begin(),
                       [](double sum) { return static_cast<float>(sum); });
    }
    return result;
}

void CodeView::lift(std::span<const double> shift, std::span<float> code) const {
    for (size_t i = 0; i < code.size(); ++i)
        if (m_columnOf[i] >= 0)
            code[i] += static_cast<float>(shift[static_cast<size_t>(m_columnOf[i])]);
}

void LatentCodes::lookAtAll() {
    const Moments moments(codes);
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
    Moments moments(axes.coordinates);
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
