#pragma once

// y = x + (σ/255) ε, ε ~ N(0, 1) independent per value.

#include <memory>

#include "core/noise/NoiseModel.h"
#include "core/options/OptionTable.h"

namespace hourglass {

std::unique_ptr<NoiseModel> makeGaussianNoise(const OptionValues& values);

} // namespace hourglass
