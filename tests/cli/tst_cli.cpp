// The command line as cli.md promises it: outputs, exit statuses, files.

#include <QtTest>

#include "core/data/ImageCodec.h"
#include "core/formats/Npy.h"
#include "tests/support/CommandLine.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

class TestCli : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QCOMPARE(run({"new", "--preset", "sample", "--set", "training.epochs=15", "--set", "training.precision=f32",
                      "--set", "data.limit=1500", "-o", "e.hourglass"})
                     .status,
                 0);
        const CommandResult trained = run({"train", "e.hourglass", "--run", "run", "--json"});
        QVERIFY2(trained.status == 0, trained.errors.constData());
        const auto json = trained.json();
        for (const char* key :
             {"run", "epochs", "seconds", "samples_per_second", "resumed_from_step", "steps", "metrics"})
            QVERIFY2(json.contains(key), key);
        QCOMPARE(json["epochs"], 15);
        QCOMPARE(json["resumed_from_step"], 0);
        QVERIFY(json["metrics"].contains("mse"));
    }

    void evaluate_reportsTheMetricsThatApply() {
        const CommandResult result = run({"evaluate", "run", "--data", "builtin:shapes", "--json"});
        QVERIFY2(result.status == 0, result.errors.constData());
        const auto json = result.json();
        QVERIFY(json["samples"] > 100);
        for (const char* key : {"mse", "mse_sum", "bce", "psnr", "ssim", "noisy_psnr", "fvu", "explained_variance",
                                "cosine", "l2_ratio", "compression_ratio"})
            QVERIFY2(json["metrics"].contains(key), key);
        QVERIFY(json["metrics"]["psnr"] > json["metrics"]["noisy_psnr"]);
        const auto again = run({"evaluate", "run", "--data", "builtin:shapes", "--json"}).json();
        QVERIFY(again == json); // the noise's seed has a default
        const auto other = run({"evaluate", "run", "--data", "builtin:shapes", "--seed", "2", "--json"}).json();
        QVERIFY(other["metrics"]["mse"] != json["metrics"]["mse"]);
    }

    void encodeDecodeReconstruct_agree() {
        for (const QStringList& command : {QStringList{"reconstruct", "run", "--data", "builtin:shapes", "-o", "r.npy"},
                                           {"encode", "run", "--data", "builtin:shapes", "-o", "c.npy"},
                                           {"decode", "run", "--data", "npy:c.npy", "-o", "d.npy"}})
            QCOMPARE(run(command).status, 0);
        const NpyArray whole = readNpy(m_folder / "r.npy").value(), parts = readNpy(m_folder / "d.npy").value();
        QCOMPARE(whole.shape, parts.shape);
        QCOMPARE(whole.shape.rank(), 4);
        QVERIFY(std::ranges::equal(whole.floats.span(), parts.floats.span()));
        QCOMPARE(run({"reconstruct", "run", "--data", "builtin:shapes", "-o", "r.npy"}).status, 2); // exists
        QCOMPARE(run({"reconstruct", "run", "--data", "builtin:shapes", "-o", "r.npy", "--force"}).status, 0);
    }

    void export_reopens_andComputesTheSame() {
        for (const char* format : {"onnx", "safetensors"}) {
            const QString file = QString("m.%1").arg(format);
            const CommandResult result = run({"export", "run", "--format", format, "-o", file, "--json"});
            QVERIFY2(result.status == 0, result.errors.constData());
            QVERIFY(result.json()["largest_difference"] <= 1e-4);
            const auto inspected = run({"inspect", file, "--json"});
            QCOMPARE(inspected.status, 0);
            QVERIFY(inspected.json().contains("kind") && inspected.json().contains("shape"));
            const auto a = run({"evaluate", file, "--data", "builtin:shapes", "--json"}).json();
            const auto b = run({"evaluate", "run", "--data", "builtin:shapes", "--json"}).json();
            QVERIFY(std::abs(a["metrics"]["mse"].get<double>() - b["metrics"]["mse"].get<double>()) < 1e-6);
        }
    }

    void denoise_keepsNameFormatChannelsAndDepth() {
        Tensor gray(Shape{1, 40, 50}), colour(Shape{3, 33, 35});
        std::ranges::fill(gray.values(), 0.5f);
        std::ranges::fill(colour.values(), 0.25f);
        std::filesystem::create_directories(m_folder / "in/sub");
        encodeImage(m_folder / "in/a.png", gray, {.bitDepth = 16}).value();
        encodeImage(m_folder / "in/sub/b.tif", colour).value();
        writeNpy(m_folder / "in/c.npy", Tensor(Shape{35, 36})).value();
        QCOMPARE(run({"denoise", "in", "-o", "out0"}).status, 2); // no built-in model yet
        QCOMPARE(run({"denoise", "in", "-o", "out1", "--model", "run", "--json"}).json()["files"].size(), size_t{2});
        QCOMPARE(run({"denoise", "in", "-o", "out2", "--model", "run", "--recursive"}).status, 0);
        const DecodedImage a = decodeImage(m_folder / "out2/a.png").value();
        QCOMPARE(a.bitDepth, 16);
        QCOMPARE(a.pixels.shape(), gray.shape());
        QCOMPARE(decodeImage(m_folder / "out2/sub/b.tif").value().pixels.shape(), colour.shape());
        QCOMPARE(readNpy(m_folder / "out2/c.npy").value().shape, (Shape{35, 36}));
        QVERIFY(!std::filesystem::exists(m_folder / "out1/sub"));
    }

    void evaluate_picturesOfAnotherSize_areFitted() {
        std::filesystem::create_directories(m_folder / "pictures");
        for (const char* name : {"pictures/1.png", "pictures/2.png"})
            encodeImage(m_folder / name, Tensor(Shape{3, 40, 50})).value();
        const CommandResult result = run({"evaluate", "run", "--data", "folder:pictures", "--json"});
        QVERIFY2(result.status == 0, result.errors.constData());
        QVERIFY(result.errors.contains("stretched"));
    }

    void compare_drawsASheet() {
        QCOMPARE(run({"compare", "run", "--data", "builtin:shapes", "-o", "sheet.png"}).status, 0);
        QVERIFY(decodeImage(m_folder / "sheet.png").value().pixels.shape()[2] > 300);
    }

    void list_andBench_print_oneObject() {
        for (const char* what :
             {"families", "architectures", "noises", "datasets", "exporters", "presets", "options"}) {
            const CommandResult result = run({"list", what, "--json"});
            QCOMPARE(result.status, 0);
            QVERIFY2(result.json()["items"].size() > 0, what);
        }
        const auto bench = run({"bench", "--only", "b128", "--precision", "f32", "--seconds", "0.05", "--json"}).json();
        QCOMPARE(bench["workloads"].size(), size_t{1});
        for (const char* key : {"name", "precision", "samples_per_second", "loss", "peak_rss_mb"})
            QVERIFY2(bench["workloads"][0].contains(key), key);
    }

    void new_rewritesPaths_relativeToItsFile() {
        std::filesystem::create_directories(m_folder / "sub");
        writeNpy(m_folder / "table.npy", Tensor(Shape{20, 6})).value();
        QCOMPARE(run({"new", "--data", "npy:table.npy", "--set", "model.layers=[4]", "--set", "model.code_size=2",
                      "--set", "training.epochs=1", "-o", "sub/t.hourglass"})
                     .status,
                 0);
        QCOMPARE(run({"train", "sub/t.hourglass", "--run", "sub/deeper/run"}).status, 0);
        QCOMPARE(run({"train", "sub/deeper/run/experiment.hourglass", "--run", "elsewhere"}).status, 0);
    }

    void resume_ofAFinishedRun_returnsItsResult() {
        const auto json = run({"train", "e.hourglass", "--run", "run", "--resume", "--json"}).json();
        QCOMPARE(json["epochs"], 15);
        QVERIFY(json == run({"train", "e.hourglass", "--run", "run", "--resume", "--json"}).json());
        for (const char* metric : {"mse", "psnr", "ssim", "noisy_psnr", "explained_variance", "compression_ratio"})
            QVERIFY2(json["metrics"].contains(metric), metric);
        QCOMPARE(run({"train", "e.hourglass", "--run", "run"}).status, 2);
        QCOMPARE(run({"train", "e.hourglass", "--run", "run", "--resume", "--set", "model.code_size=5"}).status, 2);
    }

    void wrongUse_exitsWith2_andNamesTheReason_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const QStringList& arguments, const char* says) {
            QTest::newRow(name) << arguments << QString(says);
        };
        row("nothing", {}, "subcommand");
        row("unknown command", {"fly"}, "fly");
        row("missing argument", {"train", "e.hourglass"}, "--run");
        row("no experiment", {"train", "none.hourglass", "--run", "x"}, "none.hourglass");
        row("no model", {"evaluate", "none", "--data", "builtin:shapes"}, "none");
        row("no source", {"evaluate", "run", "--data", "folder:nowhere"}, "nowhere");
        row("unknown source", {"evaluate", "run", "--data", "magic:x"}, "magic");
        row("wrong shape", {"evaluate", "run", "--data", "npy:bad.npy"}, "bad.npy");
        row("unknown key", {"new", "--set", "model.code_sise=3", "-o", "x.hourglass"}, "model.code_size");
        row("wrong value", {"new", "--set", "model.code_size=big", "-o", "x.hourglass"}, "a whole number");
        row("no equals", {"new", "--set", "model.code_size", "-o", "x.hourglass"}, "KEY=VALUE");
        row("unknown family", {"new", "--family", "magic", "-o", "x.hourglass"}, "undercomplete");
        row("impossible network", {"train", "huge.hourglass", "--run", "x"}, "million parameters");
        row("contradiction", {"train", "bce.hourglass", "--run", "x"}, "model.output_activation");
        row("unknown format", {"export", "run", "--format", "docx", "-o", "x"}, "docx");
        row("unknown workload", {"bench", "--only", "magic"}, "dense_ae_b128");
        row("no picture", {"denoise", "nowhere.png", "-o", "x", "--model", "run"}, "nowhere.png");
        row("outputs collide", {"denoise", "in/a.png", "in/copy/a.png", "-o", "x", "--model", "run"},
            "Two of the inputs");
        row("resume and replace", {"train", "e.hourglass", "--run", "run", "--resume", "--force"}, "--force");
        row("negative seed", {"evaluate", "run", "--data", "builtin:shapes", "--seed", "-1"}, "seed");
        row("garbage", {"inspect", "bad.npy"}, "bad.npy");
    }
    void wrongUse_exitsWith2_andNamesTheReason() {
        writeText(m_folder / "bad.npy", "this is no array");
        std::filesystem::create_directories(m_folder / "in/copy");
        for (const char* file : {"in/a.png", "in/copy/a.png"})
            encodeImage(m_folder / file, Tensor(Shape{1, 40, 50})).value();
        if (!std::filesystem::exists(m_folder / "huge.hourglass")) {
            run({"new", "--set", "model.layers=[65536,65536]", "-o", "huge.hourglass"});
            run({"new", "--set", "objective.loss=bce", "--set", "model.output_activation=identity", "-o",
                 "bce.hourglass"});
        }
        QFETCH(QStringList, arguments);
        QFETCH(QString, says);
        const CommandResult result = run(arguments);
        QCOMPARE(result.status, 2);
        QVERIFY2(result.output.isEmpty(), result.output.constData());
        QVERIFY2(result.errors.contains(says.toUtf8()), result.errors.constData());
    }

    void divergence_exitsWith1() {
        const CommandResult result =
            run({"train", "e.hourglass", "--run", "nan", "--set", "optimizer.kind=sgd", "--set",
                 "optimizer.learning_rate=10", "--set", "objective.reduction=element_sum", "--set",
                 "model.output_activation=identity", "--set", "training.epochs=50"});
        QCOMPARE(result.status, 1);
        QVERIFY2(result.errors.contains("learning rate of 5"), result.errors.constData());
    }

private:
    CommandResult run(const QStringList& arguments) const {
        return runCommand(QStringLiteral(HOURGLASS_CLI), arguments, QString::fromStdString(m_folder.path().string()));
    }

    const TemporaryFolder m_folder;
};

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
