#include "core/training/NetworkInput.h"

#include "core/noise/NoiseRegistry.h"

namespace hourglass {

Result<std::unique_ptr<NoiseModel>> evaluationNoiseOf(const Model& model) {
    if (!model.family->corruptsInput() || !model.options.has("noise.kind"))
        return std::unique_ptr<NoiseModel>();
    return makeNoise(model.options);
}

NetworkInput corrupted(const Tensor& clean, std::span<const uint64_t> ids, const NoiseModel* noise, uint64_t seed) {
    expects(static_cast<int64_t>(ids.size()) == clean.shape()[0], "{} ids of {} samples", ids.size(), clean.shape()[0]);
    NetworkInput input{clean, std::vector<float>(ids.size(), 0.0f)};
    if (noise == nullptr)
        return input;
    const Shape sample = clean.shape().sample();
    for (size_t i = 0; i < ids.size(); ++i) {
        const RandomStream stream = evaluationNoise(seed, ids[i]);
        noise->apply(input.samples.sample(static_cast<int64_t>(i)), sample, stream);
        input.noiseLevels[i] = noise->level(stream);
    }
    return input;
}

void NetworkInputBinding::bind(Program& program, std::span<const float> samples, std::span<const float> noiseLevels) {
    const int input = program.inputSlot("input");
    expects(static_cast<int64_t>(samples.size()) >= program.inputShape(input).elements(), "{} values for input {}",
            samples.size(), program.inputShape(input).toString());
    program.bindInput(input, samples.data());
    if (!program.hasInput(kNoiseLevelInput))
        return;
    const int level = program.inputSlot(kNoiseLevelInput);
    const Shape& shape = program.inputShape(level);
    expects(static_cast<int64_t>(noiseLevels.size()) >= shape[0], "{} noise levels for {} samples", noiseLevels.size(),
            shape[0]);
    m_map.resize(static_cast<size_t>(shape.elements()));
    const auto places = static_cast<size_t>(shape.elements() / shape[0]);
    for (size_t i = 0; i < static_cast<size_t>(shape[0]); ++i)
        std::fill_n(m_map.begin() + static_cast<std::ptrdiff_t>(i * places), places, noiseLevels[i]);
    program.bindInput(level, m_map.data());
}

} // namespace hourglass
