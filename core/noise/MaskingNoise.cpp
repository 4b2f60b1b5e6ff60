#include "core/noise/MaskingNoise.h"

#include "core/noise/BlockwiseNoise.h"

namespace hourglass {

namespace {

class MaskingNoise : public NoiseModel {
public:
    explicit MaskingNoise(DrawnParameter amount) : m_amount(amount) {}

    void apply(std::span<float> values, const Shape&, const RandomStream& stream) const override {
        const float amount = m_amount.draw(stream);
        forUniforms(values, stream, [amount](float value, float uniform) { return uniform < amount ? 0.0f : value; });
    }

private:
    DrawnParameter m_amount;
};

} // namespace

std::unique_ptr<NoiseModel> makeMaskingNoise(const OptionValues& values) {
    const auto [low, high] = values.range("noise.amount");
    return std::make_unique<MaskingNoise>(DrawnParameter{low, high});
}

} // namespace hourglass
