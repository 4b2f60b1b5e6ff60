#include "core/io/ExportModel.h"

#include <algorithm>
#include <cmath>

#include "core/base/AtomicFile.h"
#include "core/formats/ContentHash.h"
#include "core/formats/InputFile.h"
#include "core/io/Probe.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

// The name a file has until it has proved itself; nothing is left of it otherwise.
class Candidate {
public:
    explicit Candidate(const fs::path& target) : m_path(temporaryBeside(target)) {}
    ~Candidate() {
        std::error_code ignored;
        fs::remove(m_path, ignored);
    }
    Candidate(const Candidate&) = delete;
    Candidate& operator=(const Candidate&) = delete;
    const fs::path& path() const { return m_path; }

private:
    fs::path m_path;
};

SymbolSizes sizesOf(const Shape& sample) {
    return sample.rank() == 3 ? SymbolSizes{.h = sample[1], .w = sample[2]} : SymbolSizes{};
}

// Some activations swallow what is not a number, so the probe alone would not tell.
Result<void> checkFinite(const ParameterStore& weights) {
    for (const ArenaLayout::Entry& entry : weights.layout().entries())
        for (const float value : weights.values(entry.name))
            if (!std::isfinite(value))
                return makeError(ErrorCode::Numeric,
                                 "The weights '{}' hold values that are not numbers; nothing was exported.",
                                 entry.name);
    return {};
}

Result<void> judge(const ProbeResult& probe) {
    if (!probe.isFinite)
        return makeError(ErrorCode::Numeric, "The model computes values that are not numbers; nothing was exported.");
    const double allowed = kReceiptTolerance * std::max(1.0, probe.largestMagnitude);
    if (probe.largestDifference > allowed)
        return makeError(ErrorCode::Numeric,
                         "The exported file, read back, differs from the model by up to {}; at most {} is accepted. "
                         "Nothing was exported.",
                         probe.largestDifference, allowed);
    return {};
}

Result<void> addFileFacts(ExportReceipt& receipt, const fs::path& path) {
    Result<InputFile> file = InputFile::open(path);
    if (!file)
        return std::move(file).error();
    receipt.bytes = file->size();
    ContentHash hash;
    std::vector<std::byte> piece(size_t{1} << 20);
    for (uint64_t place = 0; place < receipt.bytes; place += piece.size()) {
        const std::span<std::byte> part =
            std::span(piece).first(static_cast<size_t>(std::min<uint64_t>(piece.size(), receipt.bytes - place)));
        if (Result<void> read = file->readAt(place, part); !read)
            return read;
        hash.add(part);
    }
    receipt.hash = hashText(hash.value());
    return {};
}

Result<const Exporter*> chooseExporter(const Model& model, std::string_view format, const ExportOptions& options) {
    const Exporter* exporter = findExporter(format);
    if (exporter == nullptr) {
        std::vector<std::string_view> ids;
        for (const Exporter& row : exporters())
            ids.push_back(row.id);
        return makeError(ErrorCode::InvalidArgument, "There is no export format '{}'; there are: {}.", format,
                         fmt::format("{}", fmt::join(ids, ", ")));
    }
    if (options.part != ModelPart::Autoencoder && !exporter->hasParts)
        return makeError(ErrorCode::InvalidArgument, "{} files hold the whole model; the {} alone can be had as ONNX.",
                         exporter->label, partName(options.part));
    if (options.part != ModelPart::Autoencoder && !model.hasCode())
        return makeError(ErrorCode::InvalidArgument,
                         "A network of architecture '{}' has no code, so no {} of its own; export the autoencoder.",
                         model.architecture->id(), partName(options.part));
    return exporter;
}

} // namespace

Result<ExportReceipt> exportModel(const LoadedModel& model, std::string_view format, const fs::path& path,
                                  const ExportOptions& options, Executor& executor) {
    Result<const Exporter*> exporter = chooseExporter(*model.model, format, options);
    if (!exporter)
        return std::move(exporter).error();
    Result<fs::path> place = writablePlace(path);
    if (!place)
        return std::move(place).error();
    if (Result<void> finite = checkFinite(*model.weights); !finite)
        return std::move(finite).error();
    const Candidate candidate(*place);
    const auto told = [&](Error error) { return std::move(error).withName(candidate.path().string(), path.string()); };
    Result<WrittenModel> written = (*exporter)->write(model, options, candidate.path());
    if (!written)
        return told(std::move(written).error());
    Result<ImportedNetwork> reread = (*exporter)->readBack(candidate.path(), options);
    if (!reread)
        return told(std::move(reread).error()).withContext("while reading back what was exported");
    const ImportedNetwork original{partGraph(*model.model, options.part), model.weights};
    Result<ProbeResult> probe = compareNetworks(original, *reread, sizesOf(model.model->sampleShape), executor);
    if (!probe)
        return std::move(probe).error().withContext("while comparing what was exported");
    if (Result<void> judged = judge(*probe); !judged)
        return std::move(judged).error().withContext(path.string());

    ExportReceipt receipt{.path = path,
                          .format = std::string((*exporter)->id),
                          .part = std::string(partName(options.part)),
                          .tensors = written->tensors,
                          .parameters = written->parameters,
                          .probeShape = probe->inputShape,
                          .otherProbeShape = probe->otherShape,
                          .largestDifference = probe->largestDifference,
                          .meanDifference = probe->meanDifference,
                          .details = std::move(written->details)};
    if (Result<void> known = addFileFacts(receipt, candidate.path()); !known)
        return told(std::move(known).error());
    if (Result<void> published = publishFile(candidate.path(), path); !published)
        return std::move(published).error();
    return receipt;
}

std::string ExportReceipt::toText() const {
    std::string facts;
    for (const auto& [key, value] : details)
        facts += fmt::format(", {} {}", key, value);
    return fmt::format("{}: {} as {}{}\n"
                       "{} bytes, {} tensors, {} parameters, XXH64 {}\n"
                       "Read back and run on a probe batch {}{}: largest difference {:.3g}, mean {:.3g}",
                       path.string(), part, format, facts, bytes, tensors, parameters, hash, probeShape.toString(),
                       otherProbeShape ? " and another size, " + otherProbeShape->toString() : "", largestDifference,
                       meanDifference);
}

Json ExportReceipt::toJson() const {
    Json json = {{"path", path.string()},
                 {"format", format},
                 {"part", part},
                 {"bytes", bytes},
                 {"xxh64", hash},
                 {"tensors", tensors},
                 {"parameters", parameters},
                 {"probe_shape", probeShape.sizes()},
                 {"largest_difference", largestDifference},
                 {"mean_difference", meanDifference},
                 {"details", details}};
    if (otherProbeShape)
        json["other_probe_shape"] = otherProbeShape->sizes();
    return json;
}

} // namespace hourglass
