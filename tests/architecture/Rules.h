#pragma once

// What may include what: the house of the architecture document, as a table that the scanner reads.

#include <string>
#include <vector>

namespace hourglass::architecture {

// A folder, or one header that stands for itself; the longest name that a path begins with is its room.
struct Room {
    std::string name;
    std::vector<std::string> mayInclude; // rooms; its own always
};

// Where a foreign library's headers may appear.
struct LibraryRule {
    std::string id;
    std::string says;
    std::string headers;             // regular expression for the whole name between the quotes or brackets
    std::vector<std::string> only;   // in these folders and nowhere else; empty: everywhere …
    std::vector<std::string> except; // … but not in these
    bool inHeaders = true;           // whether our own headers may include it
};

const std::vector<Room>& rooms();
const std::vector<LibraryRule>& libraryRules();

} // namespace hourglass::architecture
