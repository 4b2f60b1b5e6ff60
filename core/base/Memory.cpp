#include "core/base/Memory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

namespace hourglass {

namespace {

namespace fs = std::filesystem;

// A limit in bytes; UINT64_MAX where the file is missing or says "max".
uint64_t limitIn(const fs::path& file) {
    uint64_t limit = 0;
    std::ifstream stream(file);
    return stream >> limit && limit > 0 ? limit : UINT64_MAX;
}

uint64_t numberIn(const fs::path& file) {
    uint64_t number = 0;
    std::ifstream(file) >> number;
    return number;
}

// The number behind a key in a file of lines "KEY NUMBER …"; 0 where there is none.
uint64_t numberOf(const fs::path& file, const std::string& key) {
    std::ifstream stream(file);
    std::string word;
    for (std::string rest; stream >> word; std::getline(stream, rest))
        if (uint64_t number = 0; word == key && stream >> number)
            return number;
    return 0;
}

uint64_t wholeIn(const fs::path& group, bool unified) {
    return limitIn(group / (unified ? "memory.max" : "memory.limit_in_bytes"));
}

// What a group may still take; what it holds of files that nobody looks at is given up when asked for.
uint64_t leftIn(const fs::path& group, bool unified) {
    const uint64_t limit = wholeIn(group, unified);
    if (limit == UINT64_MAX)
        return limit;
    const uint64_t used = numberIn(group / (unified ? "memory.current" : "memory.usage_in_bytes"));
    const uint64_t cache = numberOf(group / "memory.stat", unified ? "inactive_file" : "total_inactive_file");
    return limit - std::min(limit, used - std::min(used, cache));
}

// The least that `bytesOf` says of the groups that this process is in: each line of /proc/self/cgroup is
// "ID:CONTROLLERS:/PATH", and groups above a group limit it, too. Version 1 keeps memory apart; a container sees its
// own group as the root.
uint64_t leastOfGroups(uint64_t (*bytesOf)(const fs::path& group, bool unified)) {
    uint64_t least = UINT64_MAX;
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const size_t first = line.find(':'), second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos)
            continue;
        const bool unified = second == first + 1;
        if (!unified && line.substr(first, second - first).find("memory") == std::string::npos)
            continue;
        const fs::path root = unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
        for (fs::path group = line.substr(second + 1);; group = group.parent_path()) {
            least = std::min(least, bytesOf(root / group.relative_path(), unified));
            if (!group.has_relative_path())
                break;
        }
    }
    return least;
}

} // namespace

uint64_t availableMemory() {
    const auto pages = static_cast<uint64_t>(std::max(0L, sysconf(_SC_PHYS_PAGES)));
    return std::min(pages * static_cast<uint64_t>(std::max(0L, sysconf(_SC_PAGE_SIZE))), leastOfGroups(wholeIn));
}

uint64_t freeMemory() {
    const uint64_t machine = numberOf("/proc/meminfo", "MemAvailable:") * 1024;
    return std::min({machine > 0 ? machine : UINT64_MAX, leastOfGroups(leftIn), availableMemory()});
}

} // namespace hourglass
