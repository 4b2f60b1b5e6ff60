#include "core/data/ImageFolder.h"

#include <algorithm>
#include <set>

#include "core/data/ImageCodec.h"
#include "core/data/ImageCollection.h"
#include "core/formats/ContentHash.h"
#include "core/formats/InputFile.h"

namespace hourglass {

namespace {

namespace fs = std::filesystem;

constexpr size_t kHeadBytes = size_t{1} << 16;
constexpr uint64_t kLargestFile = (uint64_t{1} << 31) - 1;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

size_t digitsFrom(std::string_view text, size_t start) {
    size_t end = start;
    while (end < text.size() && isDigit(text[end]))
        ++end;
    return end;
}

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
    Result<std::vector<std::byte>> whole = readBytes(path, kLargestFile);
    return whole ? readImageHeader(*whole, file->size()) : Result<ImageHeader>(std::move(whole).error());
}

struct Listing {
    fs::path root;
    std::vector<std::string> images;
    std::vector<SkippedFile>* skipped = nullptr;
    std::set<fs::path> visited; // canonical, against links that lead back
};

void walk(const fs::path& folder, const std::stop_token& stop, Listing& listing) {
    std::error_code code;
    const fs::path canonical = fs::canonical(folder, code);
    if (code || stop.stop_requested() || !listing.visited.insert(canonical).second)
        return;
    fs::directory_iterator it(folder, code);
    std::vector<fs::path> subfolders;
    for (; !code && it != fs::directory_iterator(); it.increment(code)) {
        const fs::path path = it->path();
        std::error_code typeError;
        if (path.filename().string().starts_with("."))
            continue;
        if (it->is_directory(typeError))
            subfolders.push_back(path);
        else if (hasImageExtension(path))
            listing.images.push_back(path.lexically_relative(listing.root).generic_string());
    }
    if (code && listing.skipped != nullptr)
        listing.skipped->push_back({folder.string(), fmt::format("The folder cannot be read: {}.", code.message())});
    for (const fs::path& subfolder : subfolders)
        walk(subfolder, stop, listing);
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
    Result<std::vector<std::byte>> file = readBytes(path, kLargestFile);
    if (!file)
        return std::move(file).error();
    return decodeRaw(*file, path.string());
}

} // namespace

bool naturalLess(std::string_view a, std::string_view b) {
    size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        if (!isDigit(a[i]) || !isDigit(b[j])) {
            if (a[i] != b[j])
                return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
            ++i;
            ++j;
            continue;
        }
        const size_t endA = digitsFrom(a, i), endB = digitsFrom(b, j);
        while (i + 1 < endA && a[i] == '0')
            ++i;
        while (j + 1 < endB && b[j] == '0')
            ++j;
        if (endA - i != endB - j)
            return endA - i < endB - j;
        const int order = a.substr(i, endA - i).compare(b.substr(j, endB - j));
        if (order != 0)
            return order < 0;
        i = endA;
        j = endB;
    }
    if (a.size() - i != b.size() - j)
        return a.size() - i < b.size() - j;
    return a < b; // only leading zeros differ
}

std::vector<std::string> listImages(const fs::path& folder, const std::stop_token& stop,
                                    std::vector<SkippedFile>* skipped) {
    Listing listing{folder, {}, skipped, {}};
    walk(folder, stop, listing);
    std::sort(listing.images.begin(), listing.images.end(), naturalLess);
    return std::move(listing.images);
}

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
    for (const std::string& name : listImages(folder, context.stop, &report.skipped)) {
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
