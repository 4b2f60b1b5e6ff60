#include "core/data/ImageFolder.h"

#include <algorithm>

#include "core/data/FolderListing.h"
#include "core/data/ImageCodec.h"
#include "core/data/ImageCollection.h"
#include "core/formats/ContentHash.h"
#include "core/formats/InputFile.h"

namespace hourglass {

namespace {

namespace fs = std::filesystem;

constexpr size_t kHeadBytes = size_t{1} << 16;
constexpr uint64_t kLargestPicture = (uint64_t{1} << 31) - 1;

// The header usually lies in the first bytes; a TIFF directory or one behind a long EXIF block may not.
Result<ImageHeader> headerOf(const fs::path& path) {
    Result<InputFile> file = InputFile::open(path);
    if (!file)
        return std::move(file).error();
    std::vector<std::byte> bytes(static_cast<size_t>(std::min<uint64_t>(kHeadBytes, file->size())));
    if (Result<void> read = file->readAt(0, bytes); !read)
        return std::move(read).error();
    Result<ImageHeader> header = readImageHeader(bytes, file->size());
    if (header || bytes.size() == file->size() || !isImage(bytes))
        return header;
    Result<std::vector<std::byte>> whole = readBytes(path, kLargestPicture);
    return whole ? readImageHeader(*whole, file->size()) : Result<ImageHeader>(std::move(whole).error());
}

// Fills item.label for every item from the first part of its name; classes are in natural order.
void labelByFolder(ImageCollection& collection) {
    const auto folderOf = [](const ImageItem& item) { return item.name.substr(0, item.name.find('/')); };
    for (const ImageItem& item : collection.items) {
        const bool inside = item.name.find('/') != std::string::npos;
        // Items are sorted, so that one class follows the other; but "a/…" and "a b/…" may interleave.
        if (inside && std::find(collection.classNames.rbegin(), collection.classNames.rend(), folderOf(item)) ==
                          collection.classNames.rend())
            collection.classNames.push_back(folderOf(item));
    }
    std::map<std::string, int> index;
    for (const std::string& name : collection.classNames)
        index.emplace(name, static_cast<int>(index.size()));
    for (ImageItem& item : collection.items)
        if (item.name.find('/') != std::string::npos)
            item.label = index.at(folderOf(item));
}

ImageItem makeItem(const std::string& name, const ImageHeader& header) {
    return {name,           contentHash(name), -1, header.channels, header.uprightHeight(), header.uprightWidth(),
            header.bitDepth};
}

Result<RawImage> loadFile(const fs::path& path) {
    Result<std::vector<std::byte>> file = readBytes(path, kLargestPicture);
    if (!file)
        return std::move(file).error();
    return decodeRaw(*file, path.string());
}

} // namespace

Result<OpenedDataset> openImageFolder(const std::string& rest, const SourceContext& context) {
    const fs::path folder = context.resolve(rest);
    std::error_code code;
    if (!fs::is_directory(folder, code))
        return makeError(fs::exists(folder, code) ? ErrorCode::Unreadable : ErrorCode::NotFound,
                         "There is no folder '{}'.", folder.string());
    if (const fs::directory_iterator probe(folder, code); code)
        return makeError(ErrorCode::Unreadable, "The folder '{}' cannot be read: {}.", folder.string(), code.message());
    context.report(0, 0);
    OpenedDataset cancelled;
    ImageCollection collection;
    DatasetReport report;
    for (const std::string& name : listFiles(folder, {.stop = context.stop, .skipped = &report.skipped})) {
        if (context.stop.stop_requested())
            return cancelled;
        Result<ImageHeader> header = headerOf(folder / name);
        if (header)
            collection.items.push_back(makeItem(name, *header));
        else
            report.skipped.push_back({name, header.error().message()});
    }
    if (context.stop.stop_requested())
        return cancelled;
    if (collection.items.empty() && report.skipped.empty())
        return makeError(ErrorCode::Unreadable, "The folder '{}' holds no picture (PNG, JPEG, WebP, BMP, TIFF).",
                         folder.string());
    labelByFolder(collection);
    collection.load = [&](size_t index) { return loadFile(folder / collection.items[index].name); };
    Result<OpenedDataset> opened = assembleImages(collection, context, std::move(report));
    if (!opened)
        return std::move(opened).error().withContext(fmt::format("The folder '{}'", folder.string()));
    return opened;
}

Result<OpenedDataset> openImageFile(const std::string& rest, const SourceContext& context) {
    const fs::path path = context.resolve(rest);
    Result<ImageHeader> header = headerOf(path);
    if (!header)
        return std::move(header).error().withContext(fmt::format("'{}' cannot be opened", path.string()));
    ImageCollection collection;
    collection.items.push_back(makeItem(path.filename().string(), *header));
    collection.load = [&](size_t) { return loadFile(path); };
    Result<OpenedDataset> opened = assembleImages(collection, context, {});
    if (!opened)
        return std::move(opened).error().withContext(fmt::format("'{}'", path.string()));
    return opened;
}

} // namespace hourglass
