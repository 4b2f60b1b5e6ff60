#include <algorithm>
#include <array>

#include "core/data/ImageCodec.h"
#include "core/data/OpenDataset.h"
#include "core/formats/Idx.h"
#include "core/formats/InputFile.h"
#include "core/formats/Npy.h"
#include "core/formats/Npz.h"
#include "core/io/inspect/Facts.h"
#include "core/training/Experiment.h"

namespace hourglass {

namespace {

constexpr size_t kMostSkippedListed = 100;

Result<Json> ofArray(const char* kind, const Result<NumericArray>& array) {
    if (!array)
        return Error(array.error());
    Json json = arrayFacts(*array);
    json["kind"] = kind;
    return json;
}

Json datasetFacts(const OpenedDataset& opened) {
    const Dataset& data = *opened.dataset;
    std::vector<int64_t> shape = {data.size()};
    shape.insert(shape.end(), data.sampleShape().sizes().begin(), data.sampleShape().sizes().end());
    Json skipped = Json::array();
    for (const SkippedFile& file : opened.report.skipped)
        if (skipped.size() < kMostSkippedListed)
            skipped.push_back({{"path", file.path}, {"reason", file.reason}});
    return {{"shape", shape},
            {"samples", data.size()},
            {"sample_shape", data.sampleShape().sizes()},
            {"description", data.description()},
            {"classes", std::vector<std::string>(data.classNames().begin(), data.classNames().end())},
            {"skipped", skipped},
            {"skipped_count", opened.report.skipped.size()},
            {"notes", opened.report.notes}};
}

const char* formatName(ImageFormat format) {
    constexpr std::array names = {"PNG", "JPEG", "WebP", "BMP", "TIFF"};
    return names.at(static_cast<size_t>(format));
}

} // namespace

Result<Json> inspectNpy(const std::filesystem::path& path, const std::stop_token&) {
    return ofArray("npy", readNpy(path));
}

Result<Json> inspectIdx(const std::filesystem::path& path, const std::stop_token&) {
    return ofArray("idx", readIdx(path));
}

Result<Json> inspectNpz(const std::filesystem::path& path, const std::stop_token& stop) {
    Result<NpzFile> file = NpzFile::open(path);
    if (!file)
        return std::move(file).error();
    Json arrays = Json::array();
    for (const std::string& name : file->names()) {
        if (stop.stop_requested())
            return Json();
        Result<NumericArray> array = file->read(name);
        if (!array)
            return std::move(array).error();
        arrays.push_back(arrayFacts(*array));
        arrays.back()["name"] = name;
    }
    return Json{
        {"kind", "npz"}, {"shape", arrays.size() == 1 ? arrays[0]["shape"] : Json(nullptr)}, {"arrays", arrays}};
}

Result<Json> inspectImage(const std::filesystem::path& path, const std::stop_token&) {
    Result<std::vector<std::byte>> bytes = readBytes(path, uint64_t{1} << 32);
    if (!bytes)
        return std::move(bytes).error();
    Result<ImageHeader> header = readImageHeader(*bytes, bytes->size());
    if (!header)
        return std::move(header).error().withContext(path.string());
    Result<DecodedImage> image = decodeImage(*bytes, path.string());
    if (!image)
        return std::move(image).error();
    Json json = valueFacts(image->pixels.values());
    json["kind"] = "image";
    json["shape"] = image->pixels.shape().sizes();
    json["format"] = formatName(header->format);
    json["bit_depth"] = image->bitDepth;
    json["alpha"] = image->hadAlpha;
    json["orientation"] = header->orientation;
    return json;
}

Result<Json> inspectFolder(const std::filesystem::path& path, const std::stop_token& stop) {
    Result<OpenedDataset> opened = openSource("folder:" + path.string(), DataOptions{}, {}, stop);
    if (!opened)
        return std::move(opened).error();
    if (opened->dataset == nullptr)
        return Json();
    Json json = datasetFacts(*opened);
    json["kind"] = "folder";
    return json;
}

Result<Json> inspectExperiment(const std::filesystem::path& path, const std::stop_token& stop) {
    Result<Experiment> experiment = Experiment::load(path);
    if (!experiment)
        return std::move(experiment).error();
    Json json = {{"kind", "experiment"}, {"shape", nullptr}, {"record", experiment->record}};
    for (const OptionSpec& spec : experiment->options().table().specs())
        json["options"][spec.key] = experiment->options().value(spec.key);
    // An experiment is whole without its data; what is known of them is said.
    Result<OpenedDataset> data = openDataset(experiment->options(), path.parent_path(), stop);
    if (!data) {
        json["data_problem"] = data.error().message();
        return json;
    }
    if (data->dataset == nullptr)
        return Json();
    json["data"] = datasetFacts(*data);
    json["shape"] = json["data"]["shape"];
    return json;
}

} // namespace hourglass
