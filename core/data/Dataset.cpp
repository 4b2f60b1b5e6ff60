#include "core/data/Dataset.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace hourglass {

std::optional<int> Dataset::label(int64_t) const {
    return std::nullopt;
}

std::span<const float> Dataset::factors(int64_t) const {
    return {};
}

std::optional<int64_t> Dataset::rowOutsideUnit() const {
    const auto elements = static_cast<size_t>(sampleShape().elements());
    const int64_t chunk =
        std::clamp<int64_t>((int64_t{1} << 18) / std::max<int64_t>(1, sampleShape().elements()), 1, 1024);
    std::vector<int64_t> rows;
    std::vector<float> values;
    for (int64_t begin = 0; begin < size(); begin += chunk) {
        rows.resize(static_cast<size_t>(std::min(chunk, size() - begin)));
        std::iota(rows.begin(), rows.end(), begin);
        values.resize(rows.size() * elements);
        read(rows, values);
        const auto outside = std::ranges::find_if(values, [](float value) { return !(value >= 0 && value <= 1); });
        if (outside != values.end())
            return begin + (outside - values.begin()) / static_cast<std::ptrdiff_t>(elements);
    }
    return std::nullopt;
}

std::string Dataset::name(int64_t row) const {
    return fmt::format("#{}", row);
}

} // namespace hourglass
