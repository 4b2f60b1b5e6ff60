#pragma once

// The two ways in which a model goes over one picture of any size with the channels that it takes: blended patches for
// models of one size, tiles with a margin for those of any size. DenoiseImage.h chooses and adapts channels.

#include <functional>

#include "core/inference/ModelRunner.h"

namespace hourglass {

// Planes [channels, height, width] side by side.
struct PictureView {
    std::span<const float> values;
    int64_t channels, height, width;
};

struct PassSettings {
    int64_t tile = 0; // side of a tile without its margin; 0: what suits caches. Ignored by patches
    size_t memoryBudget = SIZE_MAX;
    std::optional<float> noiseLevel = {}; // in [0, 1], for models that want to know it; the passes take none for 0
    std::function<void(double fraction)> progress = {};
    std::stop_token stop = {};
};

// Overlapping patches of the model's size, each rebuilt by the model, blended with weights that fade towards a patch's
// border, so that no seam shows. Pictures smaller than a patch are continued by reflection. False when asked to stop;
// `out` (of the picture's size) is undefined then. Errors: as ModelRunner.
Result<bool> patchPass(ModelRunner& runner, const PictureView& picture, std::span<float> out,
                       const PassSettings& settings);

// Tiles whose margin is what the network sees beyond them, so that the result is that of the whole picture at once; its
// borders are padded as in training. Sides that are no multiple of Model::sizeMultiple are continued by reflection.
// Tiles are halved while a tile does not fit the memory budget. Result and errors as above; OutOfMemory when no tile
// fits.
Result<bool> tiledPass(ModelRunner& runner, const PictureView& picture, std::span<float> out,
                       const PassSettings& settings);

// Where patches of `patch` start so that they cover `size` ≥ patch with a step of at most `step`, the last one ending
// at the border.
std::vector<int64_t> patchOrigins(int64_t size, int64_t patch, int64_t step);

// Mirrors an index into [0, size), edge pixel not repeated: -1 → 1, size → size - 2.
int64_t reflected(int64_t i, int64_t size);

} // namespace hourglass
