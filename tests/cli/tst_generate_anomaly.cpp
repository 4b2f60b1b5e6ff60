// generate and anomaly on the command line, as cli.md promises them.

#include <QtTest>

#include <algorithm>
#include <numeric>

#include "core/base/AtomicFile.h"
#include "core/data/ImageCodec.h"
#include "core/formats/Npy.h"
#include "tests/support/CommandLine.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

class TestGenerateAnomaly : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        // Discs alone are normal for both.
        const QStringList common = {"--data", "builtin:shapes",     "--set", "data.classes=\"disc\"",
                                    "--set",  "training.epochs=40", "--set", "data.width=16"};
        make("plain", common + QStringList{"--set", "model.code_size=8"});
        make("vae", common + QStringList{"--family", "variational", "--set", "model.layers=[64]"});
        make("unet", {"--architecture", "unet", "--family", "denoising", "--data", "builtin:shapes", "--set",
                      "data.limit=16", "--set", "training.epochs=1", "--set", "model.layers=[16,16,16]"});
    }

    void generate_prior_sameSeedSameSamples_countDoesNotMatter() {
        const CommandResult many = run({"generate", "vae", "--count", "20", "--seed", "3", "-o", "many.npy", "--json"});
        QVERIFY2(many.status == 0, many.errors.constData());
        QCOMPARE(many.json()["codes"], "the prior N(0, I)");
        const NpyArray array = read("many.npy");
        QCOMPARE(array.shape, (Shape{20, 1, 16, 16}));
        QCOMPARE(run({"generate", "vae", "--count", "4", "--seed", "3", "-o", "few.npy"}).status, 0);
        const NpyArray few = read("few.npy");
        QVERIFY(std::equal(few.floats.span().begin(), few.floats.span().end(), array.floats.span().begin(),
                           [](float a, float b) { return std::abs(a - b) < 1e-6f; }));
        QCOMPARE(run({"generate", "vae", "--count", "4", "--seed", "4", "-o", "other.npy"}).status, 0);
        QVERIFY(!std::ranges::equal(read("other.npy").floats.span(), few.floats.span()));
        // At temperature 0 all are the one that the mean makes.
        QCOMPARE(run({"generate", "vae", "--count", "3", "--temperature", "0", "-o", "cold.npy"}).status, 0);
        const NpyArray cold = read("cold.npy");
        QVERIFY(std::equal(cold.floats.data(), cold.floats.data() + 256, cold.floats.data() + 512));
    }

    void generate_withoutPrior_fitsToTrainingData_orToThoseNamed() {
        const CommandResult fitted = run({"generate", "plain", "-o", "grid.png", "--count", "9", "--json"});
        QVERIFY2(fitted.status == 0, fitted.errors.constData());
        QVERIFY(QString::fromStdString(fitted.json()["codes"]).startsWith("a Gaussian fitted to the codes of"));
        const DecodedImage grid = decodeImage(m_folder / "grid.png").value();
        QCOMPARE(grid.pixels.shape(), (Shape{1, 3 * 82 + 2, 3 * 82 + 2})); // 16 · 5 pixels and a gap
        // An exported file does not say what it was trained on.
        QCOMPARE(run({"export", "plain", "--format", "safetensors", "-o", "plain.safetensors"}).status, 0);
        const CommandResult without = run({"generate", "plain.safetensors", "-o", "a.npy"});
        QCOMPARE(without.status, 2);
        QVERIFY2(without.errors.contains("--data"), without.errors.constData());
        QCOMPARE(run({"generate", "plain.safetensors", "--data", "builtin:shapes", "-o", "a.npy"}).status, 0);
    }

    void generate_leadingZeros_areNothing() {
        QVERIFY(generated({"--seed", "010", "--count", "010"}) == generated({"--seed", "10", "--count", "10"}));
        QVERIFY(generated({"--seed", "010"}) != generated({"--seed", "8"}));
    }

    void generate_whatCannotBe_isExplained() {
        const CommandResult noDecoder = run({"generate", "unet", "-o", "u.npy"});
        QCOMPARE(noDecoder.status, 2);
        QVERIFY2(noDecoder.errors.contains("has no code"), noDecoder.errors.constData());
        QVERIFY(run({"generate", "vae", "-o", "x.txt"}).errors.contains("extension"));
        for (const QStringList& bad : {QStringList{"--count", "0"}, {"--temperature", "nan"}, {"--temperature", "-1"}})
            QCOMPARE(run(QStringList{"generate", "vae", "-o", "x.npy"} + bad).status, 2);
        QVERIFY(!std::filesystem::exists(m_folder / "x.npy"));
    }

    void anomaly_knowsNormalByTraining_andTellsTheOthersApart() {
        for (const char* model : {"plain", "vae"}) {
            const CommandResult result =
                run({"anomaly", model, "--data", "builtin:shapes", "-o", "s.npy", "--json", "--force"});
            QVERIFY2(result.status == 0, result.errors.constData());
            const auto json = result.json();
            QCOMPARE(json["samples"], 4096);
            QVERIFY(result.errors.contains("Normal is 'disc', which the model was trained on."));
            QVERIFY2(json["auroc"] > (std::string(model) == "plain" ? 0.7 : 0.5), json.dump().c_str());
            QCOMPARE(json["score"], "error");
            const NpyArray scores = read("s.npy");
            QCOMPARE(scores.shape, (Shape{4096}));
            // The threshold is a quantile of the training data's scores: about one normal sample in a hundred is above.
            const double normal = json["false_positives"].get<double>() + json["true_negatives"].get<double>();
            QVERIFY(json["false_positives"].get<double>() / normal < 0.05);
            const auto above = std::ranges::count_if(scores.floats.span(), [&](float score) {
                return static_cast<double>(score) > json["threshold"].get<double>();
            });
            QCOMPARE(json["above_threshold"], above);
        }
    }

    void anomaly_elboOfAVariationalModel_isThatOfEvaluate() {
        const auto json =
            run({"anomaly", "vae", "--data", "builtin:shapes", "--score", "neg_elbo", "-o", "elbo.npy", "--json"})
                .json();
        QCOMPARE(json["score"], "neg_elbo");
        const auto metrics = run({"evaluate", "vae", "--data", "builtin:shapes", "--json"}).json()["metrics"];
        const NpyArray scores = read("elbo.npy");
        double mean = 0;
        for (const float score : scores.floats.span())
            mean += static_cast<double>(score) / 4096;
        QVERIFY(std::abs(mean / metrics["neg_elbo"].get<double>() - 1) < 0.01); // four codes each against one
    }

    // A sample's score is the mean of its map.
    void anomaly_maps_sayWhere() {
        const CommandResult result =
            run({"anomaly", "plain", "--data", "builtin:shapes", "-o", "m.npy", "--maps", "maps.npy", "--json"});
        QVERIFY2(result.status == 0, result.errors.constData());
        QCOMPARE(result.json()["maps"], "maps.npy");
        const NpyArray scores = read("m.npy"), maps = read("maps.npy");
        QCOMPARE(maps.shape, (Shape{4096, 16, 16}));
        for (size_t i = 0; i < 4096; i += 100) {
            const std::span<const float> map = maps.floats.span().subspan(i * 256, 256);
            const double mean = std::accumulate(map.begin(), map.end(), 0.0) / 256;
            QVERIFY(std::abs(mean - static_cast<double>(scores.floats.span()[i])) < 1e-6);
        }
        QVERIFY(run({"anomaly", "plain", "--data", "builtin:shapes", "-o", "n.npy", "--maps", "maps.npy"})
                    .errors.contains("--force"));
        QVERIFY(run({"anomaly", "plain", "--data", "builtin:shapes", "-o", "n.npy", "--maps", "./n.npy"})
                    .errors.contains("the same file"));
    }

    void anomaly_asCsv_namesAndClasses() {
        QCOMPARE(run({"anomaly", "plain", "--data", "builtin:shapes", "-o", "s.csv"}).status, 0);
        const QStringList lines =
            QString::fromStdString(readFile(m_folder / "s.csv").value()).split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 4097);
        QCOMPARE(lines[0], QString("name,score,class,anomaly"));
        QCOMPARE(lines[1].split(',').size(), 4);
    }

    void anomaly_oneClassOrNone_scoresWithoutRoc_andWhy() {
        const CommandResult one =
            run({"anomaly", "plain", "--data", "builtin:shapes", "--normal", "disc, 1,2,3", "-o", "1.npy", "--json"});
        QVERIFY2(one.status == 0, one.errors.constData());
        QVERIFY(!one.json().contains("auroc"));
        QVERIFY2(one.errors.contains("no ROC"), one.errors.constData());
        Tensor pictures({5, 1, 16, 16});
        QVERIFY(writeNpy(m_folder / "p.npy", pictures).ok());
        const CommandResult none = run({"anomaly", "plain", "--data", "p.npy", "-o", "0.npy", "--json"});
        QVERIFY2(none.status == 0, none.errors.constData());
        QVERIFY(!none.json().contains("auroc") && none.json().contains("threshold"));
        QVERIFY2(none.errors.contains("no labels"), none.errors.constData());
        QVERIFY(run({"anomaly", "plain", "--data", "p.npy", "-o", "2.npy", "--normal", "cat"})
                    .errors.contains("have no classes"));
    }

    void anomaly_scoresThatAreNoNumbers_areRefused() {
        Tensor huge({5, 1, 16, 16});
        std::ranges::fill(huge.values(), 3e38f);
        QVERIFY(writeNpy(m_folder / "huge.npy", huge).ok());
        const CommandResult result = run({"anomaly", "plain", "--data", "huge.npy", "-o", "h.npy"});
        QCOMPARE(result.status, 1);
        QVERIFY2(result.errors.contains("no finite numbers"), result.errors.constData());
        QVERIFY(!std::filesystem::exists(m_folder / "h.npy"));
    }

    void anomaly_whatCannotBe_isExplained() {
        const CommandResult elbo =
            run({"anomaly", "plain", "--data", "builtin:shapes", "-o", "e.npy", "--score", "neg_elbo"});
        QCOMPARE(elbo.status, 2);
        QVERIFY2(elbo.errors.contains("no evidence bound"), elbo.errors.constData());
        QCOMPARE(run({"anomaly", "plain", "--data", "builtin:shapes", "-o", "e.npy", "--quantile", "1.5"}).status, 2);
        QCOMPARE(run({"anomaly", "plain", "--data", "builtin:shapes", "-o", "e.npy", "--normal", "dodo"}).status, 2);
        QCOMPARE(run({"anomaly", "plain", "--data", "builtin:shapes", "-o", "e.npy", "--normal", ","}).status, 2);
        QVERIFY(!std::filesystem::exists(m_folder / "e.npy"));
        const CommandResult other = run({"anomaly", "plain", "--data", "builtin:shapes", "-o", "e.foo"});
        QVERIFY2(other.status == 2 && other.errors.contains(".npy or .csv"), other.errors.constData());
    }

    // The middle of an odd number of steps is the mean itself, whatever dimension moves.
    void generate_traversal_movesOneDimension() {
        for (const char* dimension : {"0", "3"}) {
            const QString file = QString("along-%1.npy").arg(dimension);
            const CommandResult result = run({"generate", "vae", "--traverse", dimension, "--count", "7", "-o", file});
            QVERIFY2(result.status == 0, result.errors.constData());
            QCOMPARE(read(qPrintable(file)).shape[0], 7);
        }
        const NpyArray first = read("along-0.npy"), other = read("along-3.npy");
        const auto row = [](const NpyArray& array, size_t index) {
            const size_t width = array.floats.size() / 7;
            return array.floats.span().subspan(index * width, width);
        };
        QVERIFY(std::ranges::equal(row(first, 3), row(other, 3)));
        QVERIFY(!std::ranges::equal(row(first, 0), row(first, 6)));
        const CommandResult none = run({"generate", "vae", "--traverse", "20", "-o", "none.npy"});
        QVERIFY2(none.status == 2 && none.errors.contains("0 to 19"), none.errors.constData());
        // From a sample: what the others make of it.
        const CommandResult from = run(
            {"generate", "vae", "--traverse", "0", "--from", "5", "--count", "7", "-o", "along-sample.npy", "--json"});
        QVERIFY2(from.status == 0, from.errors.constData());
        QVERIFY(!from.json().contains("seed")); // nothing was drawn
        QVERIFY(QString::fromStdString(from.json()["codes"]).startsWith("the code of row 5 with dimension 0 from"));
        QVERIFY(!std::ranges::equal(row(read("along-sample.npy"), 3), row(first, 3)));
    }

    void generate_fromOneSampleToAnother_startsAndEndsAtTheirReconstructions() {
        const CommandResult way = run({"generate", "plain", "--data", "builtin:shapes", "--from", "3", "--to", "8",
                                       "--count", "5", "-o", "way.npy", "--json"});
        QVERIFY2(way.status == 0, way.errors.constData());
        QCOMPARE(way.json()["codes"], "codes from row 3 to row 8");
        QCOMPARE(run({"reconstruct", "plain", "--data", "builtin:shapes", "-o", "all.npy"}).status, 0);
        const NpyArray made = read("way.npy"), all = read("all.npy");
        QCOMPARE(made.shape, (Shape{5, 1, 16, 16}));
        for (const auto& [step, row] : {std::pair(0, 3), std::pair(4, 8)})
            for (size_t i = 0; i < 256; ++i)
                QVERIFY(std::abs(made.floats.span()[size_t(step) * 256 + i] -
                                 all.floats.span()[size_t(row) * 256 + i]) < 1e-5f);
        const CommandResult beyond =
            run({"generate", "plain", "--data", "builtin:shapes", "--from", "3", "--to", "5000", "-o", "no.npy"});
        QVERIFY2(beyond.status == 2 && beyond.errors.contains("--to 5000: the data have rows 0 to 4095"),
                 beyond.errors.constData());
        const CommandResult nowhere = run({"generate", "plain", "--from", "3", "-o", "no.npy"});
        QVERIFY2(nowhere.status == 2 && nowhere.errors.contains("--to ROW"), nowhere.errors.constData());
        QCOMPARE(run({"generate", "plain", "--to", "3", "-o", "no.npy"}).status, 2);
    }

private:
    CommandResult run(const QStringList& arguments) const {
        return runCommand(QStringLiteral(HOURGLASS_CLI), arguments, QString::fromStdString(m_folder.path().string()));
    }
    std::string generated(const QStringList& more) const {
        const CommandResult result = run(QStringList{"generate", "vae", "-o", "zeros.npy", "--force"} + more);
        return result.status == 0 ? readFile(m_folder / "zeros.npy").value() : result.errors.toStdString();
    }
    void make(const QString& name, const QStringList& arguments) {
        const CommandResult made = run(QStringList{"new", "-o", name + ".hourglass"} + arguments);
        QVERIFY2(made.status == 0, made.errors.constData());
        const CommandResult trained = run({"train", name + ".hourglass", "--run", name});
        QVERIFY2(trained.status == 0, trained.errors.constData());
    }
    NpyArray read(const char* name) const { return readNpy(m_folder / name).value(); }

    TemporaryFolder m_folder;
};

QTEST_APPLESS_MAIN(TestGenerateAnomaly)
#include "tst_generate_anomaly.moc"
