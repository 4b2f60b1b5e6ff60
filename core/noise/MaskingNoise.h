#pragma once

// each value becomes 0 with probability `amount`; the rest is never rescaled (unlike dropout).

#include <memory>

#include "core/noise/NoiseModel.h"
#include "core/options/OptionTable.h"

namespace hourglass {

std::unique_ptr<NoiseModel> makeMaskingNoise(const OptionValues& values);

} // namespace hourglass
