#pragma once

// All noise models, one row each; to add one, write its file pair and its row in NoiseRegistry.cpp.

#include <memory>
#include <string_view>

#include "core/noise/NoiseModel.h"
#include "core/options/OptionTable.h"

namespace hourglass {

struct NoiseKind {
    std::string_view id; // "gaussian", the value of noise.kind
    std::string_view label;
    std::string_view help;
    // From values that hold noiseOptions(); nullptr for "none".
    std::unique_ptr<NoiseModel> (*make)(const OptionValues& values);
};

std::span<const NoiseKind> noiseKinds();

// noise.kind, noise.sigma, noise.amount, noise.peak, noise.clip; each says for which kinds it matters.
OptionTable noiseOptions();

// The model that the options describe, wrapped for noise.clip. The pointer is null for "none": the input is the clean
// sample itself. InvalidArgument when the kind is unknown.
Result<std::unique_ptr<NoiseModel>> makeNoise(const OptionValues& values);

} // namespace hourglass
