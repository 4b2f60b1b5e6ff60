#pragma once

// ONNX files: opset 13, any batch size, weights inside, verified by libonnx's checker before they are written. Inputs
// and outputs are those of the part's graph: "input", "noise_level", "code", "reconstruction". The metadata holds the
// model's description; the document strings say in words what each input is, and which sizes pictures may have.

#include "core/io/ExporterRegistry.h"

namespace hourglass {

// Errors: WriteFailed; Unsupported for a network that ONNX cannot say or that passes Protobuf's 2 GiB.
Result<WrittenModel> writeOnnx(const LoadedModel& model, const ExportOptions& options,
                               const std::filesystem::path& path);
Result<ImportedNetwork> readBackOnnx(const std::filesystem::path& path, const ExportOptions& options);

// What the outputs of any graph need of it, with weights, for tests and tools; `metadata` becomes metadata_props.
Result<WrittenModel> writeOnnxGraph(const Graph& graph, const ParameterStore& weights, const std::string& name,
                                    const std::map<std::string, std::string>& metadata,
                                    const std::filesystem::path& path);

} // namespace hourglass
