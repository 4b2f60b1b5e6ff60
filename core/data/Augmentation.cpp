#include "core/data/Augmentation.h"

#include <algorithm>

namespace hourglass {

namespace {

void mirrorRows(std::span<float> plane, size_t width) {
    for (size_t start = 0; start < plane.size(); start += width)
        std::reverse(plane.begin() + static_cast<std::ptrdiff_t>(start),
                     plane.begin() + static_cast<std::ptrdiff_t>(start + width));
}

// With a mirror, a transposition makes a quarter turn.
void transposeSquare(std::span<float> plane, size_t width) {
    for (size_t y = 0; y < width; ++y)
        for (size_t x = y + 1; x < width; ++x)
            std::swap(plane[y * width + x], plane[x * width + y]);
}

} // namespace

void Augmentation::apply(std::span<float> values, const Shape& sampleShape, const RandomStream& stream) const {
    if (!any() || sampleShape.rank() != 3)
        return;
    const auto height = static_cast<size_t>(sampleShape[1]), width = static_cast<size_t>(sampleShape[2]);
    const bool mirror = flip && stream.below(0, 2) == 1;
    const uint32_t quarters = rotate ? (height == width ? stream.below(1, 4) : 2 * stream.below(1, 2)) : 0;
    const size_t area = height * width;
    for (size_t start = 0; start < values.size(); start += area) {
        const std::span<float> plane = values.subspan(start, area);
        if (mirror)
            mirrorRows(plane, width);
        if (quarters >= 2)
            std::reverse(plane.begin(), plane.end());
        if (quarters % 2 == 1) {
            transposeSquare(plane, width);
            mirrorRows(plane, width);
        }
    }
}

} // namespace hourglass
