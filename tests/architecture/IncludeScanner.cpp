#include "tests/architecture/IncludeScanner.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/architecture/Rules.h"

namespace hourglass::architecture {

namespace {

bool liesIn(const std::string& path, const std::string& folder) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool liesInAny(const std::string& path, const std::vector<std::string>& folders) {
    return std::any_of(folders.begin(), folders.end(), [&](const std::string& f) { return liesIn(path, f); });
}

bool isOurs(const std::string& header) {
    return liesInAny(header, {"core", "ui", "app", "tests"});
}

const Room* roomOf(const std::string& path) {
    const Room* found = nullptr;
    for (const Room& room : rooms())
        if (liesIn(path, room.name) && (!found || room.name.size() > found->name.size()))
            found = &room;
    return found;
}

struct Include {
    std::string file;
    int line = 1;
    bool quoted = false;
    std::string header = {};
};

class Scan {
public:
    explicit Scan(std::filesystem::path root) : m_root(std::move(root)) {}

    std::vector<Violation> run() {
        for (const char* top : {"core", "ui", "app"})
            if (std::filesystem::exists(m_root / top))
                for (const auto& entry : std::filesystem::recursive_directory_iterator(m_root / top))
                    if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp")
                        readFile(entry.path());
        findCycles();
        return std::move(m_violations);
    }

private:
    void readFile(const std::filesystem::path& path) {
        static const std::regex include(R"(^\s*#\s*include\s*(["<])([^">]+)[">].*)");
        static const std::regex pragma(R"(^\s*#\s*pragma\s+once\b.*)");
        const std::string file = path.lexically_relative(m_root).generic_string();
        if (!roomOf(file))
            report(Include{.file = file}, "room", "lies in no room: give it one in tests/architecture/Rules.cpp");
        std::ifstream stream(path);
        bool once = false;
        std::smatch match;
        int number = 0;
        for (std::string line; std::getline(stream, line);) {
            ++number;
            once = once || std::regex_match(line, pragma);
            if (std::regex_match(line, match, include))
                check({.file = file, .line = number, .quoted = match[1] == "\"", .header = match[2]});
        }
        if (file.ends_with(".h") && !file.ends_with("-inl.h") && !once)
            report(Include{.file = file}, "pragma", "has no #pragma once");
    }

    void check(const Include& include) {
        const bool generated = include.header.ends_with(".moc");
        if (include.quoted != (isOurs(include.header) || generated))
            report(include, "quotes",
                   fmt::format("includes {}: our headers in quotes and from the root, foreign ones in angle brackets",
                               include.header));
        if (isOurs(include.header))
            checkArrow(include);
        for (const LibraryRule& rule : libraryRules()) {
            const bool placed = rule.only.empty() || liesInAny(include.file, rule.only);
            const bool hidden = rule.inHeaders || !include.file.ends_with(".h");
            if (std::regex_match(include.header, std::regex(rule.headers)) &&
                (!placed || !hidden || liesInAny(include.file, rule.except)))
                report(include, rule.id, fmt::format("includes {}: {}", include.header, rule.says));
        }
    }

    void checkArrow(const Include& include) {
        const Room *from = roomOf(include.file), *to = roomOf(include.header);
        if (!from || from == to)
            return;
        const bool allowed = to && std::count(from->mayInclude.begin(), from->mayInclude.end(), to->name) > 0;
        if (!allowed)
            report(include, "arrow",
                   fmt::format("includes {}: {} may include {}", include.header, from->name,
                               from->mayInclude.empty() ? "no other room"
                                                        : fmt::to_string(fmt::join(from->mayInclude, ", "))));
        if (to)
            m_arrows[from->name].emplace(to->name, include);
    }

    void findCycles() {
        std::set<std::string> finished;
        for (const auto& [room, arrows] : m_arrows) {
            std::vector<std::string> trail;
            follow(room, trail, finished);
        }
    }

    void follow(const std::string& room, std::vector<std::string>& trail, std::set<std::string>& finished) {
        trail.push_back(room);
        for (const auto& [next, include] : m_arrows[room]) {
            const auto start = std::find(trail.begin(), trail.end(), next);
            if (start != trail.end())
                report(include, "cycle",
                       fmt::format("closes the circle {} → {}", fmt::join(start, trail.end(), " → "), next));
            else if (!finished.contains(next))
                follow(next, trail, finished);
        }
        trail.pop_back();
        finished.insert(room);
    }

    void report(const Include& include, std::string rule, std::string message) {
        m_violations.push_back({include.file, include.line, std::move(rule), std::move(message)});
    }

    std::filesystem::path m_root;
    std::vector<Violation> m_violations;
    std::map<std::string, std::map<std::string, Include>> m_arrows; // room → room, with the first include seen
};

} // namespace

std::vector<Violation> scanIncludes(const std::filesystem::path& root) {
    return Scan(root).run();
}

} // namespace hourglass::architecture
