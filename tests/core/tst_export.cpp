// Every export format with every family, architecture and activation: the receipt, what loads again, what stays when
// it cannot be written.

#include <QtTest>

#include "core/base/AtomicFile.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/formats/Safetensors.h"
#include "core/io/ExportModel.h"
#include "core/io/Probe.h"
#include "core/training/Checkpoint.h"
#include "core/training/ModelMetadata.h"
#include "core/training/RunFolder.h"
#include "tests/support/SmallModels.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

bool sameWeights(const ParameterStore& a, const ParameterStore& b) {
    return std::equal(a.arena().begin(), a.arena().end(), b.arena().begin(), b.arena().end());
}

int filesIn(const std::filesystem::path& folder) {
    return static_cast<int>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

QString text(const Error& error) {
    return QString::fromStdString(error.message());
}

} // namespace

class TestExport : public QObject {
    Q_OBJECT

    std::unique_ptr<Executor> m_executor = makeOneDnnExecutor();

    // Writes tensors like a checkpoint, with averaged weights that are the others plus one.
    static void writeCheckpoint(const std::filesystem::path& path, const LoadedModel& model, bool averaged) {
        std::vector<NamedTensorView> tensors;
        appendArena(tensors, "", model.weights->layout(), model.weights->arena());
        std::vector<float> average(model.weights->arena().begin(), model.weights->arena().end());
        for (float& value : average)
            value += 1.0f;
        if (averaged)
            appendArena(tensors, "optimizer.ema.", model.weights->layout(), average);
        writeSafetensors(path, tensors, {{kModelMetadataKey, describeModel(*model.model)}, {kStateMetadataKey, "{}"}})
            .value();
    }

private slots:
    void receipt_everyModelAndFormat_agrees_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<int>("model");
        const std::vector<ModelCase> cases = modelCases();
        for (const Exporter& exporter : exporters())
            for (size_t i = 0; i < cases.size(); ++i)
                QTest::addRow("%s %s", exporter.id.data(), cases[i].name.c_str())
                    << QString::fromUtf8(exporter.id.data()) << static_cast<int>(i);
    }
    void receipt_everyModelAndFormat_agrees() {
        QFETCH(QString, format);
        QFETCH(int, model);
        const ModelCase c = modelCases().at(static_cast<size_t>(model));
        const LoadedModel loaded = smallModel(c.family, c.architecture, c.settings, c.sampleShape);
        const Exporter& exporter = *findExporter(format.toStdString());
        const TemporaryFolder folder;
        const auto path = folder / std::string("model").append(exporter.extension);
        const auto receipt = exportModel(loaded, exporter.id, path, {}, *m_executor);
        QVERIFY2(receipt.ok(), receipt ? "" : qPrintable(text(receipt.error())));
        QVERIFY(receipt->largestDifference <= 1e-6);
        QCOMPARE(receipt->bytes, std::filesystem::file_size(path));
        QCOMPARE(receipt->parameters, loaded.model->layout->parameterCount());
        QCOMPARE(receipt->tensors, static_cast<int64_t>(loaded.model->layout->entries().size()));
        QCOMPARE(receipt->probeShape[0], 4);
        QCOMPARE(receipt->otherProbeShape.has_value(), loaded.model->takesAnySize());
        QCOMPARE(filesIn(folder.path()), 1);

        const auto again = loadModel(path);
        QVERIFY2(again.ok(), again ? "" : qPrintable(text(again.error())));
        QCOMPARE(again->kind, std::string(exporter.id));
        QVERIFY(sameWeights(*loaded.weights, *again->weights));
        QCOMPARE(describeModel(*again->model), describeModel(*loaded.model));
        QCOMPARE(again->model->evaluation.fingerprint(), loaded.model->evaluation.fingerprint());
    }

    void onnx_parts_namedAndTested() {
        const TemporaryFolder folder;
        for (const ModelPart part : {ModelPart::Encoder, ModelPart::Decoder}) {
            const auto path = folder / (std::string(partName(part)) + ".onnx");
            const auto receipt = exportModel(smallModel(), "onnx", path, {.part = part}, *m_executor);
            QVERIFY2(receipt.ok(), receipt ? "" : qPrintable(text(receipt.error())));
            QVERIFY(receipt->largestDifference <= 1e-6);
            QCOMPARE(receipt->probeShape, part == ModelPart::Encoder ? (Shape{4, 1, 6, 5}) : (Shape{4, 3}));
            const auto whole = loadModel(path);
            QVERIFY(!whole);
            QVERIFY(text(whole.error()).contains("alone"));
        }
    }

    void export_sameModelTwice_sameBytes() {
        const TemporaryFolder folder;
        for (const Exporter& exporter : exporters()) {
            QVERIFY(exportModel(smallModel(), exporter.id, folder / "a", {}, *m_executor).ok());
            QVERIFY(exportModel(smallModel(), exporter.id, folder / "b", {}, *m_executor).ok());
            QCOMPARE(readFile(folder / "a").value(), readFile(folder / "b").value());
        }
    }

    void export_holdsNoPathOrOptimiserState() {
        const TemporaryFolder folder;
        const LoadedModel model = smallModel({{"data.source", "folder:/home/somebody/secret"}});
        for (const Exporter& exporter : exporters()) {
            QVERIFY(exportModel(model, exporter.id, folder / "x", {}, *m_executor).ok());
            const std::string content = readFile(folder / "x").value();
            QVERIFY(content.find("secret") == std::string::npos);
            QVERIFY(content.find(folder.path().string()) == std::string::npos);
        }
    }

    void export_fullDisk_previousStays() {
        const TemporaryFolder folder;
        const LoadedModel model = smallModel({{"model.layers", Json({200})}});
        for (const Exporter& exporter : exporters()) {
            const auto path = folder / std::string("model").append(exporter.extension);
            writeText(path, "what was there before");
            {
                const FullDisk full(4096);
                const auto receipt = exportModel(model, exporter.id, path, {}, *m_executor);
                QVERIFY(!receipt);
                QCOMPARE(receipt.error().code(), ErrorCode::WriteFailed);
            }
            QCOMPARE(readFile(path).value(), std::string("what was there before"));
            QVERIFY(exportModel(model, exporter.id, path, {}, *m_executor).ok());
            QVERIFY(loadModel(path).ok());
        }
        QCOMPARE(filesIn(folder.path()), static_cast<int>(exporters().size()));
    }

    void export_impossible_refused() {
        const TemporaryFolder folder;
        const auto unknown = exportModel(smallModel(), "tflite", folder / "x", {}, *m_executor);
        QVERIFY(!unknown && text(unknown.error()).contains("there are: onnx, safetensors"));
        const auto part =
            exportModel(smallModel(), "safetensors", folder / "x", {.part = ModelPart::Encoder}, *m_executor);
        QVERIFY(!part && part.error().code() == ErrorCode::InvalidArgument);
        const auto place = exportModel(smallModel(), "onnx", folder / "no" / "x.onnx", {}, *m_executor);
        QVERIFY(!place && place.error().code() == ErrorCode::WriteFailed);
        QVERIFY2(text(place.error()).startsWith(QString("'%1'").arg((folder / "no/x.onnx").c_str())),
                 qPrintable(text(place.error()))); // not the name that it has while it is tried
        const std::string longest(255, 'n');
        QVERIFY(exportModel(smallModel(), "onnx", folder / longest, {}, *m_executor).ok());
        std::filesystem::remove(folder / longest);
        QVERIFY(!exportModel(smallModel(), "onnx", folder.path(), {}, *m_executor).ok());
        LoadedModel broken = smallModel();
        broken.weights->values("encoder.0.weight")[3] = std::numeric_limits<float>::quiet_NaN();
        const auto numeric = exportModel(broken, "onnx", folder / "x", {}, *m_executor);
        QVERIFY(!numeric);
        QCOMPARE(numeric.error().code(), ErrorCode::Numeric);
        QCOMPARE(filesIn(folder.path()), 0);
    }

    // The receipt must notice: weights of another seed, and another network.
    void compare_otherNetwork_seen() {
        const LoadedModel a = smallModel(), c = smallModel({{"model.code_size", 4}});
        const LoadedModel b = smallModel("undercomplete", "dense",
                                         {{"model.layers", Json({7, 5})}, {"model.code_size", 3}}, {1, 6, 5}, 2);
        const auto weights =
            compareNetworks({a.model->autoencoder, a.weights}, {b.model->autoencoder, b.weights}, {}, *m_executor);
        QVERIFY(weights->largestDifference > 1e-2);
        QVERIFY(weights->meanDifference > 0 && weights->meanDifference < weights->largestDifference);
        QVERIFY(!compareNetworks({a.model->decoder, a.weights}, {c.model->decoder, c.weights}, {}, *m_executor).ok());
    }

    void receipt_textAndJson_sayWhatWasDone() {
        const TemporaryFolder folder;
        const auto receipt = exportModel(smallModel(), "onnx", folder / "m.onnx", {}, *m_executor);
        const QString line = QString::fromStdString(receipt->toText());
        QVERIFY2(line.contains("opset 13") && line.contains("[4, 1, 6, 5]") && line.contains("m.onnx"),
                 qPrintable(line));
        const Json json = receipt->toJson();
        QCOMPARE(json["details"]["opset"], Json("13"));
        QCOMPARE(json["probe_shape"], Json({4, 1, 6, 5}));
        QVERIFY(json["largest_difference"].get<double>() <= 1e-6);
    }

    // Run in two sizes; who opens the file with something else reads which sizes it takes, and what noise_level is.
    void onnx_ofAnySize_isProbedInTwo_andSaysWhatItTakes() {
        const TemporaryFolder folder;
        const LoadedModel model =
            smallModel("denoising", "unet",
                       {{"model.layers", {16, 16}}, {"model.blocks", 1}, {"model.noise_level", true}}, {1, 16, 8});
        const auto receipt = exportModel(model, "onnx", folder / "m.onnx", {}, *m_executor).value();
        QCOMPARE(receipt.otherProbeShape.value(), (Shape{2, 1, 20, 16}));
        QVERIFY(receipt.toText().find("and another size, [2, 1, 20, 16]") != std::string::npos);
        QCOMPARE(receipt.toJson()["other_probe_shape"], Json({2, 1, 20, 16}));
        const std::string file = readFile(folder / "m.onnx").value();
        for (const char* said : {"any multiples of 4", "Input noise_level [N, 1, H/2, W/2]: the standard deviation",
                                 "sigma on the 0-255 scale divided by 255", "hourglass_size_multiple"})
            QVERIFY2(file.find(said) != std::string::npos, said);
        const LoadedModel fixed = smallModel();
        const auto plain = exportModel(fixed, "onnx", folder / "p.onnx", {}, *m_executor).value();
        QVERIFY(!plain.otherProbeShape && !plain.toJson().contains("other_probe_shape"));
        QVERIFY(readFile(folder / "p.onnx").value().find("hourglass_size_multiple") == std::string::npos);
    }

    void load_checkpoint_averagedFirst() {
        const TemporaryFolder folder;
        const LoadedModel model = smallModel();
        writeCheckpoint(folder / "plain.safetensors", model, false);
        writeCheckpoint(folder / "averaged.safetensors", model, true);
        const auto plain = loadModel(folder / "plain.safetensors"),
                   averaged = loadModel(folder / "averaged.safetensors");
        QVERIFY(plain.ok() && averaged.ok());
        QCOMPARE(plain->kind, std::string("checkpoint"));
        QVERIFY(sameWeights(*plain->weights, *model.weights));
        QCOMPARE(averaged->weights->values("decoder.0.bias")[0], model.weights->values("decoder.0.bias")[0] + 1.0f);
    }

    void load_run_bestElseLast() {
        const TemporaryFolder folder;
        const auto run = folder / "run";
        std::filesystem::create_directories(run / "checkpoints");
        const auto none = loadModel(run);
        QVERIFY(!none && text(none.error()).contains("holds no run"));
        writeText(RunFolder::experimentPath(run), Experiment::create()->toText());
        QVERIFY(!loadModel(run).ok());
        writeCheckpoint(RunFolder::checkpoint(run, "last"), smallModel(), true);
        QCOMPARE(loadModel(run)->path, RunFolder::checkpoint(run, "last"));
        writeCheckpoint(RunFolder::checkpoint(run, "best"), smallModel(), false);
        QCOMPARE(loadModel(run)->path, RunFolder::checkpoint(run, "best"));
        QCOMPARE(loadModel(run)->kind, std::string("run"));
    }

    void load_otherThings_refusedWithReason() {
        const TemporaryFolder folder;
        QCOMPARE(loadModel(folder / "none").error().code(), ErrorCode::NotFound);
        writeText(folder / "note.txt", "a letter");
        QVERIFY(text(loadModel(folder / "note.txt").error()).contains("expected a run folder"));
        writeText(folder / "x.hourglass", Experiment::create()->toText());
        QVERIFY(text(loadModel(folder / "x.hourglass").error()).contains("not yet a model"));
        writeText(folder / "empty.onnx", "");
        QVERIFY(!loadModel(folder / "empty.onnx").ok());
        const Tensor tensor(Shape{2, 2});
        writeSafetensors(folder / "foreign.safetensors", {NamedTensorView::of("w", tensor)}).value();
        QVERIFY(text(loadModel(folder / "foreign.safetensors").error()).contains("no model that Hourglass wrote"));
        // A description that promises more than the file holds.
        writeSafetensors(
            folder / "liar.safetensors", {NamedTensorView::of("w", tensor)},
            {{kModelMetadataKey,
              describeModel(*smallModel({{"model.layers", Json({60000})}, {"model.code_size", 1000}}).model)}})
            .value();
        QVERIFY(text(loadModel(folder / "liar.safetensors").error()).contains("is missing"));
    }

    // Whatever is broken is refused or, where a flipped bit changed only a weight or a text, still loads; never worse.
    void load_brokenFiles_neverWorseThanRefused() {
        const TemporaryFolder folder;
        for (const Exporter& exporter : exporters()) {
            const auto whole = folder / std::string("whole").append(exporter.extension);
            const auto broken = folder / std::string("broken").append(exporter.extension);
            QVERIFY(exportModel(smallModel(), exporter.id, whole, {}, *m_executor).ok());
            const std::string content = readFile(whole).value();
            for (size_t length = 0; length < content.size(); length += 97) {
                std::filesystem::remove(broken); // replacing content would wait for the disk each time
                writeText(broken, content.substr(0, length));
                const auto loaded = loadModel(broken);
                QVERIFY2(!loaded, qPrintable(QString("%1 bytes loaded").arg(length)));
                QVERIFY(text(loaded.error()).contains("broken"));
            }
            for (size_t place = 0; place < content.size(); place += 3) {
                std::string flipped = content;
                flipped[place] = static_cast<char>(flipped[place] ^ (1 << (place % 8)));
                std::filesystem::remove(broken);
                writeText(broken, flipped);
                const auto loaded = loadModel(broken);
                if (!loaded)
                    QVERIFY(text(loaded.error()).contains("broken"));
            }
            QVERIFY(loadModel(whole).ok());
        }
    }
};

QTEST_GUILESS_MAIN(TestExport)
#include "tst_export.moc"
