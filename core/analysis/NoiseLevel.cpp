#include "core/analysis/NoiseLevel.h"

#include <algorithm>
#include <cmath>

#include "core/base/Contract.h"

namespace hourglass {

float estimateNoiseLevel(const Tensor& picture) {
    const Shape& shape = picture.shape();
    expects(shape.rank() == 3, "a picture is [C, H, W], not {}", shape.toString());
    const int64_t channels = shape[0], height = shape[1], width = shape[2];
    if (height < 2 || width < 2 || channels < 1)
        return 0.0f;
    constexpr double kNormalQuartile = 0.67448975;
    double sum = 0;
    std::vector<float> details;
    details.reserve(static_cast<size_t>((height / 2) * (width / 2)));
    for (int64_t c = 0; c < channels; ++c) {
        details.clear();
        for (int64_t y = 0; y + 1 < height; y += 2) {
            const float* upper = picture.data() + (c * height + y) * width;
            const float* lower = upper + width;
            for (int64_t x = 0; x + 1 < width; x += 2)
                details.push_back(std::abs(upper[x] - upper[x + 1] - lower[x] + lower[x + 1]) / 2.0f);
        }
        const auto middle = details.begin() + static_cast<std::ptrdiff_t>(details.size() / 2);
        std::nth_element(details.begin(), middle, details.end());
        sum += static_cast<double>(*middle) / kNormalQuartile;
    }
    return static_cast<float>(sum / static_cast<double>(channels));
}

} // namespace hourglass
