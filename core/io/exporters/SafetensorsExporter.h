#pragma once

// The parameters by name, float32, row-major, with "hourglass_model" (ModelMetadata.h) in the metadata. Nothing of the
// optimiser, of this machine or of the time: the same model gives the same bytes.

#include "core/io/ExporterRegistry.h"

namespace hourglass {

Result<WrittenModel> writeSafetensorsModel(const LoadedModel& model, const ExportOptions& options,
                                           const std::filesystem::path& path);
Result<ImportedNetwork> readBackSafetensorsModel(const std::filesystem::path& path, const ExportOptions& options);

} // namespace hourglass
