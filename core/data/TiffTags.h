#pragma once

// The tags of a TIFF structure's first directory: TIFF files themselves, and the EXIF blocks inside other pictures.
// Source: TIFF revision 6.0, section 2. Every access is bounded; what is out of bounds reads as absent.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace hourglass {

class TiffTags {
public:
    // The bytes from the "II*" or "MM*" mark on; borrowed.
    explicit TiffTags(std::span<const std::byte> block);

    // Whether the mark and the first directory are there.
    bool valid() const { return m_entries > 0; }
    // Values of an integer tag (BYTE, SHORT or LONG), at most `most` of them; empty when absent or out of bounds.
    std::vector<uint32_t> values(uint16_t tag, size_t most) const;
    std::optional<uint32_t> value(uint16_t tag) const;
    // Tag 274 as EXIF defines it, 1 … 8; 1 when absent or out of range.
    int orientation() const;

private:
    std::optional<uint32_t> word(uint64_t offset, size_t bytes) const;

    std::span<const std::byte> m_block;
    bool m_bigEndian = false;
    uint64_t m_directory = 0; // offset of the first entry
    uint32_t m_entries = 0;
};

} // namespace hourglass
