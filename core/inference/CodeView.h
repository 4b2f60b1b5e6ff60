#pragma once

// Which values of a code [code…] make up the point that is looked at, in the plane and in clusters. A code of a dense
// network is a row of numbers; one that has a place, [C, h, w], too long to be taken apart number by number, is
// averaged over its positions, and of a very long row only the numbers that vary most are looked at. What is moved then
// moves the whole code: lift(). Immutable, any thread.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/data/Dataset.h"
#include "core/tensor/Tensor.h"

namespace hourglass {

class CodeView {
public:
    // Of samples as many, evenly spread, as can be looked at: t-SNE is made for kMostRows; long codes are fewer.
    static constexpr int64_t kMostRows = 10'000;
    static std::shared_ptr<const Dataset> rowsToLookAt(std::shared_ptr<const Dataset> data, const Shape& codeShape);
    // Principal components of more columns take too long to wait for.
    static constexpr int64_t kMostColumns = 512;
    enum class Kind { Whole, Averaged, MostVarying };

    CodeView() = default;
    // For codes [N, code…] of at least one sample.
    explicit CodeView(const Tensor& codes);

    Kind kind() const { return m_kind; }
    int64_t columns() const { return m_columns; }
    int64_t codeElements() const { return static_cast<int64_t>(m_columnOf.size()); }
    // [N, code…] → [N, columns]
    Tensor points(const Tensor& codes) const;
    // Adds to a code what moves its point by `shift`, [columns].
    void lift(std::span<const double> shift, std::span<float> code) const;

private:
    Kind m_kind = Kind::Whole;
    int64_t m_columns = 0;
    std::vector<int32_t> m_columnOf; // of each value of a code; -1: not looked at
    std::vector<double> m_share;     // of each value in its column's mean
};

} // namespace hourglass
