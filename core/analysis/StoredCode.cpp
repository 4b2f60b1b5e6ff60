#include "core/analysis/StoredCode.h"

#include <algorithm>
#include <cmath>

#include <opencv2/core.hpp>

#include "core/base/Contract.h"

namespace hourglass {

namespace {

constexpr float kLargestHalf = 65504.0f;

void throughHalf(std::span<float> values) {
    for (float& value : values)
        value = std::clamp(value, -kLargestHalf, kLargestHalf);
    cv::Mat1f whole(1, static_cast<int>(values.size()), values.data());
    cv::Mat half;
    whole.convertTo(half, CV_16F);
    half.convertTo(whole, CV_32F); // in place: size and type are what they were
}

} // namespace

std::string_view nameOf(CodeFormat format) {
    return format == CodeFormat::F32 ? "f32" : format == CodeFormat::F16 ? "f16" : "8-bit";
}

int64_t bytesPerValue(CodeFormat format) {
    return format == CodeFormat::F32 ? 4 : format == CodeFormat::F16 ? 2 : 1;
}

CodeRange::CodeRange(const Tensor& codes) {
    expects(codes.shape().rank() > 1 && codes.elements() > 0, "the range of codes {}", codes.shape().toString());
    const std::span<const float> first = codes.sample(0);
    m_low.assign(first.begin(), first.end());
    m_high = m_low;
    for (int64_t n = 1; n < codes.shape()[0]; ++n) {
        const std::span<const float> code = codes.sample(n);
        for (size_t i = 0; i < code.size(); ++i) {
            m_low[i] = std::min(m_low[i], code[i]);
            m_high[i] = std::max(m_high[i], code[i]);
        }
    }
}

Tensor CodeRange::stored(const Tensor& codes, CodeFormat format) const {
    expects(codes.shape().elementsPerSample() == static_cast<int64_t>(m_low.size()), "codes {} for a range of {}",
            codes.shape().toString(), m_low.size());
    Tensor result = codes;
    if (format == CodeFormat::F16)
        for (int64_t n = 0; n < result.shape()[0]; ++n)
            throughHalf(result.sample(n));
    if (format != CodeFormat::Bits8)
        return result;
    for (int64_t n = 0; n < result.shape()[0]; ++n) {
        const std::span<float> code = result.sample(n);
        for (size_t i = 0; i < code.size(); ++i) {
            const double low = static_cast<double>(m_low[i]), width = static_cast<double>(m_high[i]) - low;
            if (!(width > 0)) { // always the same value
                code[i] = m_low[i];
                continue;
            }
            const double level = std::round(255 * (static_cast<double>(code[i]) - low) / width);
            code[i] = static_cast<float>(low + std::clamp(level, 0.0, 255.0) * width / 255);
        }
    }
    return result;
}

} // namespace hourglass
