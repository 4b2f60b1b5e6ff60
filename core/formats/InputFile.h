#pragma once

// A regular file opened for reading at any place. Movable; reading is const and safe from several threads.

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "core/base/Result.h"

namespace hourglass {

class InputFile {
public:
    // Errors: NotFound, Unreadable (a folder, a device, no permission), naming the path.
    static Result<InputFile> open(const std::filesystem::path& path);
    ~InputFile();
    InputFile(InputFile&& other) noexcept;
    InputFile& operator=(InputFile&& other) noexcept;

    const std::filesystem::path& path() const { return m_path; }
    uint64_t size() const { return m_size; }
    // Fills `bytes` from `offset`, or Unreadable when the file ends before or the device fails.
    Result<void> readAt(uint64_t offset, std::span<std::byte> bytes) const;

private:
    InputFile(std::filesystem::path path, int descriptor, uint64_t size)
        : m_path(std::move(path)), m_descriptor(descriptor), m_size(size) {}

    std::filesystem::path m_path;
    int m_descriptor = -1;
    uint64_t m_size = 0;
};

// Up to `count` first bytes of a file.
Result<std::vector<std::byte>> readHead(const std::filesystem::path& path, size_t count);
// The whole of a file of at most `limit` bytes.
Result<std::vector<std::byte>> readBytes(const std::filesystem::path& path, uint64_t limit);

} // namespace hourglass
