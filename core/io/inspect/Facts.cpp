#include "core/io/inspect/Facts.h"

#include <algorithm>
#include <cmath>

namespace hourglass {

namespace {

template <typename T>
Json facts(std::span<const T> values) {
    double low = std::numeric_limits<double>::infinity(), high = -low, sum = 0.0;
    int64_t finite = 0;
    for (const T value : values) {
        const auto x = static_cast<double>(value);
        if (!std::isfinite(x))
            continue;
        low = std::min(low, x);
        high = std::max(high, x);
        sum += x;
        ++finite;
    }
    const bool any = finite > 0;
    return {{"min", any ? Json(low) : Json(nullptr)},
            {"max", any ? Json(high) : Json(nullptr)},
            {"mean", any ? Json(sum / static_cast<double>(finite)) : Json(nullptr)},
            {"not_finite", static_cast<int64_t>(values.size()) - finite}};
}

} // namespace

Json valueFacts(std::span<const float> values) {
    return facts(values);
}

Json arrayFacts(const NumericArray& array) {
    Json result = array.isBytes() ? facts(array.bytes.span()) : facts(array.floats.span());
    result["dtype"] = elementName(array.storedAs);
    result["shape"] = array.shape.sizes();
    return result;
}

} // namespace hourglass
