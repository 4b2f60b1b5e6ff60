#include "core/data/TiffTags.h"

#include <algorithm>

namespace hourglass {

TiffTags::TiffTags(std::span<const std::byte> block) : m_block(block) {
    if (block.size() < 8 || block[0] != block[1])
        return;
    m_bigEndian = block[0] == std::byte{'M'};
    if ((!m_bigEndian && block[0] != std::byte{'I'}) || word(2, 2) != 42u)
        return;
    const uint64_t directory = *word(4, 4);
    const std::optional<uint32_t> entries = word(directory, 2);
    m_directory = directory + 2;
    if (entries && m_directory + uint64_t{*entries} * 12 <= block.size())
        m_entries = *entries;
}

std::optional<uint32_t> TiffTags::word(uint64_t offset, size_t bytes) const {
    if (offset > m_block.size() || m_block.size() - offset < bytes)
        return std::nullopt;
    uint32_t number = 0;
    for (size_t i = 0; i < bytes; ++i) {
        const size_t place = m_bigEndian ? i : bytes - 1 - i;
        number = number << 8 | std::to_integer<uint32_t>(m_block[static_cast<size_t>(offset) + place]);
    }
    return number;
}

std::vector<uint32_t> TiffTags::values(uint16_t tag, size_t most) const {
    for (uint64_t entry = 0; entry < m_entries; ++entry) {
        const uint64_t at = m_directory + entry * 12;
        if (word(at, 2) != tag)
            continue;
        const uint32_t type = word(at + 2, 2).value_or(0), count = word(at + 4, 4).value_or(0);
        const size_t size = type == 1 ? 1 : type == 3 ? 2 : type == 4 ? 4 : 0;
        if (size == 0)
            return {};
        const uint64_t from = uint64_t{count} * size <= 4 ? at + 8 : word(at + 8, 4).value_or(UINT32_MAX);
        std::vector<uint32_t> list;
        for (uint64_t i = 0; i < std::min<uint64_t>(count, most); ++i) {
            const std::optional<uint32_t> number = word(from + i * size, size);
            if (!number)
                return {};
            list.push_back(*number);
        }
        return list;
    }
    return {};
}

std::optional<uint32_t> TiffTags::value(uint16_t tag) const {
    const std::vector<uint32_t> list = values(tag, 1);
    return list.empty() ? std::nullopt : std::optional(list.front());
}

int TiffTags::orientation() const {
    const uint32_t number = value(274).value_or(1);
    return number >= 1 && number <= 8 ? static_cast<int>(number) : 1;
}

} // namespace hourglass
