#include "core/models/Family.h"

#include <algorithm>

namespace hourglass {

double warmUp(const OptionValues& options, int64_t step) {
    const auto steps = static_cast<double>(options.integer("objective.warmup_steps"));
    return steps <= 0 ? 1.0 : std::min(1.0, static_cast<double>(step + 1) / steps);
}

} // namespace hourglass
