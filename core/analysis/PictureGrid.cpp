#include "core/analysis/PictureGrid.h"

#include <algorithm>
#include <cmath>

#include "core/base/Contract.h"

namespace hourglass {

Tensor pictureGrid(const Tensor& pictures, const PictureGridOptions& options) {
    constexpr float kGround = 0.97f;
    const Shape& shape = pictures.shape();
    expects(shape.rank() == 4 && shape.elements() > 0, "a grid of {}", shape.toString());
    const int64_t count = shape[0], channels = shape[1], height = shape[2], width = shape[3];
    const int64_t factor = std::max<int64_t>(1, options.enlargeTo / std::max(height, width));
    const int64_t wanted = options.columns > 0 ? options.columns : std::llround(std::ceil(std::sqrt(double(count))));
    const int64_t columns = std::min(wanted, count), rows = (count + columns - 1) / columns;
    const int64_t stepX = width * factor + options.gap, stepY = height * factor + options.gap;
    Tensor grid({channels, rows * stepY + options.gap, columns * stepX + options.gap});
    std::ranges::fill(grid.values(), kGround);
    for (int64_t n = 0; n < count; ++n) {
        const std::span<const float> picture = pictures.sample(n);
        const int64_t left = options.gap + n % columns * stepX, top = options.gap + n / columns * stepY;
        for (int64_t c = 0; c < channels; ++c)
            for (int64_t y = 0; y < height * factor; ++y) {
                float* line = grid.data() + (c * grid.shape()[1] + top + y) * grid.shape()[2] + left;
                const float* source = picture.data() + (c * height + y / factor) * width;
                for (int64_t x = 0; x < width * factor; ++x)
                    line[x] = std::clamp(source[x / factor], 0.0f, 1.0f);
            }
    }
    return grid;
}

} // namespace hourglass
