#pragma once

// What a network is fed outside training batches: samples, and how noisy each is where the network wants to know.

#include "core/exec/Program.h"
#include "core/models/Model.h"
#include "core/noise/NoiseModel.h"

namespace hourglass {

struct NetworkInput {
    Tensor samples;                 // [N, sample…]
    std::vector<float> noiseLevels; // [N], NoiseModel::level(); 0 where there is no noise
};

// The noise that a model is measured with: its own, where its family corrupts what it is fed; else null. Errors: as
// makeNoise().
Result<std::unique_ptr<NoiseModel>> evaluationNoiseOf(const Model& model);

// Clean samples as `noise` corrupts them where models are compared (evaluationNoise of the seed and each sample's id),
// or as they are without noise.
NetworkInput corrupted(const Tensor& clean, std::span<const uint64_t> ids, const NoiseModel* noise, uint64_t seed);

// Binds what a program reads of samples: "input", and "noise_level" if it has that, from a map that it keeps.
class NetworkInputBinding {
public:
    // Both may be longer than what the program reads; `samples` must outlive its runs, and so must this. Allocates when
    // the size of the map changes.
    void bind(Program& program, std::span<const float> samples, std::span<const float> noiseLevels);

private:
    std::vector<float> m_map;
};

} // namespace hourglass
