#pragma once

// A fast 64-bit hash of content, for telling files and names apart (not against an adversary). Source: xxHash, XXH64
// with seed 0, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace hourglass {

class ContentHash {
public:
    ContentHash();
    void add(std::span<const std::byte> bytes);
    void add(std::string_view text) { add(std::as_bytes(std::span(text.data(), text.size()))); }
    // Of everything added so far.
    uint64_t value() const;

private:
    std::array<uint64_t, 4> m_lanes;
    std::array<std::byte, 32> m_pending{};
    uint64_t m_total = 0;
};

uint64_t contentHash(std::string_view text);
// Sixteen hexadecimal digits.
std::string hashText(uint64_t hash);

} // namespace hourglass
