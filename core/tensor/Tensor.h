#pragma once

// Owning float32 tensors, row-major and 64-byte aligned: what crosses the borders of the engine (files, batches,
// reconstructions). Inside a Program memory is planned and never appears as Tensor.

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "core/tensor/Shape.h"

namespace hourglass {

inline constexpr size_t kAlignment = 64;

// Memory of that alignment, not zeroed; std::bad_alloc when there is none. Large pieces are asked for in large pages
// where the system lets programs choose: their addresses are then found without a detour through memory.
void* allocateAligned(size_t bytes);
void releaseAligned(void* memory, size_t bytes);

// A zeroed, 64-byte aligned, movable run of trivially copyable values.
template <typename T>
class AlignedBuffer {
public:
    AlignedBuffer() = default;
    explicit AlignedBuffer(size_t count)
        : m_data(static_cast<T*>(allocateAligned(count * sizeof(T))), {count * sizeof(T)}), m_count(count) {
        std::fill_n(m_data.get(), count, T{});
    }

    T* data() { return m_data.get(); }
    const T* data() const { return m_data.get(); }
    size_t size() const { return m_count; }
    std::span<T> span() { return {m_data.get(), m_count}; }
    std::span<const T> span() const { return {m_data.get(), m_count}; }

private:
    struct Release {
        size_t bytes = 0;
        void operator()(T* data) const { releaseAligned(data, bytes); }
    };
    std::unique_ptr<T[], Release> m_data;
    size_t m_count = 0;
};

class Tensor {
public:
    Tensor() = default;
    // Zeros of the given shape.
    explicit Tensor(Shape shape);
    // A copy of `values`, whose number must match the shape (ContractError otherwise).
    Tensor(Shape shape, std::span<const float> values);

    Tensor(const Tensor& other);
    Tensor& operator=(const Tensor& other);
    Tensor(Tensor&&) noexcept = default;
    Tensor& operator=(Tensor&&) noexcept = default;

    const Shape& shape() const { return m_shape; }
    int64_t elements() const { return static_cast<int64_t>(m_values.size()); }
    std::span<float> values() { return m_values.span(); }
    std::span<const float> values() const { return m_values.span(); }
    float* data() { return m_values.data(); }
    const float* data() const { return m_values.data(); }

    // One sample of a batch: values of index `i` along the first axis.
    std::span<const float> sample(int64_t i) const;
    std::span<float> sample(int64_t i);

    // The same values under another shape with as many elements (ContractError otherwise).
    Tensor reshaped(Shape shape) &&;

private:
    Shape m_shape;
    AlignedBuffer<float> m_values;
};

} // namespace hourglass
