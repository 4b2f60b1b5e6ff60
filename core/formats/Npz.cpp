#include "core/formats/Npz.h"

#include <algorithm>
#include <set>

#include <zip.h>

#include "core/formats/InputFile.h"
#include "core/formats/Npy.h"

namespace hourglass {

namespace {

constexpr uint64_t kBestMemberRatio = 1032; // of deflate
constexpr zip_int64_t kMostEntries = 65'536;

struct CloseEntry {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::shared_ptr<zip_t>;
using Entry = std::unique_ptr<zip_file_t, CloseEntry>;

class EntryStream : public ByteStream {
public:
    EntryStream(std::string name, Entry entry, uint64_t size)
        : ByteStream(std::move(name)), m_entry(std::move(entry)), m_left(size) {}

    Result<void> read(std::span<std::byte> bytes) override {
        if (bytes.size() > m_left)
            return tooShort();
        while (!bytes.empty()) {
            const zip_int64_t count = zip_fread(m_entry.get(), bytes.data(), bytes.size());
            if (count < 0)
                return damaged();
            if (count == 0)
                return tooShort();
            m_left -= static_cast<uint64_t>(count);
            bytes = bytes.subspan(static_cast<size_t>(count));
        }
        return {};
    }
    Result<void> expectEnd() override {
        std::byte extra;
        const zip_int64_t count = zip_fread(m_entry.get(), &extra, 1); // at the end, libzip compares the checksum
        return count == 0 ? Result<void>() : count < 0 ? Result<void>(damaged()) : tooLong();
    }
    uint64_t atMost() const override { return m_left; }

private:
    Error damaged() {
        return makeError(ErrorCode::Unreadable, "{} is damaged: {}.", name(), zip_file_strerror(m_entry.get()));
    }
    Entry m_entry;
    uint64_t m_left;
};

Result<Archive> openArchive(const std::filesystem::path& path) {
    Result<InputFile> file = InputFile::open(path); // for errors that tell a missing file from a folder
    if (!file)
        return std::move(file).error();
    int code = 0;
    if (zip_t* opened = zip_open(path.c_str(), ZIP_RDONLY, &code); opened != nullptr)
        return Archive(opened, zip_discard);
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    return makeError(ErrorCode::Unreadable, "'{}' is not a readable .npz archive: {}.", path.string(), reason);
}

} // namespace

bool isZip(std::span<const std::byte> head) {
    return head.size() >= 4 && head[0] == std::byte{'P'} && head[1] == std::byte{'K'} &&
           ((head[2] == std::byte{3} && head[3] == std::byte{4}) ||
            (head[2] == std::byte{5} && head[3] == std::byte{6}));
}

Result<NpzFile> NpzFile::open(const std::filesystem::path& path) {
    Result<Archive> archive = openArchive(path);
    if (!archive)
        return std::move(archive).error();
    const zip_int64_t count = zip_get_num_entries(archive->get(), 0);
    if (count > kMostEntries)
        return makeError(ErrorCode::Unreadable, "'{}' has {} entries; at most {} are read.", path.string(), count,
                         kMostEntries);
    NpzFile file;
    file.m_path = path;
    file.m_archive = *archive;
    std::set<std::string> seen;
    for (zip_int64_t i = 0; i < count; ++i) {
        const char* raw = zip_get_name(archive->get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_GUESS);
        const std::string name = raw != nullptr ? raw : "";
        if (!seen.insert(name).second)
            return makeError(ErrorCode::Unreadable, "'{}' holds '{}' twice.", path.string(), name);
        if (name.ends_with(".npy"))
            file.m_names.push_back(name.substr(0, name.size() - 4));
    }
    if (file.m_names.empty())
        return makeError(ErrorCode::Unreadable, "'{}' holds no array.", path.string());
    return file;
}

Result<NumericArray> NpzFile::read(std::string_view name) const {
    const zip_int64_t index = zip_name_locate(m_archive.get(), (std::string(name) + ".npy").c_str(), ZIP_FL_ENC_GUESS);
    if (index < 0)
        return makeError(ErrorCode::NotFound, "'{}' holds no array '{}'; it holds: {}.", m_path.string(), name,
                         fmt::format("{}", fmt::join(m_names, ", ")).substr(0, 500));
    const std::string context = fmt::format("'{}', array '{}'", m_path.string(), name);
    zip_stat_t status;
    if (zip_stat_index(m_archive.get(), static_cast<zip_uint64_t>(index), 0, &status) != 0)
        return makeError(ErrorCode::Unreadable, "{} cannot be found again: {}.", context,
                         zip_strerror(m_archive.get()));
    if ((status.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && status.encryption_method != ZIP_EM_NONE)
        return makeError(ErrorCode::Unsupported, "{} is encrypted.", context);
    std::error_code code;
    const uint64_t packed = std::min<uint64_t>(status.comp_size, std::filesystem::file_size(m_path, code));
    const uint64_t most = packed * kBestMemberRatio + 1024;
    Entry entry(zip_fopen_index(m_archive.get(), static_cast<zip_uint64_t>(index), 0));
    if (!entry)
        return makeError(ErrorCode::Unreadable, "{} cannot be opened: {}.", context, zip_strerror(m_archive.get()));
    EntryStream stream(context, std::move(entry), std::min<uint64_t>(status.size, most));
    return readNpy(stream);
}

} // namespace hourglass
