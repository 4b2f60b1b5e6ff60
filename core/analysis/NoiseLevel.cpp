#include "core/analysis/NoiseLevel.h"

#include <algorithm>
#include <cmath>

#include "core/base/Contract.h"

namespace hourglass {

namespace {

constexpr double kNormalQuartile = 0.67448975;
constexpr size_t kLeastShare = 10; // one block in so many has to say something

bool isClipped(float value) {
    return value == 0.0f || value == 1.0f;
}

float ofPlane(std::span<const float> plane, int64_t height, int64_t width) {
    if (height < 2 || width < 2)
        return 0.0f;
    const auto blocks = static_cast<size_t>((height / 2) * (width / 2));
    std::vector<float> telling, mute; // |d| of blocks
    telling.reserve(blocks);
    for (int64_t y = 0; y + 1 < height; y += 2) {
        const float* upper = plane.data() + y * width;
        const float* lower = upper + width;
        for (int64_t x = 0; x + 1 < width; x += 2) {
            const float a = upper[x], b = upper[x + 1], c = lower[x], d = lower[x + 1];
            const bool isMute = isClipped(a) || isClipped(b) || isClipped(c) || isClipped(d);
            (isMute ? mute : telling).push_back(std::abs(a - b - c + d) / 2.0f);
        }
    }
    if (telling.size() * kLeastShare < blocks)
        telling.insert(telling.end(), mute.begin(), mute.end());
    const auto middle = telling.begin() + static_cast<std::ptrdiff_t>(telling.size() / 2);
    std::nth_element(telling.begin(), middle, telling.end());
    return static_cast<float>(static_cast<double>(*middle) / kNormalQuartile);
}

} // namespace

float estimateNoiseLevel(std::span<const float> planes, int64_t channels, int64_t height, int64_t width) {
    if (channels < 1)
        return 0.0f;
    const auto plane = static_cast<size_t>(height * width);
    double sum = 0;
    for (size_t c = 0; c < static_cast<size_t>(channels); ++c)
        sum += static_cast<double>(ofPlane(planes.subspan(c * plane, plane), height, width));
    return static_cast<float>(sum / static_cast<double>(channels));
}

float estimateNoiseLevel(const Tensor& picture) {
    const Shape& shape = picture.shape();
    expects(shape.rank() == 3, "a picture is [C, H, W], not {}", shape.toString());
    return estimateNoiseLevel(picture.values(), shape[0], shape[1], shape[2]);
}

} // namespace hourglass
