// Runs that are cut off: Ctrl-C, and kill -9 at any moment. HOURGLASS_KILLS sets how many kills (the fifty take
// some minutes; a handful runs by default).

#include <QtTest>

#include <csignal>

#include "core/base/AtomicFile.h"
#include "core/data/ImageCodec.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/io/ExportModel.h"
#include "tests/support/CommandLine.h"
#include "tests/support/SmallModels.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

class TestInterruption : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QCOMPARE(run({"new", "--preset", "sample", "--set", "training.epochs=8", "--set", "training.precision=f32",
                      "--set", "data.limit=1200", "-o", "e.hourglass"})
                     .status,
                 0);
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(run({"train", "e.hourglass", "--run", "whole"}).status, 0);
        m_milliseconds = timer.elapsed();
    }

    void killed_atAnyMoment_resumesToTheSameBytes() {
        const int kills =
            qEnvironmentVariableIsSet("HOURGLASS_KILLS") ? qEnvironmentVariableIntValue("HOURGLASS_KILLS") : 5;
        auto* random = QRandomGenerator::global();
        int64_t stepsPerEpoch = 0;
        for (int i = 0; i < kills; ++i) {
            const QString folder = QString("cut%1").arg(i);
            const std::filesystem::path last = m_folder.path() / folder.toStdString() / "checkpoints/last.safetensors";
            QProcess process;
            start(process, {"train", "e.hourglass", "--run", folder});
            QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(last), 60000); // after the first checkpoint …
            process.waitForFinished(1 + static_cast<int>(random->bounded(m_milliseconds / 2)));
            process.kill(); // … at a random moment
            process.waitForFinished();
            const CommandResult resumed = run({"train", "e.hourglass", "--run", folder, "--resume", "--json"});
            QVERIFY2(resumed.status == 0, resumed.errors.constData());
            const int64_t from = resumed.json()["resumed_from_step"].get<int64_t>();
            const int64_t steps = resumed.json()["steps"].get<int64_t>();
            stepsPerEpoch = steps / 8;
            QVERIFY(from > 0);
            QCOMPARE(from % stepsPerEpoch, 0); // the last epoch's end: no more than one interval is done again
            for (const char* file : {"checkpoints/last.safetensors", "checkpoints/best.safetensors"})
                QVERIFY2(readFile(m_folder.path() / "whole" / file).value() ==
                             readFile(m_folder.path() / folder.toStdString() / file).value(),
                         file);
            const auto leftovers = QDir(path(folder + "/checkpoints")).entryList({".hg-*"}, QDir::Files | QDir::Hidden);
            QVERIFY(leftovers.isEmpty()); // what was being written when it was killed
        }
    }

    void controlC_stopsAfterTheBatch_saves_andExits130() {
        QProcess process;
        start(process, {"train", "e.hourglass", "--run", "stopped", "--set", "training.epochs=100000"});
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(m_folder.path() / "stopped/checkpoints/last.safetensors"),
                                 60000);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(30000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 130);
        const QByteArray errors = process.readAllStandardError();
        QVERIFY2(errors.contains("Go on with --resume"), errors.constData());
        // What was saved is gone on with from exactly there.
        const QByteArray step = errors.split(' ').value(errors.split(' ').indexOf("step") + 1);
        const CommandResult more =
            run({"train", "e.hourglass", "--run", "stopped", "--resume", "--json", "--set", "training.epochs=1"});
        QVERIFY2(more.status == 0, more.errors.constData());
        QCOMPARE(more.json()["resumed_from_step"].get<int64_t>(),
                 step.chopped(step.endsWith(';') ? 1 : 0).toLongLong());
    }

    // While tiles run: what is done stays, of the picture at hand nothing is left.
    void controlC_whileDenoising_keepsWhatIsDone_andExits130() {
        const LoadedModel model =
            smallModel("denoising", "unet", {{"model.layers", {16, 16}}, {"model.blocks", 4}}, {1, 16, 16});
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        exportModel(model, "safetensors", m_folder / "net.safetensors", {}, *executor).value();
        encodeImage(m_folder / "first.png", Tensor(Shape{1, 40, 40})).value();
        encodeImage(m_folder / "large.png", Tensor(Shape{1, 4000, 4000})).value();
        const std::filesystem::path first = m_folder / "clean/first.png";
        QProcess process;
        start(process, {"denoise", "first.png", "large.png", "-o", "clean", "--model", "net.safetensors", "--tile",
                        "16", "--json"});
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(first), 60000);
        process.waitForFinished(200); // into the tiles of the large one
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(30000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 130);
        const Json said = Json::parse(process.readAllStandardOutput().toStdString());
        QCOMPARE(said["files"].size(), size_t{1});
        QVERIFY(said["failed"].empty());
        QCOMPARE(decodeImage(first).value().pixels.shape(), (Shape{1, 40, 40}));
        QCOMPARE(QDir(path("clean")).entryList(QDir::Files | QDir::Hidden), QStringList{"first.png"});

        // Before the first is done there is nothing to keep, and no folder for it.
        start(process, {"denoise", "large.png", "-o", "none/of/it", "--model", "net.safetensors", "--tile", "16"});
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(m_folder / "none/of/it"), 60000);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(30000));
        QCOMPARE(process.exitCode(), 130);
        QVERIFY(!std::filesystem::exists(m_folder / "none"));
    }

    void secondProcess_isRefusedWhileTheFirstTrains() {
        QProcess process;
        start(process, {"train", "e.hourglass", "--run", "locked", "--set", "training.epochs=100000"});
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(m_folder.path() / "locked/checkpoints/last.safetensors"),
                                 60000);
        const CommandResult second = run({"train", "e.hourglass", "--run", "locked", "--resume"});
        QCOMPARE(second.status, 2);
        QVERIFY2(second.errors.contains("Another process"), second.errors.constData());
        process.kill();
        process.waitForFinished();
    }

private:
    CommandResult run(const QStringList& arguments) const {
        return runCommand(QStringLiteral(HOURGLASS_CLI), arguments, path({}));
    }
    void start(QProcess& process, const QStringList& arguments) const {
        process.setWorkingDirectory(path({}));
        process.start(QStringLiteral(HOURGLASS_CLI), arguments);
        QVERIFY(process.waitForStarted());
    }
    QString path(const QString& name) const {
        return QString::fromStdString(m_folder.path().string()) + QLatin1Char('/') + name;
    }

    const TemporaryFolder m_folder;
    qint64 m_milliseconds = 0;
};

QTEST_GUILESS_MAIN(TestInterruption)
#include "tst_interruption.moc"
