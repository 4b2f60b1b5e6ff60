#include "core/io/Inspect.h"

#include <algorithm>
#include <array>
#include <new>

#include "core/data/ImageHeader.h"
#include "core/formats/ByteStream.h"
#include "core/formats/Idx.h"
#include "core/formats/Npy.h"
#include "core/formats/Npz.h"
#include "core/formats/Safetensors.h"
#include "core/io/importers/OnnxImporter.h"
#include "core/io/inspect/Facts.h"
#include "core/training/RunFolder.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t kHeadBytes = 4096;

struct Sniffed {
    std::string extension;
    uint64_t size = 0;
    std::vector<std::byte> head;  // first bytes as stored
    std::vector<std::byte> plain; // the same, seen through gzip
};

// A JSON object that names our schema near its start, under whatever name it was saved.
bool looksLikeExperiment(std::span<const std::byte> head) {
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    const size_t start = text.find_first_not_of(" \t\r\n");
    return start != std::string_view::npos && text[start] == '{' &&
           text.find("\"hourglass_experiment\"") != std::string_view::npos;
}

struct Kind {
    const char* name;
    bool (*recognises)(const Sniffed& file);
    Result<Json> (*inspect)(const fs::path& path, const std::stop_token& stop);
};

constexpr std::array kKinds = {
    Kind{"experiment (.hourglass)",
         [](const Sniffed& f) { return f.extension == ".hourglass" || looksLikeExperiment(f.head); },
         inspectExperiment},
    Kind{"numpy array (.npy)", [](const Sniffed& f) { return isNpy(f.plain); }, inspectNpy},
    Kind{"numpy archive (.npz)", [](const Sniffed& f) { return isZip(f.head); }, inspectNpz},
    Kind{"picture (PNG, JPEG, WebP, BMP, TIFF)", [](const Sniffed& f) { return isImage(f.head); }, inspectImage},
    Kind{"IDX (plain or gzip)", [](const Sniffed& f) { return isIdx(f.plain); }, inspectIdx},
    Kind{"safetensors, checkpoint",
         [](const Sniffed& f) { return isSafetensors(f.head, f.size) || f.extension == ".safetensors"; },
         inspectSafetensors},
    Kind{"ONNX", [](const Sniffed& f) { return isOnnx(f.head) || f.extension == ".onnx"; }, inspectOnnx},
};

Result<Sniffed> sniff(const fs::path& path) {
    Result<InputFile> file = InputFile::open(path);
    if (!file)
        return std::move(file).error();
    Sniffed found{.extension = path.extension().string(), .size = file->size(), .head = {}, .plain = {}};
    found.head.resize(static_cast<size_t>(std::min<uint64_t>(found.size, kHeadBytes)));
    if (Result<void> read = file->readAt(0, found.head); !read)
        return std::move(read).error();
    found.plain = found.head;
    if (Result<std::unique_ptr<ByteStream>> stream = openByteStream(path); stream) {
        std::vector<std::byte> plain(static_cast<size_t>(std::min<uint64_t>((*stream)->atMost(), 16)));
        if ((*stream)->read(plain))
            found.plain = std::move(plain);
    }
    return found;
}

Result<Json> inspectByKind(const fs::path& path, const std::stop_token& stop) {
    std::error_code code;
    if (fs::is_directory(path, code))
        return RunFolder::isRun(path) ? inspectRun(path, stop) : inspectFolder(path, stop);
    Result<Sniffed> file = sniff(path);
    if (!file)
        return std::move(file).error();
    for (const Kind& kind : kKinds)
        if (kind.recognises(*file)) {
            Result<Json> json = kind.inspect(path, stop);
            if (json && !json->is_null())
                (*json)["bytes"] = file->size;
            return json;
        }
    std::string expected;
    for (const Kind& kind : kKinds)
        expected += fmt::format("{}{}", expected.empty() ? "" : ", ", kind.name);
    return makeError(ErrorCode::Unsupported,
                     "'{}' is of no kind that is known here; expected a folder of pictures, a run, or one of: {}.",
                     path.string(), expected);
}

} // namespace

Result<Json> inspectFile(const fs::path& path, const std::stop_token& stop) {
    std::error_code code;
    if (!fs::exists(path, code))
        return makeError(ErrorCode::NotFound, "There is no file or folder '{}'.", path.string());
    try {
        Result<Json> json = inspectByKind(path, stop);
        if (!json || json->is_null())
            return json;
        (*json)["path"] = path.string();
        // Names in a file need not be UTF-8, and numbers need not be finite: what JSON cannot hold is replaced.
        return Json::parse(json->dump(-1, ' ', false, Json::error_handler_t::replace));
    } catch (const std::bad_alloc&) {
        return makeError(ErrorCode::OutOfMemory, "There is no memory to read the whole of '{}'.", path.string());
    }
}

} // namespace hourglass
