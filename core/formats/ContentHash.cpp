#include "core/formats/ContentHash.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

namespace hourglass {

namespace {

constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87, kPrime2 = 0xC2B2AE3D27D4EB4F, kPrime3 = 0x165667B19E3779F9,
                   kPrime4 = 0x85EBCA77C2B2AE63, kPrime5 = 0x27D4EB2F165667C5;

template <typename Word>
uint64_t load(const std::byte* at) {
    Word word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

uint64_t round(uint64_t lane, uint64_t input) {
    return std::rotl(lane + input * kPrime2, 31) * kPrime1;
}

void consume(std::array<uint64_t, 4>& lanes, const std::byte* stripe) {
    for (size_t i = 0; i < 4; ++i)
        lanes[i] = round(lanes[i], load<uint64_t>(stripe + 8 * i));
}

} // namespace

ContentHash::ContentHash() : m_lanes{kPrime1 + kPrime2, kPrime2, 0, 0 - kPrime1} {}

void ContentHash::add(std::span<const std::byte> bytes) {
    const size_t pending = static_cast<size_t>(m_total % 32);
    m_total += bytes.size();
    if (pending > 0) {
        const size_t taken = std::min(32 - pending, bytes.size());
        std::copy_n(bytes.data(), taken, m_pending.data() + pending);
        bytes = bytes.subspan(taken);
        if (pending + taken < 32)
            return;
        consume(m_lanes, m_pending.data());
    }
    for (; bytes.size() >= 32; bytes = bytes.subspan(32))
        consume(m_lanes, bytes.data());
    std::copy_n(bytes.data(), bytes.size(), m_pending.data());
}

uint64_t ContentHash::value() const {
    uint64_t hash = kPrime5;
    if (m_total >= 32) {
        hash =
            std::rotl(m_lanes[0], 1) + std::rotl(m_lanes[1], 7) + std::rotl(m_lanes[2], 12) + std::rotl(m_lanes[3], 18);
        for (const uint64_t lane : m_lanes)
            hash = (hash ^ round(0, lane)) * kPrime1 + kPrime4;
    }
    hash += m_total;
    const std::byte* at = m_pending.data();
    size_t left = static_cast<size_t>(m_total % 32);
    for (; left >= 8; left -= 8, at += 8)
        hash = std::rotl(hash ^ round(0, load<uint64_t>(at)), 27) * kPrime1 + kPrime4;
    if (left >= 4) {
        hash = std::rotl(hash ^ (load<uint32_t>(at) * kPrime1), 23) * kPrime2 + kPrime3;
        left -= 4;
        at += 4;
    }
    for (; left > 0; --left, ++at)
        hash = std::rotl(hash ^ (load<uint8_t>(at) * kPrime5), 11) * kPrime1;
    hash = (hash ^ (hash >> 33)) * kPrime2;
    hash = (hash ^ (hash >> 29)) * kPrime3;
    return hash ^ (hash >> 32);
}

uint64_t contentHash(std::string_view text) {
    ContentHash hash;
    hash.add(text);
    return hash.value();
}

std::string hashText(uint64_t hash) {
    return fmt::format("{:016x}", hash);
}

} // namespace hourglass
