#include "core/data/SourceFiles.h"

#include "core/data/ArraySources.h"
#include "core/data/FolderListing.h"
#include "core/data/SourceReader.h"
#include "core/formats/ContentHash.h"
#include "core/formats/InputFile.h"

namespace hourglass {

namespace {

namespace fs = std::filesystem;

// Without links, for ".." leads out of the target of one; the current folder for "".
fs::path realFolder(const fs::path& folder) {
    std::error_code code;
    const fs::path whole = fs::absolute("." / folder, code), real = fs::weakly_canonical(whole, code);
    return code ? whole : real;
}

std::string moved(const std::string& path, const fs::path& from, const fs::path& to) {
    if (fs::path(path).is_absolute())
        return path;
    return resolvePath(realFolder(from), path).lexically_relative(realFolder(to)).generic_string();
}

// False when asked to stop.
Result<bool> addFile(const std::filesystem::path& path, ContentHash& hash, const std::stop_token& stop) {
    Result<InputFile> file = InputFile::open(path);
    if (!file)
        return std::move(file).error();
    std::vector<std::byte> chunk(size_t{1} << 20);
    for (uint64_t place = 0; place < file->size();) {
        if (stop.stop_requested())
            return false;
        const auto piece =
            std::span(chunk).first(static_cast<size_t>(std::min<uint64_t>(chunk.size(), file->size() - place)));
        if (Result<void> read = file->readAt(place, piece); !read)
            return std::move(read).error();
        hash.add(piece);
        place += piece.size();
    }
    return !stop.stop_requested();
}

Result<bool> addFolder(const std::filesystem::path& folder, ContentHash& hash, const std::stop_token& stop) {
    for (const std::string& relative : listFiles(folder, {.stop = stop})) {
        std::error_code code;
        hash.add(fmt::format("{}\n{}\n", relative, std::filesystem::file_size(folder / relative, code)));
        Result<bool> added = addFile(folder / relative, hash, stop);
        if (added && !*added)
            return false;
        if (!added) // it is skipped as data, too
            hash.add("unreadable\n");
    }
    return true;
}

} // namespace

Result<std::string> relocateSource(const std::string& source, const std::filesystem::path& from,
                                   const std::filesystem::path& to) {
    Result<FoundReader> found = findReader(source, from);
    if (!found)
        return std::move(found).error();
    const SourcePaths parts = splitPaths(found->reader->paths, found->rest, from);
    std::string text = std::string(found->reader->kind.id) + ":";
    for (size_t i = 0; i < parts.paths.size(); ++i)
        text.append(i > 0 ? "," : "").append(moved(parts.paths[i], from, to));
    return text + parts.suffix;
}

Result<std::map<std::string, std::string>>
sourceFileHashes(const std::string& source, const std::filesystem::path& baseFolder, const std::stop_token& stop) {
    Result<FoundReader> found = findReader(source, baseFolder);
    if (!found)
        return std::move(found).error();
    std::vector<std::string> paths = splitPaths(found->reader->paths, found->rest, baseFolder).paths;
    if (found->reader->kind.id == "fashion-mnist")
        paths = fashionMnistFiles(found->rest);
    std::map<std::string, std::string> hashes;
    for (const std::string& path : paths) {
        const std::filesystem::path whole = resolvePath(baseFolder, path);
        ContentHash hash;
        std::error_code code;
        Result<bool> added =
            std::filesystem::is_directory(whole, code) ? addFolder(whole, hash, stop) : addFile(whole, hash, stop);
        if (!added)
            return std::move(added).error();
        if (!*added)
            return std::map<std::string, std::string>();
        hashes[path] = hashText(hash.value());
    }
    return hashes;
}

} // namespace hourglass
