#pragma once

// A trained model from disk, wherever it lies: a run folder, a checkpoint, or a file that we exported.

#include <filesystem>
#include <memory>

#include "core/models/Model.h"

namespace hourglass {

struct LoadedModel {
    std::shared_ptr<const Model> model;
    std::shared_ptr<ParameterStore> weights; // of the model's layout
    std::string kind;                        // "run", "checkpoint", "safetensors", "onnx"
    std::filesystem::path path;              // the file that was read: of a run, its checkpoint
};

// Loads a run (its best checkpoint, else its last), a checkpoint, or a .safetensors or .onnx file that Hourglass wrote,
// recognised by content. Where a checkpoint has averaged weights, those are the model. Nothing is allocated for weights
// before the file is known to hold them. Errors, all naming the file: NotFound, Unreadable (damaged), Unsupported (of
// another kind or another program), InvalidArgument (describes an impossible network), OutOfMemory.
Result<LoadedModel> loadModel(const std::filesystem::path& path);

} // namespace hourglass
