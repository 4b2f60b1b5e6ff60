#include "core/io/ExporterRegistry.h"

#include <algorithm>
#include <array>

#include "core/io/exporters/OnnxExporter.h"
#include "core/io/exporters/SafetensorsExporter.h"

namespace hourglass {

namespace {

constexpr std::array kExporters = {
    Exporter{
        "onnx", "ONNX",
        "The network with its weights, for ONNX Runtime, OpenCV, Netron and most inference engines. Any batch size.",
        ".onnx", true, writeOnnx, readBackOnnx},
    Exporter{"safetensors", "safetensors",
             "The weights by name, with the network's description, for Hourglass itself and for Python.",
             ".safetensors", false, writeSafetensorsModel, readBackSafetensorsModel},
};

} // namespace

std::string_view partName(ModelPart part) {
    constexpr std::array<std::string_view, 3> names = {"autoencoder", "encoder", "decoder"};
    return names.at(static_cast<size_t>(part));
}

const Graph& partGraph(const Model& model, ModelPart part) {
    return part == ModelPart::Encoder ? model.encoder : part == ModelPart::Decoder ? model.decoder : model.autoencoder;
}

std::span<const Exporter> exporters() {
    return kExporters;
}

const Exporter* findExporter(std::string_view id) {
    const auto row = std::find_if(kExporters.begin(), kExporters.end(), [&](const Exporter& e) { return e.id == id; });
    return row == kExporters.end() ? nullptr : &*row;
}

} // namespace hourglass
