#include "core/noise/PoissonNoise.h"

#include <algorithm>
#include <cmath>

#include "core/noise/BlockwiseNoise.h"

namespace hourglass {

namespace {

constexpr double kInversionLimit = 12;
constexpr uint64_t kRejectionDraws = uint64_t{1} << 32; // beyond the one number per value that inversion takes
constexpr uint64_t kDrawsPerValue = 128; // two per attempt; an attempt succeeds with probability over 0.7

// Small means: walk the distribution function with one uniform.
double byInversion(double mean, double uniform) {
    double probability = std::exp(-mean), sum = probability;
    int count = 0;
    while (uniform >= sum && count < 200) {
        ++count;
        probability *= mean / count;
        sum += probability;
    }
    return count;
}

// Large means: transformed rejection. Source: Hörmann, "The transformed rejection method for generating Poisson random
// variables" (1993), algorithm PTRS.
double byRejection(double mean, const RandomStream& stream, uint64_t firstDraw) {
    const double b = 0.931 + 2.53 * std::sqrt(mean), a = -0.059 + 0.02483 * b;
    const double inverseAlpha = 1.1239 + 1.1328 / (b - 3.4), vr = 0.9277 - 3.6224 / (b - 2);
    for (uint64_t draw = firstDraw; draw < firstDraw + kDrawsPerValue; draw += 2) {
        const double u = static_cast<double>(stream.uniform(draw)) - 0.5;
        const double v = std::max(static_cast<double>(stream.uniform(draw + 1)), 0x1.0p-25);
        const double us = 0.5 - std::abs(u);
        const double k = std::floor((2 * a / std::max(us, 1e-12) + b) * u + mean + 0.43);
        if (us >= 0.07 && v <= vr)
            return k;
        if (k < 0 || (us < 0.013 && v > us))
            continue;
        if (std::log(v * inverseAlpha / (a / (us * us) + b)) <= k * std::log(mean) - mean - std::lgamma(k + 1))
            return k;
    }
    return std::round(mean); // 64 refusals in a row do not happen
}

class PoissonNoise : public NoiseModel {
public:
    explicit PoissonNoise(DrawnParameter peak) : m_peak(peak) {}

    void apply(std::span<float> values, const Shape&, const RandomStream& stream) const override {
        const double peak = static_cast<double>(m_peak.draw(stream));
        uint64_t draws = kRejectionDraws;
        forUniforms(values, stream, [&](float value, float uniform) {
            const double mean = peak * std::max(static_cast<double>(value), 0.0);
            const double count = mean < kInversionLimit ? byInversion(mean, static_cast<double>(uniform))
                                                        : byRejection(mean, stream, draws);
            draws += kDrawsPerValue;
            return static_cast<float>(count / peak);
        });
    }

private:
    DrawnParameter m_peak;
};

} // namespace

std::unique_ptr<NoiseModel> makePoissonNoise(const OptionValues& values) {
    const auto [low, high] = values.range("noise.peak");
    return std::make_unique<PoissonNoise>(DrawnParameter{low, high});
}

} // namespace hourglass
