#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <tuple>

#include <QtTest>

#include "tests/architecture/IncludeScanner.h"
#include "tests/architecture/Rules.h"

using namespace hourglass::architecture;

namespace {

const std::filesystem::path kSources = HOURGLASS_SOURCE_DIR;

using Finding = std::tuple<std::string, int, std::string>; // file, line, rule

std::string describe(const Finding& finding) {
    return fmt::format("{}:{} {}", std::get<0>(finding), std::get<1>(finding), std::get<2>(finding));
}

// The planted files say themselves what is wrong with them: "// breaks: RULE" at the line that breaks it.
std::set<Finding> planted(const std::filesystem::path& root) {
    static const std::regex breaks(R"(.*// breaks: (.+))");
    std::set<Finding> findings;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        std::ifstream stream(entry.path());
        std::smatch match;
        int number = 0;
        for (std::string line; std::getline(stream, line);) {
            ++number;
            if (!std::regex_match(line, match, breaks))
                continue;
            std::istringstream rules(match[1]);
            for (std::string rule; rules >> rule;)
                findings.insert({entry.path().lexically_relative(root).generic_string(), number, rule});
        }
    }
    return findings;
}

} // namespace

class TestArchitecture : public QObject {
    Q_OBJECT

private slots:
    void sources_includes_keepTheRules() {
        const std::vector<Violation> violations = scanIncludes(kSources);
        for (const Violation& violation : violations)
            qWarning("%s:%d: %s [%s]", violation.file.c_str(), violation.line, violation.message.c_str(),
                     violation.rule.c_str());
        QVERIFY2(violations.empty(), "includes break the architecture (above)");
    }

    // The scanner bites, at the right place, and at nothing else.
    void planted_violations_foundExactly() {
        const std::filesystem::path root = kSources / "tests/architecture/planted";
        const std::set<Finding> expected = planted(root);
        std::set<Finding> found;
        for (const Violation& violation : scanIncludes(root))
            found.insert({violation.file, violation.line, violation.rule});
        for (const Finding& finding : expected)
            if (!found.contains(finding))
                QFAIL(qPrintable("not found: " + QString::fromStdString(describe(finding))));
        for (const Finding& finding : found)
            if (!expected.contains(finding))
                QFAIL(qPrintable("found, but not planted: " + QString::fromStdString(describe(finding))));
    }

    void planted_everyRule_hasAViolation() {
        std::set<std::string> rules{"quotes", "arrow", "room", "cycle", "pragma"};
        for (const LibraryRule& rule : libraryRules())
            rules.insert(rule.id);
        for (const Finding& finding : planted(kSources / "tests/architecture/planted"))
            rules.erase(std::get<2>(finding));
        QVERIFY2(rules.empty(), rules.empty() ? "" : rules.begin()->c_str());
    }

    // Rooms may only include rooms that stand before them in the table: then no allowed circle exists.
    void table_arrows_pointBack() {
        std::set<std::string> before;
        for (const Room& room : rooms()) {
            for (const std::string& name : room.mayInclude)
                QVERIFY2(before.contains(name), qPrintable(QString::fromStdString(room.name + " → " + name)));
            before.insert(room.name);
        }
    }
};

QTEST_APPLESS_MAIN(TestArchitecture)
#include "tst_architecture.moc"
