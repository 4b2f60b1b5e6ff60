#pragma once

// Concrete sizes of a tensor, row-major, outermost first; [] is a scalar. Images are [N, C, H, W], tables [N, K].

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace hourglass {

class Shape {
public:
    Shape() = default;
    Shape(std::initializer_list<int64_t> sizes) : m_sizes(sizes) {}
    explicit Shape(std::vector<int64_t> sizes) : m_sizes(std::move(sizes)) {}

    int rank() const { return static_cast<int>(m_sizes.size()); }
    // Negative axes count from the end. ContractError when out of range.
    int64_t operator[](int axis) const;
    const std::vector<int64_t>& sizes() const { return m_sizes; }
    // Product of all sizes; 1 for a scalar. ContractError when it does not fit 63 bits or a size is negative.
    int64_t elements() const;
    // Product of all sizes but the first: elements of one sample.
    int64_t elementsPerSample() const;
    // [n, sizes…]: n tensors of this shape as one; and, of such a batch, the shape of one. ContractError for a scalar.
    Shape batch(int64_t n) const;
    Shape sample() const;
    bool operator==(const Shape&) const = default;
    // "[128, 1, 28, 28]"
    std::string toString() const;

private:
    std::vector<int64_t> m_sizes;
};

} // namespace hourglass
