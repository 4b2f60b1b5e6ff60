#include "core/tensor/Shape.h"

#include <fmt/ranges.h>

#include "core/base/Contract.h"

namespace hourglass {

int64_t Shape::operator[](int axis) const {
    const int index = axis < 0 ? axis + rank() : axis;
    expects(index >= 0 && index < rank(), "axis {} of a shape with {} axes", axis, rank());
    return m_sizes[static_cast<size_t>(index)];
}

int64_t Shape::elements() const {
    int64_t product = 1;
    for (int64_t size : m_sizes) {
        expects(size >= 0 && !__builtin_mul_overflow(product, size, &product), "impossible shape {}", toString());
    }
    return product;
}

int64_t Shape::elementsPerSample() const {
    return sample().elements();
}

Shape Shape::batch(int64_t n) const {
    std::vector<int64_t> sizes = {n};
    sizes.insert(sizes.end(), m_sizes.begin(), m_sizes.end());
    return Shape(std::move(sizes));
}

Shape Shape::sample() const {
    expects(rank() > 0, "a scalar has no samples");
    return Shape(std::vector<int64_t>(m_sizes.begin() + 1, m_sizes.end()));
}

std::string Shape::toString() const {
    return fmt::format("{}", m_sizes);
}

} // namespace hourglass
