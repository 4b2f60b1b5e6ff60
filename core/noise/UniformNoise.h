#pragma once

// y = x + u, u uniform in [-a, a] with a = √3 σ/255, so that σ is the standard deviation.

#include <memory>

#include "core/noise/NoiseModel.h"
#include "core/options/OptionTable.h"

namespace hourglass {

std::unique_ptr<NoiseModel> makeUniformNoise(const OptionValues& values);

} // namespace hourglass
