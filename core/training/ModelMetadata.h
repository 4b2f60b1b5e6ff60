#pragma once

// A model described in the metadata of a safetensors file (checkpoint or export): its options and the shape of its
// samples, enough to build its graphs again.

#include <memory>

#include "core/formats/Safetensors.h"
#include "core/models/Model.h"
#include "core/training/Experiment.h"

namespace hourglass {

inline constexpr const char* kModelMetadataKey = "hourglass_model";

// JSON text: {"schema": 1, "sample_shape": [1, 28, 28], "options": {"model.family": …}}, without the data source.
std::string describeModel(const Model& model);

// Builds the model that a file's metadata describes. Unsupported when the file has no description of ours or one of a
// newer schema; Unreadable or InvalidArgument when the description is damaged.
Result<std::shared_ptr<const Model>> modelFromMetadata(const std::map<std::string, std::string>& metadata);

// The weights that a file hands out as its model: averaged ones ("optimizer.ema.NAME") where it has them. Errors as
// readArena(); no memory is taken before the file is known to hold all of them.
Result<std::shared_ptr<ParameterStore>> readModelWeights(const SafetensorsFile& file, const Model& model);

// Fills an arena of `layout` from the tensors PREFIX + parameter name. Unreadable when one is missing or has another
// shape or type than float32 (the arena is then untouched), or cannot be read.
Result<void> checkArena(const SafetensorsFile& file, const std::string& prefix, const ArenaLayout& layout);
Result<void> readArena(const SafetensorsFile& file, const std::string& prefix, const ArenaLayout& layout,
                       std::span<float> arena);
// The tensors that readArena() finds again, borrowing the arena.
void appendArena(std::vector<NamedTensorView>& tensors, const std::string& prefix, const ArenaLayout& layout,
                 std::span<const float> arena);

} // namespace hourglass
