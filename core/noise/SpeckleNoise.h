#pragma once

// y = x + x (σ/255) ε, ε ~ N(0, 1): multiplicative, as in radar and ultrasound.

#include <memory>

#include "core/noise/NoiseModel.h"
#include "core/options/OptionTable.h"

namespace hourglass {

std::unique_ptr<NoiseModel> makeSpeckleNoise(const OptionValues& values);

} // namespace hourglass
