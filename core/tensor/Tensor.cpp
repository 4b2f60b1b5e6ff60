#include "core/tensor/Tensor.h"

#include <algorithm>

#include <sys/mman.h>

#include "core/base/Contract.h"

namespace hourglass {

namespace {

constexpr size_t kLargePage = size_t{2} << 20;

std::align_val_t alignmentOf(size_t bytes) {
    return std::align_val_t{bytes >= kLargePage ? kLargePage : kAlignment};
}

} // namespace

void* allocateAligned(size_t bytes) {
    void* memory = ::operator new(bytes, alignmentOf(bytes));
#ifdef MADV_HUGEPAGE
    if (bytes >= kLargePage) // advice: no harm if it is not taken
        madvise(memory, bytes / kLargePage * kLargePage, MADV_HUGEPAGE);
#endif
    return memory;
}

void releaseAligned(void* memory, size_t bytes) {
    ::operator delete(memory, alignmentOf(bytes));
}

Tensor::Tensor(Shape shape) : m_shape(std::move(shape)), m_values(static_cast<size_t>(m_shape.elements())) {}

Tensor::Tensor(Shape shape, std::span<const float> values) : Tensor(std::move(shape)) {
    expects(values.size() == m_values.size(), "{} values for shape {}", values.size(), m_shape.toString());
    std::copy(values.begin(), values.end(), m_values.data());
}

Tensor::Tensor(const Tensor& other) : m_shape(other.m_shape), m_values(other.m_values.size()) {
    std::copy_n(other.data(), other.m_values.size(), data());
}

Tensor& Tensor::operator=(const Tensor& other) {
    if (this != &other)
        *this = Tensor(other);
    return *this;
}

std::span<const float> Tensor::sample(int64_t i) const {
    const int64_t length = m_shape.elementsPerSample();
    if (i < 0 || i >= m_shape[0]) [[unlikely]] // the text of a shape takes longer than all the rest
        expects(false, "sample {} of {}", i, m_shape.toString());
    return values().subspan(static_cast<size_t>(i * length), static_cast<size_t>(length));
}

std::span<float> Tensor::sample(int64_t i) {
    const std::span<const float> view = std::as_const(*this).sample(i);
    return {const_cast<float*>(view.data()), view.size()};
}

Tensor Tensor::reshaped(Shape shape) && {
    expects(shape.elements() == elements(), "{} cannot become {}", m_shape.toString(), shape.toString());
    m_shape = std::move(shape);
    return std::move(*this);
}

} // namespace hourglass
