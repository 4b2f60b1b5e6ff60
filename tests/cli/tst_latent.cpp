// latent on the command line: where samples lie in code space.

#include <QtTest>

#include <map>

#include "core/analysis/NearestNeighbours.h"
#include "core/base/AtomicFile.h"
#include "core/formats/Npy.h"
#include "tests/support/CommandLine.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

class TestLatent : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        make("model", {"--set", "model.code_size=8", "--set", "data.width=16"});
        make("spatial", {"--architecture", "convolutional", "--set", "model.code=spatial", "--set",
                         "model.code_size=12", "--set", "model.layers=[8]", "--set", "data.limit=64"});
        make("unet", {"--architecture", "unet", "--family", "denoising", "--set", "data.limit=16", "--set",
                      "model.layers=[16,16,16]"});
    }

    void latent_components_withClassesAndClusters() {
        const CommandResult result =
            run({"latent", "model", "--data", "builtin:shapes", "--clusters", "5", "-o", "map.csv", "--json"});
        QVERIFY2(result.status == 0, result.errors.constData());
        const auto json = result.json();
        QCOMPARE(json["samples"], 4096);
        QVERIFY(json["explained_variance"][0] >= json["explained_variance"][1]);
        QCOMPARE(json["cluster_sizes"].size(), size_t{5});
        const QStringList lines = linesOf("map.csv");
        QCOMPARE(lines.size(), 4097);
        QCOMPARE(lines[0], QString("name,class,x,y,error,cluster"));
        std::map<QString, int64_t> counted;
        double sum = 0;
        for (const QString& line : lines.mid(1)) {
            ++counted[line.section(',', 5)];
            sum += line.section(',', 2, 2).toDouble();
        }
        QCOMPARE(counted["0"], json["cluster_sizes"][0].get<int64_t>());
        QVERIFY(std::abs(sum / 4096) < 1e-3); // components are about the mean
    }

    void latent_neighbours_ofFew_lowersPerplexity_andOfTooFewRefuses() {
        QCOMPARE(run({"generate", "model", "--count", "40", "-o", "plotted.npy"}).status, 0);
        const CommandResult few =
            run({"latent", "model", "--data", "npy:plotted.npy", "--layout", "tsne", "-o", "plotted.csv", "--json"});
        QVERIFY2(few.status == 0, few.errors.constData());
        QCOMPARE(few.json()["perplexity"], 13.0);
        QVERIFY2(few.errors.contains("too few neighbours for a perplexity of 30; it is 13"), few.errors.constData());
        QVERIFY(readFile(m_folder / "plotted.csv").value().starts_with("name,x,y,error\n"));
        QCOMPARE(run({"generate", "model", "--count", "3", "-o", "three.npy"}).status, 0);
        const CommandResult three =
            run({"latent", "model", "--data", "npy:three.npy", "--layout", "tsne", "-o", "three.csv"});
        QVERIFY2(three.status == 2 && three.errors.contains("at least 4"), three.errors.constData());
        QCOMPARE(run({"latent", "unet", "--data", "builtin:shapes", "-o", "no.csv"}).status, 2);
        QVERIFY(!std::filesystem::exists(m_folder / "three.csv"));
    }

    // Rows of the file, nearest first.
    void latent_neighbours_areThoseOfTheCodes() {
        QCOMPARE(run({"generate", "model", "--count", "30", "--seed", "2", "-o", "near.npy"}).status, 0);
        const CommandResult result =
            run({"latent", "model", "--data", "near.npy", "--neighbours", "3", "-o", "near.csv"});
        QVERIFY2(result.status == 0, result.errors.constData());
        QCOMPARE(run({"encode", "model", "--data", "near.npy", "-o", "codes.npy"}).status, 0);
        const NpyArray array = readNpy(m_folder / "codes.npy").value();
        const Tensor codes(array.shape, array.floats.span());
        const QStringList lines = linesOf("near.csv");
        QCOMPARE(lines[0], QString("name,x,y,error,neighbours"));
        for (int64_t row = 0; row < 30; ++row) {
            QStringList nearest;
            for (const Neighbour& each : nearestToRow(codes, row, 3))
                nearest << QString::number(each.row);
            QCOMPARE(lines[row + 1].section(',', 4), nearest.join(' '));
        }
    }

    // As the Latent page does: of a long code that has a place the mean over places is looked at.
    void latent_longSpatialCode_isAveraged() {
        const CommandResult result =
            run({"latent", "spatial", "--data", "builtin:shapes", "-o", "spatial.csv", "--json"});
        QVERIFY2(result.status == 0, result.errors.constData());
        QCOMPARE(linesOf("spatial.csv").size(), 4097);
    }

    void latent_oneSample_isACluster() {
        QCOMPARE(run({"generate", "model", "--count", "1", "-o", "one.npy"}).status, 0);
        const CommandResult result = run({"latent", "model", "--data", "one.npy", "--clusters", "3", "--neighbours",
                                          "2", "-o", "one.csv", "--json"});
        QVERIFY2(result.status == 0, result.errors.constData());
        QCOMPARE(result.json()["cluster_sizes"], nlohmann::json({1}));
        QCOMPARE(linesOf("one.csv")[0], QString("name,x,y,error,cluster,neighbours")); // of which there are none
    }

    void latent_whatCannotBe_isExplained() {
        Tensor huge({5, 1, 16, 16});
        std::ranges::fill(huge.values(), 3e38f);
        QVERIFY(writeNpy(m_folder / "huge.npy", huge).ok());
        const CommandResult infinite = run({"latent", "model", "--data", "huge.npy", "-o", "no.csv"});
        // Codes or errors of them: which overflows first is the weights' matter.
        QVERIFY2(infinite.status != 0 && infinite.errors.contains("finite"), infinite.errors.constData());
        const CommandResult picture = run({"latent", "model", "--data", "builtin:shapes", "-o", "no.png"});
        QVERIFY2(picture.status == 2 && picture.errors.contains(".csv"), picture.errors.constData());
        const CommandResult longer = run({"decode", "model", "--data", "huge.npy", "-o", "no.npy"});
        QVERIFY2(longer.status == 2 && longer.errors.contains("takes codes of shape [8]"), longer.errors.constData());
    }

private:
    CommandResult run(const QStringList& arguments) const {
        return runCommand(QStringLiteral(HOURGLASS_CLI), arguments, QString::fromStdString(m_folder.path().string()));
    }
    void make(const QString& name, const QStringList& arguments) {
        const CommandResult made = run(
            QStringList{"new", "-o", name + ".hourglass", "--data", "builtin:shapes", "--set", "training.epochs=1"} +
            arguments);
        QVERIFY2(made.status == 0, made.errors.constData());
        const CommandResult trained = run({"train", name + ".hourglass", "--run", name});
        QVERIFY2(trained.status == 0, trained.errors.constData());
    }
    QStringList linesOf(const char* file) const {
        return QString::fromStdString(readFile(m_folder / file).value()).split('\n', Qt::SkipEmptyParts);
    }

    TemporaryFolder m_folder;
};

QTEST_APPLESS_MAIN(TestLatent)
#include "tst_latent.moc"
