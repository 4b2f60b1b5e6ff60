#pragma once

// What noise models share. Amplitudes are on the 0–255 scale, amounts are fractions.

#include "core/data/NoiseModel.h"

namespace hourglass {

// The stream index from which a model draws what concerns the whole sample (its σ out of a range); values draw from
// index 0 on.
inline constexpr uint64_t kSampleDraw = uint64_t{1} << 40;

// A parameter given as a number or a range: uniform in [low, high], one draw per sample.
struct DrawnParameter {
    double low = 0;
    double high = 0;
    float draw(const RandomStream& stream) const {
        return static_cast<float>(low +
                                  (high - low) * static_cast<double>(low == high ? 0.0f : stream.uniform(kSampleDraw)));
    }
};

} // namespace hourglass
