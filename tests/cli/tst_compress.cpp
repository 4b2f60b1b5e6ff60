// compress on the command line, as cli.md promises it.

#include <QtTest>

#include "core/formats/Npy.h"
#include "tests/support/CommandLine.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

class TestCompress : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        make("plain", {"--data", "builtin:shapes", "--set", "data.width=16", "--set", "model.code_size=8", "--set",
                       "training.epochs=3", "--set", "model.layers=[32]"});
        make("unet", {"--architecture", "unet", "--family", "denoising", "--data", "builtin:shapes", "--set",
                      "data.limit=16", "--set", "training.epochs=1", "--set", "model.layers=[16,16,16]"});
    }

    void json_hasARowForEveryWayOfStoring_andTheModelsIsThatOfEvaluate() {
        const CommandResult result = run({"compress", "plain", "--data", "builtin:shapes", "--json"});
        QVERIFY2(result.status == 0, result.errors.constData());
        const auto json = result.json();
        QCOMPARE(json["samples"], 4096);
        QCOMPARE(json["input_bytes"], 256);
        QCOMPARE(json["code_values"], 8);
        QVERIFY(json["notes"].empty());
        const std::vector<std::pair<std::string, double>> expected{{"model", 32}, {"model", 16}, {"model", 8},
                                                                   {"pca", 32},   {"pca", 16},   {"pca", 8}};
        for (size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(json["rows"][i]["method"], expected[i].first);
            QCOMPARE(json["rows"][i]["bytes"], expected[i].second);
            QCOMPARE(json["rows"][i]["ratio"], 256 / expected[i].second);
        }
        QCOMPARE(json["rows"][6]["method"], "jpeg");
        QVERIFY(json["rows"][6]["bytes"] > 256.0); // its tables alone are larger than the picture
        QCOMPARE(json["rows"][6]["out_of_reach"], 4096);
        const auto metrics = run({"evaluate", "plain", "--data", "builtin:shapes", "--json"}).json()["metrics"];
        for (const char* name : {"mse", "psnr", "ssim"})
            QVERIFY2(std::abs(json["rows"][0][name].get<double>() / metrics[name].get<double>() - 1) < 1e-5, name);
    }

    void limit_andTraining_areHeard_andTheTableIsReadable() {
        const CommandResult some = run({"compress", "plain", "--data", "builtin:shapes", "--limit", "50"});
        QVERIFY2(some.status == 0, some.errors.constData());
        for (const char* part : {"50 pictures of 256 bytes", "Model, 8-bit", "PCA, f16", "JPEG file, at its smallest"})
            QVERIFY2(some.output.contains(part), some.output.constData());
        // An exported file does not say what it was trained on: PCA is missing, unless data are named.
        QCOMPARE(run({"export", "plain", "--format", "safetensors", "-o", "plain.safetensors"}).status, 0);
        const QStringList exported{"compress", "plain.safetensors", "--data", "builtin:shapes", "--limit", "50",
                                   "--json"};
        const CommandResult without = run(exported);
        QVERIFY2(without.status == 0, without.errors.constData());
        QCOMPARE(without.json()["rows"][3]["method"], "jpeg");
        QVERIFY2(without.errors.contains("--training"), without.errors.constData());
        const auto with = run(exported + QStringList{"--training", "builtin:shapes"}).json();
        QCOMPARE(with["rows"][3]["method"], "pca");
    }

    void whatCannotBe_isExplained() {
        const CommandResult noCode = run({"compress", "unet", "--data", "builtin:shapes"});
        QCOMPARE(noCode.status, 2);
        QVERIFY2(noCode.errors.contains("has no code"), noCode.errors.constData());
        QVERIFY(writeNpy(m_folder / "t.npy", Tensor({5, 9})).ok());
        QCOMPARE(run({"compress", "plain", "--data", "t.npy"}).status, 2);
        QCOMPARE(run({"compress", "plain", "--data", "builtin:shapes", "--limit", "0"}).status, 2);
        QCOMPARE(run({"compress", "nothing", "--data", "builtin:shapes"}).status, 2);
        const CommandResult bad = run({"compress", "plain", "--data", "builtin:shapes", "--training", "gone.npy"});
        QCOMPARE(bad.status, 2);
        QVERIFY2(bad.errors.contains("gone.npy"), bad.errors.constData());
    }

private:
    CommandResult run(const QStringList& arguments) const {
        return runCommand(QStringLiteral(HOURGLASS_CLI), arguments, QString::fromStdString(m_folder.path().string()));
    }
    void make(const QString& name, const QStringList& arguments) {
        const CommandResult made = run(QStringList{"new", "-o", name + ".hourglass"} + arguments);
        QVERIFY2(made.status == 0, made.errors.constData());
        const CommandResult trained = run({"train", name + ".hourglass", "--run", name});
        QVERIFY2(trained.status == 0, trained.errors.constData());
    }

    TemporaryFolder m_folder;
};

QTEST_APPLESS_MAIN(TestCompress)
#include "tst_compress.moc"
