#pragma once

// Bytes that come in order: from a plain file, out of gzip, or out of a zip entry. One thread at a time.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/base/Result.h"

namespace hourglass {

class ByteStream {
public:
    virtual ~ByteStream() = default;
    // Fills `bytes`, or Unreadable when the stream ends before or is damaged.
    virtual Result<void> read(std::span<std::byte> bytes) = 0;
    // Unreadable unless everything has been read; verifies checksums where the format has them.
    virtual Result<void> expectEnd() = 0;
    // No more than so many bytes can still come, known without reading them: what a header claims is held against it.
    virtual uint64_t atMost() const = 0;
    // What messages call it: "'x.npz', array 'W_enc'".
    const std::string& name() const { return m_name; }

protected:
    explicit ByteStream(std::string name) : m_name(std::move(name)) {}
    Error tooShort() const;
    Error tooLong() const;

private:
    std::string m_name;
};

// Opens a file, seeing through gzip (recognised by its first bytes, not by its name).
Result<std::unique_ptr<ByteStream>> openByteStream(const std::filesystem::path& path);

} // namespace hourglass
