#pragma once

// Models in safetensors files: our exports and checkpoints. The network comes from the metadata (ModelMetadata.h), the
// weights from the tensors of its parameters' names, averaged ones ("optimizer.ema.NAME") before others. Tensors of
// other names are let be: a checkpoint's optimiser.

#include "core/io/ModelFile.h"

namespace hourglass {

// kind is "checkpoint" when the file has a training state, else "safetensors". Errors as loadModel().
Result<LoadedModel> loadSafetensorsModel(const std::filesystem::path& path);

} // namespace hourglass
