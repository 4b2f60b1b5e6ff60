#pragma once

// numpy's .npz: a zip archive of .npy files, stored or deflated.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/formats/NumericArray.h"

struct zip; // libzip's archive

namespace hourglass {

// Whether these first bytes are those of a zip archive of `fileSize` bytes.
bool isZip(std::span<const std::byte> head);

// An open archive. One thread at a time.
class NpzFile {
public:
    // Errors: NotFound, Unreadable (no archive, damaged, a name twice, no array in it, over 65,536 entries).
    static Result<NpzFile> open(const std::filesystem::path& path);

    // Array names without ".npy", in the order of the archive.
    const std::vector<std::string>& names() const { return m_names; }
    // Errors: NotFound (says what there is), Unreadable, Unsupported (encrypted, or as readNpy), OutOfMemory.
    Result<NumericArray> read(std::string_view name) const;

private:
    std::filesystem::path m_path;
    std::shared_ptr<zip> m_archive;
    std::vector<std::string> m_names;
};

} // namespace hourglass
