#include "core/base/AtomicFile.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <random>

#include <fcntl.h>
#include <unistd.h>

namespace hourglass {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kTemporaryStart = ".hg-";
constexpr size_t kTemporaryLetters = 8;
constexpr int kMostLinks = 40; // as Linux

// A POSIX file descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    bool valid() const { return m_fd >= 0; }
    int get() const { return m_fd; }
    bool close() {
        const int fd = std::exchange(m_fd, -1);
        return fd < 0 || ::close(fd) == 0;
    }

private:
    int m_fd;
};

bool writeAll(int fd, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes = bytes.subspan(static_cast<size_t>(written));
    }
    return true;
}

Error writeError(const fs::path& path, int reason) {
    return makeError(ErrorCode::WriteFailed, "'{}' could not be written: {}. What was there before is unchanged.",
                     path.string(), std::strerror(reason));
}

void syncFolder(const fs::path& folder) {
    Descriptor directory(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.valid())
        ::fsync(directory.get());
}

} // namespace

Result<fs::path> writablePlace(const fs::path& path) {
    std::error_code code;
    fs::path place = path;
    for (int links = 0; fs::is_symlink(place, code) && links < kMostLinks; ++links)
        place = place.parent_path() / fs::read_symlink(place, code);
    if (fs::is_symlink(place, code))
        return writeError(path, ELOOP);
    const fs::file_status status = fs::status(place, code);
    if (fs::exists(status) && !fs::is_regular_file(status))
        return makeError(ErrorCode::WriteFailed, "'{}' is {}, which a file does not replace. Choose another name.",
                         path.string(), fs::is_directory(status) ? "a folder" : "a device or a pipe");
    return place;
}

fs::path temporaryBeside(const fs::path& path) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
    std::random_device random;
    std::string name(kTemporaryStart);
    for (size_t i = 0; i < kTemporaryLetters; ++i)
        name += kLetters[random() % kLetters.size()];
    return path.parent_path() / name;
}

bool isTemporaryName(const fs::path& path) {
    const std::string name = path.filename().string();
    return name.starts_with(kTemporaryStart) && name.size() == kTemporaryStart.size() + kTemporaryLetters;
}

Result<void> writeFileAtomically(const fs::path& path, const std::function<void(const ByteSink&)>& produce) {
    const Result<fs::path> place = writablePlace(path);
    if (!place)
        return Error(place.error());
    // O_EXCL: nobody else's file or link is written through, should the name be taken.
    const fs::path temporary = temporaryBeside(*place);
    Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!file.valid())
        return writeError(path, errno);

    int reason = 0;
    const auto note = [&reason](bool succeeded) {
        if (!succeeded && reason == 0)
            reason = errno != 0 ? errno : EIO;
        return reason == 0;
    };
    try {
        produce([&](std::span<const std::byte> bytes) { return reason == 0 && note(writeAll(file.get(), bytes)); });
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
    if (reason == 0)
        note(::fsync(file.get()) == 0);
    note(file.close());
    if (reason == 0)
        note(::rename(temporary.c_str(), place->c_str()) == 0);
    if (reason != 0) {
        ::unlink(temporary.c_str());
        return writeError(path, reason);
    }
    syncFolder(place->parent_path());
    return {};
}

Result<void> writeFileAtomically(const fs::path& path, std::span<const std::byte> content) {
    return writeFileAtomically(path, [content](const ByteSink& sink) { sink(content); });
}

Result<void> writeFileAtomically(const fs::path& path, std::string_view content) {
    return writeFileAtomically(path, std::as_bytes(std::span(content.data(), content.size())));
}

Result<void> publishFile(const fs::path& finished, const fs::path& path) {
    const Result<fs::path> place = writablePlace(path);
    if (!place)
        return Error(place.error());
    if (::rename(finished.c_str(), place->c_str()) != 0)
        return writeError(path, errno);
    syncFolder(place->parent_path());
    return {};
}

Result<std::string> readFile(const fs::path& path, uint64_t limit) {
    std::error_code code;
    const auto status = fs::status(path, code);
    if (!fs::exists(status))
        return makeError(ErrorCode::NotFound, "There is no file '{}'.", path.string());
    if (!fs::is_regular_file(status))
        return makeError(ErrorCode::Unreadable, "'{}' is not a regular file.", path.string());
    const uint64_t size = fs::file_size(path, code);
    if (code)
        return makeError(ErrorCode::Unreadable, "'{}' cannot be read: {}.", path.string(), code.message());
    if (size > limit)
        return makeError(ErrorCode::Unreadable, "'{}' has {} bytes; at most {} are expected here.", path.string(), size,
                         limit);
    std::ifstream stream(path, std::ios::binary);
    std::string content(size, '\0');
    if (!stream || !stream.read(content.data(), static_cast<std::streamsize>(size)))
        return makeError(ErrorCode::Unreadable, "'{}' cannot be read: {}.", path.string(), std::strerror(errno));
    return content;
}

} // namespace hourglass
