#pragma once

// Codes as a file would hold them: what a number of bytes per code leaves of each value.
//
//   f32    as it is                                                  4 bytes per value
//   f16    IEEE half precision, rounded to nearest, within ±65504    2 bytes
//   8 bit  q = round(255 (x - low) / (high - low)), read back as low + q (high - low) / 255, low and high the least
//          and the largest value of each dimension: off by at most (high - low) / 510                      1 byte
//
// The range of each dimension is kept once for all codes, as the decoder's weights are, and is not counted.

#include <array>
#include <string_view>
#include <vector>

#include "core/tensor/Tensor.h"

namespace hourglass {

enum class CodeFormat { F32, F16, Bits8 };
inline constexpr std::array kCodeFormats{CodeFormat::F32, CodeFormat::F16, CodeFormat::Bits8};

std::string_view nameOf(CodeFormat format); // "f32", "f16", "8-bit"
int64_t bytesPerValue(CodeFormat format);

class CodeRange {
public:
    // Of codes [N, code…], N at least 1 (ContractError otherwise).
    explicit CodeRange(const Tensor& codes);

    // Codes [n, code…] stored and read back; values outside the range are brought to its ends by 8 bit. What is not a
    // number stays so.
    Tensor stored(const Tensor& codes, CodeFormat format) const;

    float low(int64_t dimension) const { return m_low[static_cast<size_t>(dimension)]; }
    float high(int64_t dimension) const { return m_high[static_cast<size_t>(dimension)]; }

private:
    std::vector<float> m_low, m_high; // of the flattened code
};

} // namespace hourglass
