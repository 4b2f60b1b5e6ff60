#pragma once

// Export formats, one row each. To add one, write core/io/exporters/X.{h,cpp} and its row in ExporterRegistry.cpp; the
// receipt (ExportModel.h) and the generic tests come with it.

#include <map>
#include <span>

#include "core/io/ImportedNetwork.h"
#include "core/io/ModelFile.h"

namespace hourglass {

enum class ModelPart { Autoencoder, Encoder, Decoder };
std::string_view partName(ModelPart part); // "autoencoder", "encoder", "decoder"
const Graph& partGraph(const Model& model, ModelPart part);

struct ExportOptions {
    ModelPart part = ModelPart::Autoencoder; // another only where Exporter::hasParts
};

// What a writer knows of the file it wrote.
struct WrittenModel {
    int64_t tensors = 0, parameters = 0;
    std::map<std::string, std::string> details = {}; // "opset": "13"
};

struct Exporter {
    std::string_view id;        // "onnx"
    std::string_view label;     // "ONNX"
    std::string_view help;      // what other programs do with it
    std::string_view extension; // ".onnx"
    bool hasParts;              // encoder or decoder alone can be written
    // Writes a complete, flushed file. Errors: WriteFailed, Unsupported (the format cannot hold this network).
    Result<WrittenModel> (*write)(const LoadedModel& model, const ExportOptions& options,
                                  const std::filesystem::path& path);
    // Reads the network back from the file alone.
    Result<ImportedNetwork> (*readBack)(const std::filesystem::path& path, const ExportOptions& options);
};

std::span<const Exporter> exporters();
// nullptr when there is none of that id.
const Exporter* findExporter(std::string_view id);

} // namespace hourglass
