#pragma once

// Writing files so that a reader, or a power cut, finds either the old file or the new one, never half of one.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

#include "core/base/Result.h"

namespace hourglass {

// Receives the content piece by piece; each call returns false once writing has failed, after which the rest is
// skipped.
using ByteSink = std::function<bool(std::span<const std::byte>)>;

// Where a file written as `path` comes to lie: behind the symbolic links there, which stay. WriteFailed when a folder,
// device or pipe stands there, which a file must not replace.
Result<std::filesystem::path> writablePlace(const std::filesystem::path& path);
// A name beside `path` that is free and short, whatever path's own: for what is not finished. Killed while writing, a
// process leaves such a file behind.
std::filesystem::path temporaryBeside(const std::filesystem::path& path);
bool isTemporaryName(const std::filesystem::path& path);

// Writes what `produce` sends to its sink into a temporary file beside `path`, flushes it to the disk, renames it over
// writablePlace(path) and flushes the folder. On any failure (full disk, no permission) the temporary file is removed,
// whatever stood at `path` stays, and the error says why.
Result<void> writeFileAtomically(const std::filesystem::path& path,
                                 const std::function<void(const ByteSink&)>& produce);
Result<void> writeFileAtomically(const std::filesystem::path& path, std::span<const std::byte> content);
Result<void> writeFileAtomically(const std::filesystem::path& path, std::string_view content);

// Renames a finished file, already flushed, over writablePlace(path) and flushes the folder. On failure both stay as
// they are.
Result<void> publishFile(const std::filesystem::path& finished, const std::filesystem::path& path);

// Reads a whole file of at most `limit` bytes. Errors: NotFound, Unreadable (a folder, no permission, over the limit).
Result<std::string> readFile(const std::filesystem::path& path, uint64_t limit = uint64_t{1} << 40);

} // namespace hourglass
