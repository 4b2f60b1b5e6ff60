#pragma once

// One bfloat16 number to float and back; vectors of them are in StripOps-inl.h.

#include <bit>
#include <cstdint>

namespace hourglass {

inline float bf16ToFloat(uint16_t bits) {
    return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

// An element of memory of either type.
inline float toFloat(float value) {
    return value;
}
inline float toFloat(uint16_t bits) {
    return bf16ToFloat(bits);
}

// Rounds to nearest, ties to even; a NaN stays one.
inline uint16_t floatToBf16(float value) {
    const auto bits = std::bit_cast<uint32_t>(value);
    const uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
    const uint32_t quiet = (bits >> 16) | 0x40u;
    return static_cast<uint16_t>((bits & 0x7FFFFFFFu) > 0x7F800000u ? quiet : rounded);
}

} // namespace hourglass
