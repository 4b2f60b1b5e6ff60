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

// The smallest limit of the groups that this process is in: each line of /proc/self/cgroup is "ID:CONTROLLERS:/PATH",
// and groups above a group limit it, too. Version 1 keeps memory apart; a container sees its own group as the root.
uint64_t groupLimit() {
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
        const char* file = unified ? "memory.max" : "memory.limit_in_bytes";
        for (fs::path group = line.substr(second + 1);; group = group.parent_path()) {
            least = std::min(least, limitIn(root / group.relative_path() / file));
            if (!group.has_relative_path())
                break;
        }
    }
    return least;
}

} // namespace

uint64_t availableMemory() {
    const auto pages = static_cast<uint64_t>(std::max(0L, sysconf(_SC_PHYS_PAGES)));
    return std::min(pages * static_cast<uint64_t>(std::max(0L, sysconf(_SC_PAGE_SIZE))), groupLimit());
}

} // namespace hourglass
