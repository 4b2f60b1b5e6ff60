#include "core/noise/UniformNoise.h"

#include "core/noise/BlockwiseNoise.h"

namespace hourglass {

namespace {

constexpr float kSquareRootOf3 = 1.7320508f;

class UniformNoise : public NoiseModel {
public:
    explicit UniformNoise(DrawnParameter sigma255) : m_sigma255(sigma255) {}

    void apply(std::span<float> values, const Shape&, const RandomStream& stream) const override {
        const float amplitude = kSquareRootOf3 * level(stream);
        forUniforms(values, stream,
                    [amplitude](float value, float uniform) { return value + amplitude * (2.0f * uniform - 1.0f); });
    }

    float level(const RandomStream& stream) const override { return m_sigma255.draw(stream) / 255.0f; }

private:
    DrawnParameter m_sigma255;
};

} // namespace

std::unique_ptr<NoiseModel> makeUniformNoise(const OptionValues& values) {
    const auto [low, high] = values.range("noise.sigma");
    return std::make_unique<UniformNoise>(DrawnParameter{low, high});
}

} // namespace hourglass
