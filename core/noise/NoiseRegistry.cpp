#include "core/noise/NoiseRegistry.h"

#include <algorithm>
#include <array>

#include "core/noise/GaussianNoise.h"
#include "core/noise/MaskingNoise.h"
#include "core/noise/PoissonNoise.h"
#include "core/noise/SaltAndPepperNoise.h"
#include "core/noise/SpeckleNoise.h"
#include "core/noise/UniformNoise.h"

namespace hourglass {

namespace {

std::unique_ptr<NoiseModel> makeNone(const OptionValues&) {
    return nullptr;
}

constexpr std::array kKinds{
    NoiseKind{"none", "None", "The input is the clean sample: a plain autoencoder.", makeNone},
    NoiseKind{"gaussian", "Gaussian",
              "Independent normal noise on every value: sensors, and the benchmark everyone uses.", makeGaussianNoise},
    NoiseKind{"poisson", "Poisson", "Photon counting: the fewer photons at white, the noisier, bright parts most.",
              makePoissonNoise},
    NoiseKind{"salt_and_pepper", "Salt and pepper",
              "Some values jump to black or white: dead pixels, transmission errors.", makeSaltAndPepperNoise},
    NoiseKind{"masking", "Masking", "Some values are set to zero: the network learns to fill in what is missing.",
              makeMaskingNoise},
    NoiseKind{"speckle", "Speckle", "Normal noise in proportion to the value: radar, ultrasound.", makeSpeckleNoise},
    NoiseKind{"uniform", "Uniform", "Uniform noise of standard deviation σ: quantisation.", makeUniformNoise},
};

// Keeps what an inner model makes within [0, 1].
class ClippedNoise : public NoiseModel {
public:
    explicit ClippedNoise(std::unique_ptr<NoiseModel> inner) : m_inner(std::move(inner)) {}
    void apply(std::span<float> values, const Shape& sampleShape, const RandomStream& stream) const override {
        m_inner->apply(values, sampleShape, stream);
        for (float& value : values)
            value = std::min(std::max(value, 0.0f), 1.0f);
    }
    float level(const RandomStream& stream) const override { return m_inner->level(stream); }

private:
    std::unique_ptr<NoiseModel> m_inner;
};

} // namespace

std::span<const NoiseKind> noiseKinds() {
    return kKinds;
}

OptionTable noiseOptions() {
    OptionSpec kind{.key = "noise.kind",
                    .type = OptionType::Choice,
                    .defaultValue = "gaussian",
                    .label = "Noise",
                    .help =
                        "What corrupts the input while the clean sample stays the target. Choose what your pictures "
                        "suffer from."};
    for (const NoiseKind& row : kKinds)
        kind.choices.push_back({std::string(row.id), std::string(row.label)});
    return {
        kind,
        {.key = "noise.sigma",
         .type = OptionType::RealOrRange,
         .defaultValue = 25.0,
         .label = "Noise level σ",
         .help =
             "Standard deviation of the noise on the 0–255 scale; 25 is 0.098 on [0, 1]. A pair [low, high] draws one "
             "per sample, so that one network handles them all. Raise it to about what your pictures have.",
         .unit = "of 255",
         .minimum = 0,
         .maximum = 2550,
         .effect = OptionEffect::Continue,
         .appliesWhen = {{"noise.kind", {"gaussian", "speckle", "uniform"}}}},
        {.key = "noise.amount",
         .type = OptionType::RealOrRange,
         .defaultValue = 0.1,
         .label = "Amount",
         .help =
             "Fraction of the values that are replaced, or a pair [low, high]. Masking is often trained at 0.2 to 0.5.",
         .minimum = 0,
         .maximum = 1,
         .effect = OptionEffect::Continue,
         .appliesWhen = {{"noise.kind", {"salt_and_pepper", "masking"}}}},
        {.key = "noise.peak",
         .type = OptionType::RealOrRange,
         .defaultValue = 30.0,
         .label = "Photons at white",
         .help = "How many photons a white pixel counts on average, or a pair [low, high]. Fewer is noisier.",
         .unit = "photons",
         .minimum = 0.1,
         .maximum = 100000,
         .effect = OptionEffect::Continue,
         .appliesWhen = {{"noise.kind", {"poisson"}}}},
        {.key = "noise.clip",
         .type = OptionType::Boolean,
         .defaultValue = false,
         .label = "Clip to [0, 1]",
         .help =
             "Cuts the noisy input off at black and white, as an 8-bit camera does. Off by default: it shifts PSNR.",
         .tier = OptionTier::Expert,
         .effect = OptionEffect::Continue,
         .appliesWhen = {{"noise.kind", {"gaussian", "speckle", "uniform", "poisson"}}}},
    };
}

Result<std::unique_ptr<NoiseModel>> makeNoise(const OptionValues& values) {
    const std::string id = values.text("noise.kind");
    const auto row = std::find_if(kKinds.begin(), kKinds.end(), [&](const NoiseKind& kind) { return kind.id == id; });
    if (row == kKinds.end())
        return makeError(ErrorCode::InvalidArgument, "There is no noise '{}'.", id);
    std::unique_ptr<NoiseModel> noise = row->make(values);
    if (noise && values.boolean("noise.clip"))
        noise = std::make_unique<ClippedNoise>(std::move(noise));
    return noise;
}

} // namespace hourglass
