#pragma once

// Memory that is not touched until it is written: a file whose header lies about its size then costs address space, not
// memory, before the lie is found.

#include <memory>
#include <new>
#include <span>

#include "core/base/Result.h"

namespace hourglass {

template <typename T>
class RawBuffer {
public:
    RawBuffer() = default;

    // Uninitialised; OutOfMemory when the system refuses.
    static Result<RawBuffer> allocate(uint64_t count) {
        RawBuffer buffer;
        if (count > SIZE_MAX / sizeof(T) / 2)
            return makeError(ErrorCode::OutOfMemory, "{} values of {} bytes do not fit in memory.", count, sizeof(T));
        buffer.m_data.reset(new (std::nothrow) T[count]);
        if (!buffer.m_data)
            return makeError(ErrorCode::OutOfMemory, "There is no memory for {} values of {} bytes.", count, sizeof(T));
        buffer.m_count = static_cast<size_t>(count);
        return buffer;
    }

    // Forgets what lies beyond `count`, without giving its memory back.
    void truncate(size_t count) { m_count = count < m_count ? count : m_count; }

    T* data() { return m_data.get(); }
    const T* data() const { return m_data.get(); }
    size_t size() const { return m_count; }
    std::span<T> span() { return {m_data.get(), m_count}; }
    std::span<const T> span() const { return {m_data.get(), m_count}; }

private:
    std::unique_ptr<T[]> m_data;
    size_t m_count = 0;
};

} // namespace hourglass
