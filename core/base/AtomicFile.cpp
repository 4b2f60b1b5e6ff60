#include "core/base/AtomicFile.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

namespace hourglass {

namespace {

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

Error writeError(const std::filesystem::path& path, int reason) {
    return makeError(ErrorCode::WriteFailed, "'{}' could not be written: {}. What was there before is unchanged.",
                     path.string(), std::strerror(reason));
}

void syncFolder(const std::filesystem::path& folder) {
    Descriptor directory(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.valid())
        ::fsync(directory.get());
}

} // namespace

Result<void> writeFileAtomically(const std::filesystem::path& path,
                                 const std::function<void(const ByteSink&)>& produce) {
    const std::string temporary = path.string() + ".part-" + std::to_string(::getpid());
    Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
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
        note(::rename(temporary.c_str(), path.c_str()) == 0);
    if (reason != 0) {
        ::unlink(temporary.c_str());
        return writeError(path, reason);
    }
    syncFolder(path.parent_path());
    return {};
}

Result<void> writeFileAtomically(const std::filesystem::path& path, std::span<const std::byte> content) {
    return writeFileAtomically(path, [content](const ByteSink& sink) { sink(content); });
}

Result<void> writeFileAtomically(const std::filesystem::path& path, std::string_view content) {
    return writeFileAtomically(path, std::as_bytes(std::span(content.data(), content.size())));
}

Result<void> publishFile(const std::filesystem::path& finished, const std::filesystem::path& path) {
    if (::rename(finished.c_str(), path.c_str()) != 0)
        return writeError(path, errno);
    syncFolder(path.parent_path());
    return {};
}

Result<std::string> readFile(const std::filesystem::path& path, uint64_t limit) {
    std::error_code code;
    const auto status = std::filesystem::status(path, code);
    if (!std::filesystem::exists(status))
        return makeError(ErrorCode::NotFound, "There is no file '{}'.", path.string());
    if (!std::filesystem::is_regular_file(status))
        return makeError(ErrorCode::Unreadable, "'{}' is not a regular file.", path.string());
    const uint64_t size = std::filesystem::file_size(path, code);
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
