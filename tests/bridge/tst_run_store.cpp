#include <QtTest>

#include "core/data/ImageCodec.h"
#include "tests/support/SmallRuns.h"
#include "tests/support/TestSupport.h"
#include "ui/bridge/DroppedPaths.h"
#include "ui/bridge/RunStore.h"
#include "ui/bridge/Settings.h"

using namespace hourglass;
using namespace hourglass::test;

class TestRunStore : public QObject {
    Q_OBJECT

private slots:
    void create_numbersFolders() {
        const TemporaryFolder folder;
        const RunStore store(folder / "deep/runs");
        QCOMPARE(store.create("Cells, living").value().filename().string(), std::string("cells-living-0001"));
        QCOMPARE(store.create("Cells, living").value().filename().string(), std::string("cells-living-0002"));
        QVERIFY(store.list().empty()); // no runs yet
    }

    void create_wherenothingCanBeMade_saysSo() {
        const TemporaryFolder folder;
        writeText(folder / "file", "x");
        const auto made = RunStore(folder / "file/runs").create("a");
        QVERIFY(!made);
        QVERIFY(made.error().message().find("file/runs") != std::string::npos);
    }

    void list_tellsFinishedFromStopped() {
        const TemporaryFolder folder;
        const RunStore store(folder / "runs");
        train(smallExperiment(), smallPictures(), store.root() / "a").value();
        train(smallExperiment(), smallPictures(), store.root() / "b", 9).value(); // in the third epoch
        const std::vector<RunSummary> runs = store.list();
        QCOMPARE(runs.size(), size_t{2});
        QCOMPARE(runs[0].name, QString("b")); // newest first
        QCOMPARE(runs[0].state, RunSummary::State::Interrupted);
        QCOMPARE(runs[0].epochs, 2);
        QCOMPARE(runs[0].plannedEpochs, 4);
        QCOMPARE(runs[1].state, RunSummary::State::Finished);
        QCOMPARE(runs[1].epochs, 4);
        QVERIFY(runs[1].bestValidationLoss && runs[1].psnr && *runs[1].psnr > 5);
        QCOMPARE(runs[1].family, QString("undercomplete"));
        QCOMPARE(runs[1].data, QString("shapes"));
        // Finished, then gone on with and stopped: open again.
        train(smallExperiment({{"training.epochs", 9}}), smallPictures(), store.root() / "a", 3).value();
        QVERIFY(!RunStore::read(store.root() / "a").value().isFinished);
    }

    void read_bringsTheCodesStatistics_orDoesWithoutThem() {
        const TemporaryFolder folder;
        train(smallExperiment(), smallPictures(), folder / "a").value();
        const auto code = RunStore::read(folder / "a").value().code;
        QVERIFY(code != nullptr && code->epoch == 4 && code->units() == 4);
        writeText(folder / "a/code_statistics.json", "{\"code_statistics\":1}");
        QVERIFY(RunStore::read(folder / "a").value().code == nullptr);
    }

    void list_damagedRun_isShownWithTheReason() {
        const TemporaryFolder folder;
        const RunStore store(folder / "runs");
        std::filesystem::create_directories(store.root() / "bad");
        writeText(store.root() / "bad/experiment.hourglass", "{");
        writeText(store.root() / "note.txt", "not a run");
        const std::vector<RunSummary> runs = store.list();
        QCOMPARE(runs.size(), size_t{1});
        QCOMPARE(runs[0].state, RunSummary::State::Damaged);
        QVERIFY(runs[0].problem.contains("bad"));
    }

    void remove_deletesRunsOfTheStoreOnly() {
        const TemporaryFolder folder;
        const RunStore store(folder / "runs");
        train(smallExperiment(), smallPictures(), store.root() / "a").value();
        train(smallExperiment(), smallPictures(), folder / "elsewhere").value();
        QVERIFY(!store.remove(folder / "elsewhere"));
        QVERIFY(!store.remove(store.root()));
        QVERIFY(!store.remove(store.root() / "nothing"));
        {
            const auto held = RunFolder::open(store.root() / "a", smallExperiment(), RunFolder::Mode::Resume).value();
            const auto refused = store.remove(store.root() / "a");
            QVERIFY(!refused);
            QCOMPARE(refused.error().code(), ErrorCode::Conflict);
        }
        store.remove(store.root() / "a").value();
        QVERIFY(!std::filesystem::exists(store.root() / "a"));
        QVERIFY(std::filesystem::exists(folder / "elsewhere"));
    }

    void discardEmpty_keepsWhatIsARun() {
        const TemporaryFolder folder;
        const RunStore store(folder / "runs");
        train(smallExperiment(), smallPictures(), store.root() / "a").value();
        const std::filesystem::path empty = store.create("b").value();
        store.discardEmpty(empty);
        store.discardEmpty(store.root() / "a");
        QVERIFY(!std::filesystem::exists(empty));
        QVERIFY(std::filesystem::exists(store.root() / "a"));
    }

    void sourceName_isShort_data() {
        QTest::addColumn<QString>("source");
        QTest::addColumn<QString>("name");
        QTest::newRow("builtin") << "builtin:shapes"
                                 << "shapes";
        QTest::newRow("fashion") << "fashion-mnist:train"
                                 << "fashion-mnist";
        QTest::newRow("folder") << "folder:/data/My cells/"
                                << "My cells";
        QTest::newRow("npz") << "npz:/data/x.npz#images"
                             << "x";
        QTest::newRow("bare") << "../d/train-images.gz"
                              << "train-images";
        QTest::newRow("nothing") << ""
                                 << "data";
    }
    void sourceName_isShort() {
        QFETCH(QString, source);
        QFETCH(QString, name);
        QCOMPARE(sourceName(source.toStdString()), name);
    }

    void settings_keepASession_andForgetIt() {
        const TemporaryFolder folder;
        const QString file = toText(folder / "settings.ini");
        {
            Settings settings(file);
            settings.setSession({.experiment = "{\"a\": \"ä\"}",
                                 .saved = "{}",
                                 .baseFolder = "/base folder",
                                 .file = "/f.hourglass",
                                 .runFolder = "/runs/a-0001",
                                 .wasTraining = true});
            settings.set("expert_open", true);
        }
        Settings again(file);
        QCOMPARE(again.session().experiment, QString("{\"a\": \"ä\"}"));
        QCOMPARE(again.session().saved, QString("{}"));
        QCOMPARE(again.session().baseFolder, std::filesystem::path("/base folder"));
        QCOMPARE(again.session().runFolder, std::filesystem::path("/runs/a-0001"));
        QVERIFY(again.session().wasTraining);
        again.forgetSession();
        QVERIFY(again.session().experiment.isEmpty());
        QVERIFY(again.value("expert_open").toBool());
    }

    // A name that is no UTF-8, as old archives contain.
    void list_oddName_isShownSomehow() {
        const TemporaryFolder folder;
        const RunStore store(folder / "runs");
        train(smallExperiment(), smallPictures(), store.root() / "caf\xe9").value();
        const std::vector<RunSummary> runs = store.list();
        QCOMPARE(runs.size(), size_t{1});
        QVERIFY(runs[0].name.startsWith("caf"));
        QVERIFY(runs[0].state == RunSummary::State::Finished && runs[0].folder == store.root() / "caf\xe9");
    }

    void paths_areMadeAbsolute_andPlain() {
        const std::filesystem::path here = std::filesystem::current_path();
        QVERIFY(absolutePath("./a/../b.hourglass") == here / "b.hourglass");
        QVERIFY(absolutePath("runs/a/") == here / "runs/a");
        QVERIFY(absolutePath("/x") == "/x");
    }

    void dropped_isSortedByWhatItIs() {
        using Kind = DroppedPath::Kind;
        const TemporaryFolder folder;
        train(smallExperiment(), smallPictures(), folder / "run").value();
        std::filesystem::create_directories(folder / "pictures/below");
        std::filesystem::create_directories(folder / "empty");
        encodeImage(folder / "pictures/below/a.png", Tensor({1, 4, 4})).value();
        writeText(folder / "notes.txt", "hello");
        writeText(folder / "bad.safetensors", "hello");
        writeText(folder / "a.npy", "x");
        const auto kind = [&](const std::string& name) {
            const auto sorted = sortDropped({folder / name});
            if (sorted[0].kind == Kind::Unusable && sorted[0].reason.isEmpty())
                qFatal("no reason");
            return sorted[0].kind;
        };
        QCOMPARE(kind("run"), Kind::Run);
        QCOMPARE(kind("run/experiment.hourglass"), Kind::Experiment);
        QCOMPARE(kind("run/checkpoints/last.safetensors"), Kind::Model);
        QCOMPARE(kind("pictures"), Kind::Folder);
        QCOMPARE(kind("pictures/below/a.png"), Kind::Picture);
        QCOMPARE(kind("a.npy"), Kind::Data);
        QCOMPARE(kind("empty"), Kind::Unusable);
        QCOMPARE(kind("notes.txt"), Kind::Unusable);
        QCOMPARE(kind("bad.safetensors"), Kind::Unusable);
        QCOMPARE(kind("missing.png"), Kind::Unusable);
    }

    void dropped_unreadableFolder_saysSo() {
        const TemporaryFolder folder;
        std::filesystem::create_directories(folder / "closed");
        std::filesystem::permissions(folder / "closed", std::filesystem::perms::none);
        if (std::error_code code;
            std::filesystem::directory_iterator(folder / "closed", code) != std::filesystem::directory_iterator() ||
            !code)
            QSKIP("this user may read everything");
        const QString reason = sortDropped({folder / "closed"})[0].reason;
        std::filesystem::permissions(folder / "closed", std::filesystem::perms::owner_all);
        QVERIFY2(reason.contains("cannot be read"), qPrintable(reason));
    }

    void pictures_becomeASource() {
        const TemporaryFolder folder;
        std::filesystem::create_directories(folder / "p");
        for (const char* name : {"a.png", "b.png", "c.png"})
            encodeImage(folder / "p" / name, Tensor({1, 4, 4})).value();
        const auto path = [&](const std::string& name) { return folder / ("p/" + name); };
        const std::string collections = (folder / "collections").string();
        QCOMPARE(pictureSource({path("a.png")}, collections).value().source, "image:" + (folder / "p/a.png").string());
        const PictureSet all = pictureSource({path("a.png"), path("b.png"), path("c.png")}, collections).value();
        QCOMPARE(all.source, "folder:" + (folder / "p").string());
        QVERIFY(all.made.empty());
        const PictureSet some = pictureSource({path("a.png"), path("c.png")}, collections).value();
        QCOMPARE(some.source, "folder:" + collections + "/pictures-0001");
        QVERIFY(some.made == std::filesystem::path(collections) / "pictures-0001");
        QVERIFY(decodeImage(some.made / "0002 c.png").ok());
    }
};

QTEST_GUILESS_MAIN(TestRunStore)
#include "tst_run_store.moc"
