#pragma once

// Exporting with a receipt: the file is written beside its place, read back by our own importer, and run on probe
// batches through the original and the reread network; only when both agree does it take its name.

#include <filesystem>
#include <string>

#include "core/exec/Program.h"
#include "core/io/ExporterRegistry.h"
#include "core/options/OptionSpec.h"

namespace hourglass {

// Largest difference that a receipt accepts, on outputs within [0, 1]; times the largest output beyond that.
inline constexpr double kReceiptTolerance = 1e-4;

struct ExportReceipt {
    std::filesystem::path path = {};
    std::string format = {}; // exporter id
    std::string part = {};   // "autoencoder"
    uint64_t bytes = 0;
    std::string hash = {}; // XXH64 of the file
    int64_t tensors = 0, parameters = 0;
    Shape probeShape = {};                     // of the larger of the probe batches
    std::optional<Shape> otherProbeShape = {}; // of pictures of another size, for networks that take any
    double largestDifference = 0.0, meanDifference = 0.0;
    std::map<std::string, std::string> details = {}; // of the format: "opset"

    std::string toText() const; // three lines for people
    Json toJson() const;
};

// Writes `model` to `path` in the format of that id. What stood at `path` stays on any error: InvalidArgument (no such
// format or part), WriteFailed, Unsupported (the format cannot hold this network), Numeric (weights that are not
// finite, or a reread network that computes something else). Compute thread: it runs the executor.
Result<ExportReceipt> exportModel(const LoadedModel& model, std::string_view format, const std::filesystem::path& path,
                                  const ExportOptions& options, Executor& executor);

} // namespace hourglass
