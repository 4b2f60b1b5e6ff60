#include "core/data/Dataset.h"

#include <fmt/format.h>

namespace hourglass {

std::optional<int> Dataset::label(int64_t) const {
    return std::nullopt;
}

std::span<const float> Dataset::factors(int64_t) const {
    return {};
}

std::string Dataset::name(int64_t row) const {
    return fmt::format("#{}", row);
}

} // namespace hourglass
