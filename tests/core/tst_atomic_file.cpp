#include <QtTest>

#include <sys/stat.h>

#include "core/base/AtomicFile.h"
#include "tests/support/TestSupport.h"

// What may stand where a file is written, and what is left there.

using namespace hourglass;
using namespace hourglass::test;

namespace fs = std::filesystem;

class TestAtomicFile : public QObject {
    Q_OBJECT

private slots:
    void write_newAndReplaced_leavesNothingElse() {
        const TemporaryFolder folder;
        for (const char* content : {"one", "two"}) {
            writeFileAtomically(folder / "a.txt", std::string_view(content)).value();
            QCOMPARE(readFile(folder / "a.txt").value(), std::string(content));
        }
        QCOMPARE(std::distance(fs::directory_iterator(folder.path()), {}), 1);
        // As any program's files: readable for those whom the umask allows.
        const mode_t mask = ::umask(0);
        ::umask(mask);
        QCOMPARE(static_cast<unsigned>(fs::status(folder / "a.txt").permissions()), 0644U & ~mask);
    }

    void write_longestName_works() {
        const TemporaryFolder folder;
        const std::string name(255, 'n');
        writeFileAtomically(folder / name, std::string_view("x")).value();
        QCOMPARE(readFile(folder / name).value(), std::string("x"));
        const Result<void> longer = writeFileAtomically(folder / (name + "n"), std::string_view("x"));
        QVERIFY(!longer && longer.error().message().find(name) != std::string::npos);
    }

    void write_throughLinks_keepsThem() {
        const TemporaryFolder folder;
        fs::create_directory(folder / "other");
        writeText(folder / "other/real.txt", "old");
        fs::create_symlink("other/real.txt", folder / "near");
        fs::create_symlink("near", folder / "far");
        fs::create_symlink("other/new.txt", folder / "dangling");
        for (const char* link : {"far", "dangling"}) {
            writeFileAtomically(folder / link, std::string_view("new")).value();
            QVERIFY(fs::is_symlink(folder / link));
        }
        QCOMPARE(readFile(folder / "other/real.txt").value(), std::string("new"));
        QCOMPARE(readFile(folder / "other/new.txt").value(), std::string("new"));
        writeText(folder / "finished", "newest");
        publishFile(folder / "finished", folder / "far").value();
        QCOMPARE(readFile(folder / "other/real.txt").value(), std::string("newest"));
        QVERIFY(fs::is_symlink(folder / "far"));
    }

    void write_overWhatIsNoFile_isRefused() {
        const TemporaryFolder folder;
        QCOMPARE(::mkfifo((folder / "pipe").c_str(), 0600), 0);
        fs::create_directory(folder / "folder");
        fs::create_symlink("pipe", folder / "link");
        fs::create_symlink("loop", folder / "loop");
        writeText(folder / "finished", "x");
        for (const char* name : {"pipe", "folder", "link", "loop"}) {
            const Result<void> written = writeFileAtomically(folder / name, std::string_view("x"));
            QVERIFY(!written && written.error().code() == ErrorCode::WriteFailed);
            QVERIFY(written.error().message().find((folder / name).string()) != std::string::npos);
            QVERIFY(!publishFile(folder / "finished", folder / name));
        }
        QVERIFY(fs::is_fifo(folder / "pipe"));
        QCOMPARE(std::distance(fs::directory_iterator(folder.path()), {}), 5); // no temporary file
    }

    void temporaryNames_areKnownAgain() {
        const fs::path name = temporaryBeside("a/b.txt");
        QVERIFY(name.parent_path() == "a" && isTemporaryName(name) && name != temporaryBeside("a/b.txt"));
        for (const char* other : {"a/b.txt", ".hg-", ".hgignore", "notes.part-7"})
            QVERIFY(!isTemporaryName(other));
    }
};

QTEST_APPLESS_MAIN(TestAtomicFile)
#include "tst_atomic_file.moc"
