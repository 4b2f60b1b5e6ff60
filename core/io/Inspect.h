#pragma once

// What a file is and what it holds: data (.npy, .npz, IDX, pictures, folders of them), experiments, runs, checkpoints
// and model files.

#include <filesystem>
#include <stop_token>

#include "core/base/Result.h"
#include "core/options/OptionSpec.h"

namespace hourglass {

// Decodes the whole of it and describes it: always "kind" (npy npz idx image folder experiment run checkpoint
// safetensors onnx), "path", and "shape": of the one array, picture or data set in it ([N, …]), of a model's samples,
// or null where there is no single one. Tensors come with dtype, shape, min, max and mean of what is finite, and the
// number of values that are not. Errors name file and reason: NotFound, Unreadable, Unsupported (says what was
// expected), OutOfMemory. Asked to stop, it returns null soon.
Result<Json> inspectFile(const std::filesystem::path& path, const std::stop_token& stop = {});

} // namespace hourglass
