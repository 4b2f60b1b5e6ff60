#include "core/training/Preview.h"

#include "core/data/Split.h"
#include "core/training/NetworkInput.h"

namespace hourglass {

Preview previewSamples(const Dataset& dataset, std::span<const int64_t> rows, const NoiseModel* noise, uint64_t seed) {
    std::vector<int64_t> shown;
    std::vector<uint64_t> ids;
    for (const int64_t place : spreadEvenly(static_cast<int64_t>(rows.size()), kPreviewSamples)) {
        shown.push_back(rows[static_cast<size_t>(place)]);
        ids.push_back(dataset.id(shown.back()));
    }
    Preview preview{.clean = Tensor(dataset.sampleShape().batch(static_cast<int64_t>(shown.size()))),
                    .noisy = {},
                    .reconstruction = {},
                    .noiseLevels = {}};
    dataset.read(shown, preview.clean.values());
    NetworkInput input = corrupted(preview.clean, ids, noise, seed);
    preview.noiseLevels = std::move(input.noiseLevels);
    if (noise != nullptr)
        preview.noisy = std::move(input.samples);
    return preview;
}

void reconstruct(Preview& preview, Program& program) {
    const Tensor& input = preview.noisy.elements() > 0 ? preview.noisy : preview.clean;
    NetworkInputBinding binding;
    binding.bind(program, input.values(), preview.noiseLevels);
    program.run();
    preview.reconstruction = program.outputTensor("reconstruction");
}

} // namespace hourglass
