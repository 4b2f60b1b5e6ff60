#include "core/inference/CodeView.h"

#include <algorithm>
#include <numeric>

#include "core/analysis/ColumnMoments.h"
#include "core/data/RowSubset.h"

namespace hourglass {

namespace {

constexpr int64_t kMostCodeValues = 64 << 20; // in memory

} // namespace

std::shared_ptr<const Dataset> CodeView::rowsToLookAt(std::shared_ptr<const Dataset> data, const Shape& codeShape) {
    const int64_t most = std::max<int64_t>(1, kMostCodeValues / codeShape.elements());
    return evenlySpread(std::move(data), std::min(kMostRows, most));
}

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
        const ColumnMoments moments(codes);
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

} // namespace hourglass
