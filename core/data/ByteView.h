#pragma once

// Bounded reading of numbers out of a borrowed run of bytes; past its end everything is absent.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hourglass {

class ByteView {
public:
    explicit ByteView(std::span<const std::byte> bytes) : m_bytes(bytes) {}

    uint64_t size() const { return m_bytes.size(); }
    bool holds(uint64_t offset, uint64_t count) const {
        return offset <= m_bytes.size() && m_bytes.size() - offset >= count;
    }
    std::optional<uint32_t> big(uint64_t offset, size_t count) const { return number(offset, count, true); }
    std::optional<uint32_t> little(uint64_t offset, size_t count) const { return number(offset, count, false); }
    // Whether the bytes at `offset` are those of the text.
    bool matches(uint64_t offset, std::string_view text) const {
        if (!holds(offset, text.size()))
            return false;
        for (size_t i = 0; i < text.size(); ++i)
            if (m_bytes[static_cast<size_t>(offset) + i] != static_cast<std::byte>(text[i]))
                return false;
        return true;
    }
    // A part, cut off at the end.
    std::span<const std::byte> part(uint64_t offset, uint64_t count) const {
        if (offset >= m_bytes.size())
            return {};
        const uint64_t left = m_bytes.size() - offset;
        return m_bytes.subspan(static_cast<size_t>(offset), static_cast<size_t>(count < left ? count : left));
    }

private:
    std::optional<uint32_t> number(uint64_t offset, size_t count, bool bigEndian) const {
        if (!holds(offset, count))
            return std::nullopt;
        uint32_t value = 0;
        for (size_t i = 0; i < count; ++i)
            value = value << 8 |
                    std::to_integer<uint32_t>(m_bytes[static_cast<size_t>(offset) + (bigEndian ? i : count - 1 - i)]);
        return value;
    }

    std::span<const std::byte> m_bytes;
};

} // namespace hourglass
