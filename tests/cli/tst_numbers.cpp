// Numbers on the command line: what is checked is what is used, and it is what a person means by it.

#include <QtTest>

#include "core/base/Random.h"
#include "core/data/ImageCodec.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/formats/Npy.h"
#include "core/io/ExportModel.h"
#include "tests/support/CommandLine.h"
#include "tests/support/SmallModels.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

class TestNumbers : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        const LoadedModel model =
            smallModel("denoising", "unet", {{"model.layers", {16}}, {"model.blocks", 1}, {"model.noise_level", true}},
                       {1, 16, 16});
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        exportModel(model, "safetensors", m_folder / "net.safetensors", {}, *executor).value();
        encodeImage(m_folder / "one.png", Tensor(Shape{1, 40, 50})).value();
        Tensor samples(Shape{12, 1, 16, 16});
        RandomStream(4).fillUniform(samples.values());
        writeNpy(m_folder / "samples.npy", samples).value();
    }

    // Too small for a float, or even for a double: next to nothing, but no reason to give up.
    void sigma_ofNextToNothing_isTaken() {
        for (const char* sigma : {"1e-50", "1e-400"}) {
            const CommandResult result = run({"denoise", "one.png", "-o", QString("out-%1").arg(sigma), "--model",
                                              "net.safetensors", "--sigma", sigma, "--json"});
            QVERIFY2(result.status == 0, result.errors.constData());
            QCOMPARE(result.json()["files"][0]["sigma"], 0.0);
        }
    }

    void leadingZeros_areNothing() {
        const auto evaluated = [this](const char* seed) {
            const CommandResult result =
                run({"evaluate", "net.safetensors", "--data", "npy:samples.npy", "--seed", seed, "--json"});
            return result.status == 0 ? result.output : result.errors;
        };
        QCOMPARE(evaluated("010"), evaluated("10"));
        QVERIFY(evaluated("010") != evaluated("8"));
        QCOMPARE(evaluated("09"), evaluated("9"));
        QVERIFY2(evaluated("9").contains("metrics"), evaluated("9").constData());
        const auto denoised = [this](const char* tile) {
            return run({"denoise", "one.png", "-o", "tiles", "--force", "--model", "net.safetensors", "--tile", tile});
        };
        QCOMPARE(denoised("017").status, 0); // fifteen of something else
        const CommandResult small = denoised("0015");
        QVERIFY2(small.status == 2 && small.errors.contains("from 16 to 65536"), small.errors.constData());
        QCOMPARE(
            run({"compare", "net.safetensors", "--data", "npy:samples.npy", "-o", "sheet.png", "--count", "08"}).status,
            0);
    }

    void what_isNoWholeNumber_isRefused_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"-1", "+1", " 1", "1 ", "0x10", "1e3", "1.0", "", "18446744073709551616", "auto"})
            QTest::newRow(text) << QString(text);
    }
    void what_isNoWholeNumber_isRefused() {
        QFETCH(QString, text);
        const CommandResult result =
            run({"evaluate", "net.safetensors", "--data", "npy:samples.npy", QString("--seed=%1").arg(text)});
        QCOMPARE(result.status, 2);
        QVERIFY2(result.errors.contains("--seed"), result.errors.constData());
    }

    // The key of an experiment is said as the flag; a file that is called like it keeps its name.
    void fileCalledLikeAKey_isNamedAsItIs() {
        const CommandResult result = run({"evaluate", "net.safetensors", "--data", "data.source.npy"});
        QCOMPARE(result.status, 2);
        QVERIFY2(result.errors.contains("--data: there is no file or folder"), result.errors.constData());
        QVERIFY2(result.errors.contains("data.source.npy'"), result.errors.constData());
    }

private:
    CommandResult run(const QStringList& arguments) const {
        return runCommand(QStringLiteral(HOURGLASS_CLI), arguments, QString::fromStdString(m_folder.path().string()));
    }

    const TemporaryFolder m_folder;
};

QTEST_GUILESS_MAIN(TestNumbers)
#include "tst_numbers.moc"
