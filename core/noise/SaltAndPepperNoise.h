#pragma once

// each value becomes 0 or 1, equally likely, with probability `amount`.

#include <memory>

#include "core/noise/NoiseModel.h"
#include "core/options/OptionTable.h"

namespace hourglass {

std::unique_ptr<NoiseModel> makeSaltAndPepperNoise(const OptionValues& values);

} // namespace hourglass
