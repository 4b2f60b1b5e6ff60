#include "core/formats/InputFile.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hourglass {

Result<InputFile> InputFile::open(const std::filesystem::path& path) {
    // Non-blocking, so that a named pipe does not hang us before we can refuse it.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR))
        return makeError(ErrorCode::NotFound, "There is no file '{}'.", path.string());
    if (descriptor < 0)
        return makeError(ErrorCode::Unreadable, "'{}' cannot be opened: {}.", path.string(), std::strerror(errno));
    struct stat status {};
    const bool known = ::fstat(descriptor, &status) == 0;
    InputFile file(path, descriptor, known ? static_cast<uint64_t>(status.st_size) : 0);
    if (!known || !S_ISREG(status.st_mode))
        return makeError(ErrorCode::Unreadable, "'{}' is not a regular file.", path.string());
    return file;
}

InputFile::~InputFile() {
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

InputFile::InputFile(InputFile&& other) noexcept
    : m_path(std::move(other.m_path)), m_descriptor(std::exchange(other.m_descriptor, -1)), m_size(other.m_size) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
    std::swap(m_path, other.m_path);
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_size, other.m_size);
    return *this;
}

Result<void> InputFile::readAt(uint64_t offset, std::span<std::byte> bytes) const {
    while (!bytes.empty()) {
        const ssize_t count = ::pread(m_descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return makeError(ErrorCode::Unreadable, "'{}' cannot be read: {}.", m_path.string(), std::strerror(errno));
        if (count == 0)
            return makeError(ErrorCode::Unreadable, "'{}' ends too early: it is truncated.", m_path.string());
        bytes = bytes.subspan(static_cast<size_t>(count));
        offset += static_cast<uint64_t>(count);
    }
    return {};
}

Result<std::vector<std::byte>> readHead(const std::filesystem::path& path, size_t count) {
    Result<InputFile> file = InputFile::open(path);
    if (!file)
        return std::move(file).error();
    std::vector<std::byte> head(static_cast<size_t>(std::min<uint64_t>(file->size(), count)));
    if (Result<void> read = file->readAt(0, head); !read)
        return std::move(read).error();
    return head;
}

Result<std::vector<std::byte>> readBytes(const std::filesystem::path& path, uint64_t limit) {
    Result<InputFile> file = InputFile::open(path);
    if (!file)
        return std::move(file).error();
    if (file->size() > limit)
        return makeError(ErrorCode::Unreadable, "'{}' has {} bytes; at most {} are expected here.", path.string(),
                         file->size(), limit);
    std::vector<std::byte> content(static_cast<size_t>(file->size()));
    if (Result<void> read = file->readAt(0, content); !read)
        return std::move(read).error();
    return content;
}

} // namespace hourglass
