#include "core/data/ArraySources.h"

#include "core/data/ArrayDataset.h"
#include "core/formats/Idx.h"
#include "core/formats/Npy.h"
#include "core/formats/Npz.h"
#include "core/formats/Safetensors.h"

namespace hourglass {

namespace {

constexpr const char* kFashionFolder = "/usr/share/datasets/fashion-mnist";

std::string quoted(const std::filesystem::path& path) {
    return fmt::format("'{}'", path.string());
}

Result<OpenedDataset> openIdxFiles(const std::filesystem::path& images, const std::filesystem::path& labels,
                                   std::vector<std::string> classNames, const SourceContext& context) {
    context.report(0, 0);
    ArrayLabels known;
    if (!labels.empty()) {
        Result<NumericArray> array = readIdx(labels);
        if (!array)
            return std::move(array).error();
        Result<ArrayLabels> read = labelsFromArray(*array, quoted(labels));
        if (!read)
            return std::move(read).error();
        known = *std::move(read);
        if (classNames.size() >= known.classNames.size())
            known.classNames = std::move(classNames);
    }
    Result<NumericArray> array = readIdx(images);
    if (!array)
        return std::move(array).error();
    return datasetFromArray(*std::move(array), std::move(known), quoted(images), context);
}

// The file that MNIST's naming puts beside the images, if it is there.
std::filesystem::path labelsBeside(const std::filesystem::path& images) {
    std::string name = images.filename().string();
    for (const auto& [images3, labels1] :
         {std::pair("images-idx3", "labels-idx1"), std::pair("images.idx3", "labels.idx1")})
        if (const size_t place = name.find(images3); place != std::string::npos) {
            name.replace(place, std::string_view(images3).size(), labels1);
            const std::filesystem::path candidate = images.parent_path() / name;
            std::error_code code;
            return std::filesystem::is_regular_file(candidate, code) ? candidate : std::filesystem::path();
        }
    return {};
}

} // namespace

Result<OpenedDataset> openIdx(const std::string& rest, const SourceContext& context) {
    const SourcePaths parts = splitPaths(PathStyle::Pair, rest, context.baseFolder);
    const std::filesystem::path images = context.resolve(parts.paths[0]);
    return openIdxFiles(images, parts.paths.size() > 1 ? context.resolve(parts.paths[1]) : labelsBeside(images), {},
                        context);
}

std::vector<std::string> fashionMnistFiles(const std::string& part) {
    const std::string prefix = std::string(kFashionFolder) + (part == "train" ? "/train" : "/t10k");
    return {prefix + "-images-idx3-ubyte.gz", prefix + "-labels-idx1-ubyte.gz"};
}

Result<OpenedDataset> openFashionMnist(const std::string& rest, const SourceContext& context) {
    if (rest != "train" && rest != "test")
        return makeError(ErrorCode::InvalidArgument,
                         "{}: expected fashion-mnist:train or fashion-mnist:test, found 'fashion-mnist:{}'.",
                         kSourceKey, rest);
    const std::vector<std::string> files = fashionMnistFiles(rest);
    std::error_code code;
    if (!std::filesystem::exists(files[0], code))
        return makeError(
            ErrorCode::NotFound,
            "Fashion-MNIST is not installed: there is no '{}'. Debian's package dataset-fashion-mnist brings it "
            "(apt install dataset-fashion-mnist).",
            files[0]);
    return openIdxFiles(
        files[0], files[1],
        {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"},
        context);
}

Result<OpenedDataset> openNpy(const std::string& rest, const SourceContext& context) {
    const std::filesystem::path path = context.resolve(rest);
    context.report(0, 0);
    Result<NumericArray> array = readNpy(path);
    if (!array)
        return std::move(array).error();
    return datasetFromArray(*std::move(array), {}, quoted(path), context);
}

Result<OpenedDataset> openNpz(const std::string& rest, const SourceContext& context) {
    const SourcePaths parts = splitPaths(PathStyle::Member, rest, context.baseFolder);
    const std::filesystem::path path = context.resolve(parts.paths[0]);
    Result<NpzFile> file = NpzFile::open(path);
    if (!file)
        return std::move(file).error();
    std::string name = parts.suffix.empty() ? std::string() : parts.suffix.substr(1);
    if (name.empty() && file->names().size() == 1)
        name = file->names().front();
    if (name.empty())
        return makeError(ErrorCode::InvalidArgument,
                         "'{}' holds several arrays; name one: npz:{}#ARRAY with ARRAY out of {}.", path.string(),
                         parts.paths[0], fmt::format("{}", fmt::join(file->names(), ", ")).substr(0, 500));
    context.report(0, 0);
    Result<NumericArray> array = file->read(name);
    if (!array)
        return std::move(array).error();
    return datasetFromArray(*std::move(array), {}, fmt::format("'{}', array '{}'", path.string(), name), context);
}

Result<OpenedDataset> openSafetensorsSource(const std::string& rest, const SourceContext& context) {
    const SourcePaths parts = splitPaths(PathStyle::Member, rest, context.baseFolder);
    const std::filesystem::path path = context.resolve(parts.paths[0]);
    Result<SafetensorsFile> file = openSafetensors(path);
    if (!file)
        return std::move(file).error();
    std::string name = parts.suffix.empty() ? std::string() : parts.suffix.substr(1);
    if (name.empty() && file->tensors.size() == 1)
        name = file->tensors.front().name;
    if (name.empty() && file->find(name) == nullptr) {
        std::vector<std::string> names;
        for (const TensorEntry& tensor : file->tensors)
            names.push_back(tensor.name);
        return makeError(ErrorCode::InvalidArgument,
                         "'{}' holds {} tensors; name one: safetensors:{}#TENSOR with TENSOR out of {}.", path.string(),
                         names.size(), parts.paths[0], fmt::format("{}", fmt::join(names, ", ")).substr(0, 500));
    }
    context.report(0, 0);
    Result<NumericArray> array = file->readArray(name);
    if (!array)
        return std::move(array).error();
    return datasetFromArray(*std::move(array), {}, fmt::format("'{}', tensor '{}'", path.string(), name), context);
}

} // namespace hourglass
