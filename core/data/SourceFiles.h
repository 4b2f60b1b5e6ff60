#pragma once

// The files behind a source: how their paths move with an experiment, and what they contained.

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>

#include "core/base/Result.h"

namespace hourglass {

// The source with its relative paths, which start at `from`, rewritten to start at `to`; absolute ones stay. A bare
// path gets its kind in front. Errors: as openSource() for a source of unknown kind.
Result<std::string> relocateSource(const std::string& source, const std::filesystem::path& from,
                                   const std::filesystem::path& to);

// Path (as in the source) → hash of its content, 16 hexadecimal digits; for a folder over the relative names, sizes and
// contents of its pictures. Built-in sources have none. An empty map when asked to stop. Errors: NotFound, Unreadable.
Result<std::map<std::string, std::string>>
sourceFileHashes(const std::string& source, const std::filesystem::path& baseFolder, const std::stop_token& stop = {});

} // namespace hourglass
