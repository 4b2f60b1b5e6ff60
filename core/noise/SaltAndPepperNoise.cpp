#include "core/noise/SaltAndPepperNoise.h"

#include "core/noise/BlockwiseNoise.h"

namespace hourglass {

namespace {

class SaltAndPepperNoise : public NoiseModel {
public:
    explicit SaltAndPepperNoise(DrawnParameter amount) : m_amount(amount) {}

    void apply(std::span<float> values, const Shape&, const RandomStream& stream) const override {
        const float amount = m_amount.draw(stream), half = 0.5f * amount;
        forUniforms(values, stream, [amount, half](float value, float uniform) {
            return uniform < half ? 0.0f : uniform < amount ? 1.0f : value;
        });
    }

private:
    DrawnParameter m_amount;
};

} // namespace

std::unique_ptr<NoiseModel> makeSaltAndPepperNoise(const OptionValues& values) {
    const auto [low, high] = values.range("noise.amount");
    return std::make_unique<SaltAndPepperNoise>(DrawnParameter{low, high});
}

} // namespace hourglass
