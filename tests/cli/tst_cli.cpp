// The command line as cli.md promises it: outputs, exit statuses, files.

#include <QtTest>

#include <set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/analysis/NoiseLevel.h"
#include "core/base/AtomicFile.h"
#include "core/base/Random.h"
#include "core/data/ImageCodec.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/formats/Npy.h"
#include "core/inference/DenoiseImage.h"
#include "core/io/ExportModel.h"
#include "core/training/Trainer.h"
#include "tests/support/CommandLine.h"
#include "tests/support/SmallModels.h"
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

    // A network that wants to know the noise level: several pictures of sizes that it cannot halve, each as core does
    // it.
    void denoise_uNet_severalPictures_eachWithItsNoiseLevel() {
        const LoadedModel model = writeUNet("net.safetensors");
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        ModelRunner runner(*executor, model.model, model.weights, applyingPrecision(model.model->options));
        std::filesystem::create_directories(m_folder / "noisy");
        QStringList inputs;
        std::vector<Tensor> pictures;
        for (const Shape& shape : {Shape{1, 45, 61}, Shape{3, 30, 33}, Shape{1, 7, 90}}) {
            Tensor picture(shape);
            RandomStream(pictures.size()).fillNormal(picture.values());
            for (float& value : picture.values()) // σ of 13, 26 and 38 of 255
                value = 0.5f + 0.05f * static_cast<float>(pictures.size() + 1) * value;
            inputs << QString("noisy/%1.png").arg(pictures.size());
            encodeImage(m_folder / inputs.last().toStdString(), picture, {.bitDepth = 16}).value();
            pictures.push_back(decodeImage(m_folder / inputs.last().toStdString()).value().pixels);
        }
        for (const char* sigma : {"auto", "40"}) {
            const CommandResult result =
                run(QStringList{"denoise"} + inputs +
                    QStringList{"-o", QString("clean-%1").arg(sigma), "--model", "net.safetensors", "--sigma", sigma,
                                "--tile", "24", "--json"});
            QVERIFY2(result.status == 0, result.errors.constData());
            for (size_t i = 0; i < pictures.size(); ++i) {
                const bool isGiven = sigma == std::string("40");
                const float level = isGiven ? 40.0f / 255 : estimateNoiseLevel(pictures[i]);
                QVERIFY(std::abs(result.json()["files"][i]["sigma"].get<float>() - 255 * level) < 0.01f);
                PassSettings settings; // colours go one by one here, each judged by itself where no level is given
                if (isGiven)
                    settings.noiseLevel = level;
                const Tensor expected = **denoiseImage(runner, pictures[i], settings);
                const Tensor written = decodeImage(m_folder / fmt::format("clean-{}/{}.png", sigma, i)).value().pixels;
                QCOMPARE(written.shape(), expected.shape());
                for (int64_t k = 0; k < expected.elements(); ++k)
                    QVERIFY(std::abs(std::clamp(expected.data()[k], 0.0f, 1.0f) - written.data()[k]) < 1e-3f);
            }
        }
    }

    // `reconstruct` feeds samples as they are; how noisy they are it is told, or judges.
    void reconstruct_hearsTheNoiseLevel() {
        writeUNet("net.safetensors");
        Tensor samples(Shape{5, 1, 16, 16});
        RandomStream(4).fillUniform(samples.values());
        writeNpy(m_folder / "samples.npy", samples).value();
        const auto rebuilt = [&](const char* sigma) {
            const CommandResult result = run({"reconstruct", "net.safetensors", "--data", "npy:samples.npy", "-o",
                                              "rebuilt.npy", "--force", "--sigma", sigma});
            return result.status == 0 ? readFile(m_folder / "rebuilt.npy").value() : result.errors.toStdString();
        };
        const std::string none = rebuilt("0"), some = rebuilt("50"), judged = rebuilt("auto");
        QVERIFY(none != some && some != judged && none != judged);
        QCOMPARE(run({"reconstruct", "net.safetensors", "--data", "npy:samples.npy", "-o", "u.npy"}).status, 0);
        QCOMPARE(readFile(m_folder / "u.npy").value(), judged);
        const CommandResult vain =
            run({"reconstruct", "run", "--data", "builtin:shapes", "-o", "vain.npy", "--sigma", "9"});
        QVERIFY2(vain.status == 0 && vain.errors.contains("--sigma is not used"), vain.errors.constData());
    }

    // On a terminal a bar with rate and remaining time; elsewhere silence (tested by all others).
    void progress_onATerminal_tellsRateAndTimeLeft() {
        writeUNet("net.safetensors");
        encodeImage(m_folder / "bar.png", Tensor(Shape{1, 200, 200})).value();
        for (const auto& [arguments, unit] :
             {std::pair(QStringList{"denoise", "bar.png", "-o", "bars", "--model", "net.safetensors", "--tile", "32"},
                        "Mpixel/s"),
              {{"evaluate", "run", "--data", "builtin:shapes"}, "samples/s"}}) {
            const QByteArray shown = errorsOnATerminal(arguments);
            QVERIFY2(shown.contains("[====") && shown.contains("100 %"), shown.constData());
            QVERIFY2(shown.contains(unit) && shown.contains(" s left"), shown.constData());
        }
    }

    // Links, damaged files and wrong names among the inputs: each is told of, the others are done, no original changes.
    void denoise_hostileFolder_doesWhatItCan() {
        namespace fs = std::filesystem;
        Tensor gray(Shape{1, 33, 34});
        std::ranges::fill(gray.values(), 0.5f);
        fs::create_directories(m_folder / "mix/sub");
        fs::create_directories(m_folder / "originals");
        encodeImage(m_folder / "originals/p.png", gray).value();
        const std::string original = readFile(m_folder / "originals/p.png").value();
        fs::create_symlink("../originals/p.png", m_folder / "mix/link.png");
        fs::create_directory_symlink("../originals", m_folder / "mix/away");
        fs::create_symlink("self.png", m_folder / "mix/self.png");
        encodeImage(m_folder / "mix/._mac.png", gray).value();
        encodeImage(m_folder / "mix/deep.jpg", gray, {.format = ImageFormat::Png, .bitDepth = 16}).value();
        encodeImage(m_folder / "mix/sub/ok.bmp", gray).value();
        Tensor values(Shape{33, 34});
        values.data()[50] = std::numeric_limits<float>::quiet_NaN();
        writeNpy(m_folder / "mix/nan.npy", values).value();
        writeNpy(m_folder / "mix/empty.npy", Tensor(Shape{0, 5})).value();
        const CommandResult result = run({"denoise", "mix", "-o", "mixed", "--model", "run", "--recursive", "--json"});
        QCOMPARE(result.status, 2);
        std::set<std::string> failed, outputs;
        const auto json = result.json();
        for (const auto& item : json["failed"])
            failed.insert(item["input"].get<std::string>());
        for (const auto& item : json["files"])
            outputs.insert(item["output"].get<std::string>());
        QCOMPARE(failed, (std::set<std::string>{"mix/away", "mix/empty.npy", "mix/nan.npy", "mix/self.png"}));
        QCOMPARE(outputs, (std::set<std::string>{"mixed/deep.jpg", "mixed/link.png", "mixed/sub/ok.bmp"}));
        QCOMPARE(readFile(m_folder / "originals/p.png").value(), original);
        const DecodedImage deep = decodeImage(m_folder / "mixed/deep.jpg").value();
        QVERIFY(deep.format == ImageFormat::Png && deep.bitDepth == 16);
    }

    void denoise_folderThatCannotBeMade_isSaidBeforeTheWork() {
        writeText(m_folder / "plain", "a file");
        encodeImage(m_folder / "one.png", Tensor(Shape{1, 33, 34})).value();
        const CommandResult result = run({"denoise", "one.png", "-o", "plain/sub", "--model", "run"});
        QVERIFY(result.status != 0);
        QVERIFY2(result.errors.contains("plain/sub"), result.errors.constData());
    }

    void evaluate_picturesOfAnotherSize_areStretched() {
        std::filesystem::create_directories(m_folder / "pictures");
        for (const char* name : {"pictures/1.png", "pictures/2.png"})
            encodeImage(m_folder / name, Tensor(Shape{3, 40, 50})).value();
        const CommandResult result = run({"evaluate", "run", "--data", "folder:pictures", "--json"});
        QVERIFY2(result.status == 0, result.errors.constData());
        QVERIFY(result.errors.contains("stretched"));
        encodeImage(m_folder / "pictures/3.png", Tensor(Shape{1, 90, 70})).value();
        QCOMPARE(run({"evaluate", "run", "--data", "folder:pictures", "--json"}).json()["samples"], 3);
    }

    // What becomes of a picture depends on the model alone, not on its neighbours: here of 64×64, the size of patches.
    void encode_picturesForAModelOfPatches_areCutWhateverTheirNeighbours() {
        for (const char* folder : {"squares", "one", "two"})
            std::filesystem::create_directories(m_folder / folder);
        Tensor picture(Shape{1, 100, 100});
        for (int64_t i = 0; i < picture.elements(); ++i)
            picture.data()[i] = static_cast<float>(i % 100) / 99;
        for (const char* name : {"squares/1.png", "squares/2.png", "squares/3.png", "squares/4.png"})
            encodeImage(m_folder / name, Tensor(Shape{1, 64, 64})).value();
        for (const char* name : {"one/a.png", "two/a.png"})
            encodeImage(m_folder / name, picture).value();
        encodeImage(m_folder / "two/b.png", Tensor(Shape{1, 70, 90})).value();
        QCOMPARE(run({"new", "--data", "squares", "--set", "model.layers=[]", "--set", "model.code_size=3", "--set",
                      "training.epochs=1", "-o", "squares.hourglass"})
                     .status,
                 0);
        QCOMPARE(run({"train", "squares.hourglass", "--run", "squaresRun"}).status, 0);
        for (const char* name : {"squares", "one", "two"})
            QCOMPARE(run({"encode", "squaresRun", "--data", name, "-o", QString("%1.npy").arg(name)}).status, 0);
        QCOMPARE(readNpy(m_folder / "squares.npy").value().shape, (Shape{4, 3}));
        const NpyArray one = readNpy(m_folder / "one.npy").value(), two = readNpy(m_folder / "two.npy").value();
        QCOMPARE(one.shape, (Shape{128, 3}));
        // Batches of other sizes may round differently; another cut differs in the first digit.
        for (size_t i = 0; i < one.floats.size(); ++i)
            QVERIFY(std::abs(one.floats.span()[i] - two.floats.span()[i]) < 1e-5f);
    }

    void inspect_withoutJson_isReadable() {
        const CommandResult result = run({"inspect", "run"});
        QCOMPARE(result.status, 0);
        for (const char* line :
             {"run: run\n", "family: denoising\n", "  model.code_size: ", "sample_shape: [1, 32, 32]\n"})
            QVERIFY2(result.output.contains(line), result.output.constData());
    }

    void output_thatCannotBePrinted_isAFailureWithAReason() {
        for (const char* command : {"list families", "--help", "inspect e.hourglass --json"}) {
            const CommandResult result =
                shell(QString("%1 %2 > /dev/full").arg(QStringLiteral(HOURGLASS_CLI), command));
            QCOMPARE(result.status, 1);
            QVERIFY2(result.errors.contains("standard output cannot be written"), result.errors.constData());
        }
    }

    void deletedCurrentFolder_isNoInternalError() {
        const CommandResult result = shell(QString("mkdir gone && cd gone && rmdir ../gone && %1 new -o x.hourglass")
                                               .arg(QStringLiteral(HOURGLASS_CLI)));
        QCOMPARE(result.status, 2);
        QVERIFY2(!result.errors.contains("internal error"), result.errors.constData());
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
        const auto bench =
            run({"bench", "--only", "dense_ae_b128", "--precision", "f32", "--seconds", "0.05", "--json"}).json();
        QCOMPARE(bench["workloads"].size(), size_t{1});
        for (const char* key : {"name", "precision", "samples_per_second", "loss", "peak_rss_mb"})
            QVERIFY2(bench["workloads"][0].contains(key), key);
    }

    // What a family declares anew is told as its own, defaults included.
    void list_options_saysWhose() {
        const auto items = run({"list", "options", "--json"}).json()["items"];
        const auto item = [&](const char* key) {
            return *std::ranges::find_if(items, [&](const auto& each) { return each["key"] == key; });
        };
        QCOMPARE(item("objective.loss")["families"]["variational"]["default"], "bce");
        QCOMPARE(item("model.code_size")["families"]["sparse"]["default"], 64);
        QCOMPARE(item("objective.lambda")["families"]["contractive"]["default"], 0.25);
        QVERIFY(item("model.layers")["architectures"]["convolutional"]["default"] == nlohmann::json({16, 32}));
        QVERIFY(!item("model.layers")["architectures"].contains("dense"));
        QVERIFY(run({"list", "options"}).output.contains("    with variational = \"bce\""));
    }

    void train_warnsOfACodeThatIsNoSmallerThanASample() {
        QCOMPARE(
            run({"new", "--data", "builtin:shapes", "--set", "model.code_size=900", "--set", "data.width=16", "--set",
                 "data.height=16", "--set", "training.epochs=1", "--set", "data.limit=200", "-o", "wide.hourglass"})
                .status,
            0);
        const CommandResult trained = run({"train", "wide.hourglass", "--run", "wide"});
        QCOMPARE(trained.status, 0);
        QVERIFY2(trained.errors.contains("warning: The code (900) is not smaller than a sample"),
                 trained.errors.constData());
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
        // A source on the command line starts here, wherever the experiment lies; --set leaves the file name alone.
        QCOMPARE(run({"train", "--run", "fromHere", "--set", "data.source=npy:table.npy", "sub/t.hourglass"}).status,
                 0);
        // Below a link, ".." leads out of its target.
        std::filesystem::create_directories(m_folder / "disk/deep");
        std::filesystem::create_directory_symlink("disk/deep", m_folder / "link");
        QCOMPARE(run({"new", "--data", "npy:table.npy", "--set", "model.layers=[4]", "--set", "model.code_size=2",
                      "--set", "training.epochs=1", "-o", "link/t.hourglass"})
                     .status,
                 0);
        const CommandResult linked = run({"train", "link/t.hourglass", "--run", "link/run"});
        QVERIFY2(linked.status == 0, linked.errors.constData());
        // A finished run gives its result also when the data are gone; more epochs need them.
        std::filesystem::remove(m_folder / "table.npy");
        QCOMPARE(run({"train", "link/t.hourglass", "--run", "link/run", "--resume", "--json"}).json()["epochs"], 1);
        QCOMPARE(
            run({"train", "link/t.hourglass", "--run", "link/run", "--resume", "--set", "training.epochs=2"}).status,
            2);
        const CommandResult other =
            run({"train", "link/t.hourglass", "--run", "link/run", "--resume", "--set", "model.code_size=3"});
        QVERIFY2(other.errors.contains("model.code_size = 2"), other.errors.constData());
        // And a folder that holds a run is refused before anything else is looked at.
        QVERIFY(run({"train", "link/t.hourglass", "--run", "link/run"}).errors.contains("already holds a run"));
    }

    void resume_ofAFinishedRun_returnsItsResult() {
        const auto json = run({"train", "e.hourglass", "--run", "run", "--resume", "--json"}).json();
        QCOMPARE(json["epochs"], 15);
        QVERIFY(json == run({"train", "e.hourglass", "--run", "run", "--resume", "--json"}).json());
        for (const char* metric : {"mse", "psnr", "ssim", "noisy_psnr", "explained_variance", "compression_ratio"})
            QVERIFY2(json["metrics"].contains(metric), metric);
        QCOMPARE(run({"train", "e.hourglass", "--run", "run"}).status, 2);
        QCOMPARE(run({"train", "e.hourglass", "--run", "run", "--resume", "--set", "model.code_size=5"}).status, 2);
        const CommandResult otherData = run({"train", "e.hourglass", "--run", "run", "--resume", "--set",
                                             "data.source=builtin:photos", "--set", "data.limit=1500"});
        QVERIFY2(otherData.status == 2 && otherData.errors.contains("not those it was trained on"),
                 otherData.errors.constData());
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
        row("no noise level", {"reconstruct", "run", "--data", "builtin:shapes", "-o", "x.npy", "--sigma", "300"},
            "--sigma: expected a number from 0 to 255, found '300'; auto has it estimated");
        row("small tile", {"denoise", "in/a.png", "-o", "x", "--model", "run", "--tile", "8"},
            "--tile: expected a whole number from 16 to 65536, found '8'; auto");
        row("no codes", {"decode", "run", "--data", "npy:gone.npy", "-o", "x.npy"}, "gone.npy");
        row("no codes, bare path", {"decode", "run", "--data", "gone.npy", "-o", "x.npy"},
            "--data: there is no file or folder");
        row("no picture", {"denoise", "nowhere.png", "-o", "x", "--model", "run"}, "nowhere.png");
        row("outputs collide", {"denoise", "in/a.png", "in/copy/a.png", "-o", "x", "--model", "run"},
            "Two of the inputs");
        row("resume and replace", {"train", "e.hourglass", "--run", "run", "--resume", "--force"}, "--force");
        row("negative seed", {"evaluate", "run", "--data", "builtin:shapes", "--seed", "-1"}, "seed");
        row("garbage", {"inspect", "bad.npy"}, "bad.npy");
        const QStringList encode = {"encode", "run", "--data", "builtin:shapes", "--force", "-o"};
        row("no folder", encode + QStringList{"nodir/x.npy"}, "There is no folder 'nodir'");
        row("output is a folder", encode + QStringList{"in"}, "is a folder");
        row("output is a pipe", encode + QStringList{"pipe"}, "a device or a pipe"); // no real device: tests may fail
        row("name too long", encode + QStringList{QString(300, 'n')}, "File name too long");
        row("exists", {"export", "run", "--format", "onnx", "-o", "bad.npy"}, "--force");
        row("no picture format", {"compare", "run", "--data", "builtin:shapes", "-o", "x.gif"}, ".png");
        row("long folder", {"denoise", "in", "-o", QString(300, 'n'), "--model", "run"}, "File name too long");
        row("run in a file", {"train", "e.hourglass", "--run", "bad.npy"}, "is a file");
        row("no seconds", {"bench", "--seconds", "nan"}, "from 0.01 to 3600");
        row("compare: negative seed", {"compare", "run", "--data", "builtin:shapes", "-o", "x.png", "--seed", "-1"},
            "a whole number from 0");
    }
    void wrongUse_exitsWith2_andNamesTheReason() {
        writeText(m_folder / "bad.npy", "this is no array");
        ::mkfifo((m_folder / "pipe").c_str(), 0600);
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

    // A tiny network without training that listens to the noise level.
    LoadedModel writeUNet(const char* name) const {
        const LoadedModel model =
            smallModel("denoising", "unet", {{"model.layers", {16}}, {"model.blocks", 1}, {"model.noise_level", true}},
                       {1, 16, 16});
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        exportModel(model, "safetensors", m_folder / name, {}, *executor).value();
        return model;
    }

    // What a command writes to standard error when that is a terminal.
    QByteArray errorsOnATerminal(const QStringList& arguments) const {
        const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
        ::grantpt(terminal);
        ::unlockpt(terminal);
        ::fcntl(terminal, F_SETFL, O_NONBLOCK);
        QProcess process;
        process.setWorkingDirectory(QString::fromStdString(m_folder.path().string()));
        process.setStandardErrorFile(QString::fromLocal8Bit(::ptsname(terminal)), QIODevice::Append);
        process.start(QStringLiteral(HOURGLASS_CLI), arguments);
        QByteArray shown, piece(4096, '\0');
        for (bool ended = false; !ended;) { // a full terminal would hold the command up
            ended = process.waitForFinished(20) || process.state() == QProcess::NotRunning;
            for (ssize_t count; (count = ::read(terminal, piece.data(), static_cast<size_t>(piece.size()))) > 0;)
                shown.append(piece.constData(), count);
        }
        ::close(terminal);
        return process.exitCode() == 0 ? shown : QByteArray("failed: ") + shown;
    }

    CommandResult shell(const QString& line) const {
        return runCommand("/bin/sh", {"-c", line}, QString::fromStdString(m_folder.path().string()));
    }

    const TemporaryFolder m_folder;
};

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
