#include "core/noise/GaussianNoise.h"

#include "core/noise/BlockwiseNoise.h"

namespace hourglass {

namespace {

class GaussianNoise : public NoiseModel {
public:
    explicit GaussianNoise(DrawnParameter sigma255) : m_sigma255(sigma255) {}

    void apply(std::span<float> values, const Shape&, const RandomStream& stream) const override {
        const float sigma = level(stream);
        forNormals(values, stream, [sigma](float value, float normal) { return value + sigma * normal; });
    }

    float level(const RandomStream& stream) const override { return m_sigma255.draw(stream) / 255.0f; }

private:
    DrawnParameter m_sigma255;
};

} // namespace

std::unique_ptr<NoiseModel> makeGaussianNoise(const OptionValues& values) {
    const auto [low, high] = values.range("noise.sigma");
    return std::make_unique<GaussianNoise>(DrawnParameter{low, high});
}

} // namespace hourglass
