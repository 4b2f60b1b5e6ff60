#pragma once

// One function for each kind of file that inspectFile() tells apart, and the numbers that they share. Each decodes the
// whole file and returns an object without "path", or null when asked to stop.

#include "core/formats/NumericArray.h"
#include "core/io/Inspect.h"

namespace hourglass {

// {"dtype", "shape", "min", "max", "mean", "not_finite"}; the numbers are null for an empty array.
Json arrayFacts(const NumericArray& array);
Json valueFacts(std::span<const float> values);

Result<Json> inspectNpy(const std::filesystem::path& path, const std::stop_token& stop);
Result<Json> inspectNpz(const std::filesystem::path& path, const std::stop_token& stop);
Result<Json> inspectIdx(const std::filesystem::path& path, const std::stop_token& stop);
Result<Json> inspectImage(const std::filesystem::path& path, const std::stop_token& stop);
Result<Json> inspectFolder(const std::filesystem::path& path, const std::stop_token& stop);

Result<Json> inspectExperiment(const std::filesystem::path& path, const std::stop_token& stop);
Result<Json> inspectRun(const std::filesystem::path& path, const std::stop_token& stop);
// A checkpoint, a model, or tensors of any program.
Result<Json> inspectSafetensors(const std::filesystem::path& path, const std::stop_token& stop);
// A model of ours, or any ONNX file.
Result<Json> inspectOnnx(const std::filesystem::path& path, const std::stop_token& stop);

} // namespace hourglass
