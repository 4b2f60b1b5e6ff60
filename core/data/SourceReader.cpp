#include "core/data/SourceReader.h"

#include <algorithm>
#include <array>

#include "core/data/ArraySources.h"
#include "core/data/BuiltinSources.h"
#include "core/data/ImageFolder.h"
#include "core/data/ImageHeader.h"
#include "core/formats/ByteStream.h"
#include "core/formats/Idx.h"
#include "core/formats/Npy.h"
#include "core/formats/Npz.h"
#include "core/formats/Safetensors.h"

namespace hourglass {

namespace {

bool looksLikeIdx(std::span<const std::byte> head, uint64_t) {
    return isIdx(head);
}
bool looksLikeNpy(std::span<const std::byte> head, uint64_t) {
    return isNpy(head);
}
bool looksLikeZip(std::span<const std::byte> head, uint64_t) {
    return isZip(head);
}
bool looksLikeImage(std::span<const std::byte> head, uint64_t) {
    return isImage(head);
}

constexpr std::array kReaders{
    SourceReader{{"fashion-mnist", "fashion-mnist:train|test",
                  "60,000 or 10,000 pictures of clothes, 28×28 gray, from Debian's package dataset-fashion-mnist"},
                 PathStyle::None,
                 nullptr,
                 openFashionMnist},
    SourceReader{
        {"builtin", "builtin:shapes|photos", "Samples that need no file: procedural shapes, and a few photographs"},
        PathStyle::None,
        nullptr,
        openBuiltin},
    SourceReader{
        {"idx", "idx:IMAGES[,LABELS]", "The format of MNIST, plain or gzip"}, PathStyle::Pair, looksLikeIdx, openIdx},
    SourceReader{{"npy", "npy:FILE", "An array of numpy: [N,D], [N,H,W], [N,C,H,W] or [N,H,W,C]"},
                 PathStyle::Whole,
                 looksLikeNpy,
                 openNpy},
    SourceReader{
        {"npz", "npz:FILE#ARRAY", "One array out of a numpy archive"}, PathStyle::Member, looksLikeZip, openNpz},
    SourceReader{{"safetensors", "safetensors:FILE#TENSOR", "One tensor out of a safetensors file"},
                 PathStyle::Member,
                 isSafetensors,
                 openSafetensorsSource},
    SourceReader{{"folder", "folder:DIR", "Pictures in a folder and below it; subfolders are classes"},
                 PathStyle::Whole,
                 nullptr,
                 openImageFolder},
    SourceReader{{"image", "image:FILE", "One picture: PNG, JPEG, WebP, BMP or TIFF"},
                 PathStyle::Whole,
                 looksLikeImage,
                 openImageFile},
};

const SourceReader* readerNamed(std::string_view id) {
    const auto row = std::find_if(kReaders.begin(), kReaders.end(), [&](const auto& r) { return r.kind.id == id; });
    return row == kReaders.end() ? nullptr : &*row;
}

std::string allForms() {
    std::string text;
    for (const SourceReader& reader : kReaders)
        text += (text.empty() ? "" : ", ") + std::string(reader.kind.form);
    return text;
}

Result<FoundReader> recognise(const std::string& path, const std::filesystem::path& whole) {
    std::error_code code;
    if (std::filesystem::is_directory(whole, code))
        return FoundReader{readerNamed("folder"), path};
    Result<std::unique_ptr<ByteStream>> stream = openByteStream(whole);
    if (!stream)
        return std::move(stream).error();
    std::array<std::byte, 32> head{};
    const auto count = static_cast<size_t>(std::min<uint64_t>(head.size(), (*stream)->atMost()));
    if (Result<void> read = (*stream)->read(std::span(head).first(count)); !read && count == 0)
        return std::move(read).error();
    const uint64_t size = std::filesystem::file_size(whole, code);
    for (const SourceReader& reader : kReaders)
        if (reader.recognises != nullptr && reader.recognises(std::span(head).first(count), size))
            return FoundReader{&reader, path};
    return makeError(ErrorCode::Unsupported,
                     "'{}' is of no kind that can be read as data: pictures, IDX, .npy, .npz and .safetensors can.",
                     whole.string());
}

} // namespace

std::filesystem::path resolvePath(const std::filesystem::path& baseFolder, const std::string& path) {
    const std::filesystem::path joined = baseFolder / path, normal = joined.lexically_normal();
    std::error_code code;
    const bool same =
        std::filesystem::weakly_canonical(joined, code) == std::filesystem::weakly_canonical(normal, code);
    return same ? normal : joined;
}

std::span<const SourceReader> sourceReaders() {
    return kReaders;
}

Result<FoundReader> findReader(const std::string& source, const std::filesystem::path& baseFolder) {
    const size_t colon = source.find(':');
    if (colon != std::string::npos)
        if (const SourceReader* reader = readerNamed(std::string_view(source).substr(0, colon)))
            return FoundReader{reader, source.substr(colon + 1)};
    const std::filesystem::path whole = resolvePath(baseFolder, source);
    std::error_code code;
    if (!source.empty() && std::filesystem::exists(whole, code))
        return recognise(source, whole);
    // "npz:file.npz#a" without its kind: the part before '#' is the path.
    const size_t hash = source.rfind('#');
    const std::filesystem::path part = resolvePath(baseFolder, source.substr(0, hash));
    if (hash != std::string::npos && std::filesystem::exists(part, code)) {
        Result<FoundReader> found = recognise(source.substr(0, hash), part);
        if (found)
            found->rest = source;
        return found;
    }
    if (source.empty() || colon != std::string::npos)
        return makeError(ErrorCode::InvalidArgument, "{} '{}': expected one of {}, or a path; found neither.",
                         kSourceKey, source, allForms());
    return makeError(ErrorCode::NotFound, "{}: there is no file or folder '{}'.", kSourceKey, whole.string());
}

SourcePaths splitPaths(PathStyle style, const std::string& rest, const std::filesystem::path& baseFolder) {
    std::error_code code;
    if (style == PathStyle::None)
        return {{}, rest};
    if (style == PathStyle::Whole || std::filesystem::exists(resolvePath(baseFolder, rest), code))
        return {{rest}, ""};
    const size_t place = style == PathStyle::Pair ? rest.find(',') : rest.rfind('#');
    if (place == std::string::npos)
        return {{rest}, ""};
    if (style == PathStyle::Pair)
        return {{rest.substr(0, place), rest.substr(place + 1)}, ""};
    return {{rest.substr(0, place)}, rest.substr(place)};
}

} // namespace hourglass
