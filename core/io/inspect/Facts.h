#pragma once

// One function for each kind of file that inspectFile() tells apart, and the numbers that they share. Each decodes the
// whole file and returns an object without "path".

#include "core/formats/NumericArray.h"
#include "core/io/Inspect.h"

namespace hourglass {

// {"dtype", "shape", "min", "max", "mean", "not_finite"}; the numbers are null for an empty array.
Json arrayFacts(const NumericArray& array);
Json valueFacts(std::span<const float> values);

Result<Json> inspectNpy(const std::filesystem::path& path);
Result<Json> inspectNpz(const std::filesystem::path& path);
Result<Json> inspectIdx(const std::filesystem::path& path);
Result<Json> inspectImage(const std::filesystem::path& path);
Result<Json> inspectFolder(const std::filesystem::path& path);

Result<Json> inspectExperiment(const std::filesystem::path& path);
Result<Json> inspectRun(const std::filesystem::path& path);
// A checkpoint, a model, or tensors of any program.
Result<Json> inspectSafetensors(const std::filesystem::path& path);
// A model of ours, or any ONNX file.
Result<Json> inspectOnnx(const std::filesystem::path& path);

} // namespace hourglass
