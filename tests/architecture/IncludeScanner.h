#pragma once

// Reads the #include lines of core/, ui/ and app/ below a source root and tells which break the rules (Rules.h).
//
// Besides the tables' own: "quotes" (our headers in quotes and from the root, foreign ones in angle brackets), "arrow"
// (a room includes one it may not), "room" (a file in no room), "cycle" (rooms including each other in a circle),
// "pragma" (a header without #pragma once; *-inl.h are included many times on purpose).

#include <filesystem>
#include <string>
#include <vector>

namespace hourglass::architecture {

struct Violation {
    std::string file; // relative to the root
    int line = 1;
    std::string rule;
    std::string message; // what was found, and the rule in words
};

std::vector<Violation> scanIncludes(const std::filesystem::path& root);

} // namespace hourglass::architecture
