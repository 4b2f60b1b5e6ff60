#pragma once

// y = Poisson(peak · max(x, 0)) / peak: photon counting with `peak` photons at white.

#include <memory>

#include "core/noise/NoiseModel.h"
#include "core/options/OptionTable.h"

namespace hourglass {

std::unique_ptr<NoiseModel> makePoissonNoise(const OptionValues& values);

} // namespace hourglass
