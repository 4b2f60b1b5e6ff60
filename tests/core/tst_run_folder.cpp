#include <QtTest>

#include <set>

#include "core/base/AtomicFile.h"
#include "core/formats/Npy.h"
#include "core/training/RunFolder.h"
#include "tests/core/HostileFiles.h"
#include "tests/support/SmallRuns.h"
#include "tests/support/TestSupport.h"

// What a run does to a folder: nothing to what is not its own.

using namespace hourglass;
using namespace hourglass::test;

namespace fs = std::filesystem;

namespace {

std::map<std::string, std::string> filesIn(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        files[entry.path().lexically_relative(folder)] = entry.is_directory() ? "" : readFile(entry.path()).value();
    return files;
}

bool conflicts(const Result<RunFolder>& opened) {
    return !opened && opened.error().code() == ErrorCode::Conflict;
}

} // namespace

class TestRunFolder : public QObject {
    Q_OBJECT

    using Mode = RunFolder::Mode;

private slots:
    void open_foreignFolder_deletesNothing() {
        const TemporaryFolder folder;
        fs::create_directories(folder / ".replaced");
        for (const char* name : {"thesis.part-2.tex", ".hg-abcdefgh", ".replaced/history.csv", ".replaced/notes.txt"})
            writeText(folder / name, name);
        const auto before = filesIn(folder.path());
        for (const Mode mode : {Mode::Create, Mode::Resume, Mode::Replace})
            QVERIFY(RunFolder::open(folder.path(), smallExperiment(), mode).ok());
        QCOMPARE(filesIn(folder.path()), before);
        train(smallExperiment({{"training.epochs", 1}}), smallPictures(), folder.path(), 0, Mode::Create).value();
        QVERIFY(fs::exists(folder / "thesis.part-2.tex") && fs::exists(folder / ".replaced/notes.txt"));
    }

    void open_ofARun_removesWhatAKilledProcessWasWriting() {
        const TemporaryFolder folder;
        train(smallExperiment(), smallPictures(), folder / "run", 3).value();
        const auto before = filesIn(folder / "run");
        for (const char* place : {"run", "run/checkpoints"})
            writeText(temporaryBeside(folder / place / "x"), "half");
        QVERIFY(RunFolder::open(folder / "run", smallExperiment(), Mode::Resume).ok());
        QCOMPARE(filesIn(folder / "run"), before);
    }

    void open_filesOfOurNames_areKept_unlessForced_data() {
        QTest::addColumn<QString>("name");
        for (const char* name :
             {"history.csv", "result.json", "code_statistics.json", "checkpoints/best.safetensors", "checkpoints"})
            QTest::newRow(name) << QString(name);
    }
    void open_filesOfOurNames_areKept_unlessForced() {
        QFETCH(QString, name);
        const TemporaryFolder folder;
        const fs::path path = folder / name.toStdString();
        fs::create_directories(path.parent_path());
        writeText(path, "a person's own");
        const auto before = filesIn(folder.path());
        for (const Mode mode : {Mode::Create, Mode::Resume})
            QVERIFY(conflicts(RunFolder::open(folder.path(), smallExperiment(), mode)));
        QCOMPARE(filesIn(folder.path()), before);
    }

    void open_withoutATraining_leavesNothing() {
        const TemporaryFolder folder;
        writeText(folder / "file", "x");
        QVERIFY(RunFolder::open(folder / "a/b", smallExperiment(), Mode::Create).ok());
        QVERIFY(!train(smallExperiment({{"objective.loss", "bce"}, {"model.output_activation", "identity"}}),
                       smallPictures(), folder / "a/b"));
        QVERIFY(conflicts(RunFolder::open(folder / "file", smallExperiment(), Mode::Create)));
        QCOMPARE(filesIn(folder.path()), (std::map<std::string, std::string>{{"file", "x"}}));
    }

    void killedReplacement_isPutBack() {
        const TemporaryFolder folder;
        train(smallExperiment(), smallPictures(), folder / "run").value();
        const auto before = filesIn(folder / "run");
        fs::create_directories(folder / "run/.replaced");
        for (const char* name :
             {"checkpoints", "history.csv", "code_statistics.json", "result.json", "experiment.hourglass"})
            fs::rename(folder / "run" / name, folder / "run/.replaced" / name);
        QVERIFY(conflicts(RunFolder::open(folder / "run", smallExperiment(), Mode::Create)));
        QVERIFY(RunFolder::open(folder / "run", smallExperiment(), Mode::Resume).ok());
        QCOMPARE(filesIn(folder / "run"), before);
    }

    // Images and labels, or two parts of a set, often have one name in two folders.
    void experimentForRun_filesOfOneName_bothHashed() {
        const TemporaryFolder folder;
        for (const char* place : {"a", "b"}) {
            fs::create_directory(folder / place);
            writeText(folder / place / "d.idx", idxFile(8, {1}, place));
        }
        Experiment experiment = smallExperiment({{"data.source", "idx:a/d.idx,b/d.idx"}});
        const auto kept = experimentForRun(experiment, folder.path(), folder / "run").value();
        std::set<std::string> hashes;
        for (const auto& [key, value] : kept.record)
            hashes.insert(value);
        QCOMPARE(hashes.size(), size_t{2});
    }
};

QTEST_APPLESS_MAIN(TestRunFolder)
#include "tst_run_folder.moc"
