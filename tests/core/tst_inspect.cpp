// What inspectFile() says of each kind of file, and what it refuses.

#include <QtTest>

#include "core/data/ImageCodec.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/formats/Npy.h"
#include "core/formats/Safetensors.h"
#include "core/io/ExportModel.h"
#include "core/io/Inspect.h"
#include "core/training/Checkpoint.h"
#include "core/training/Experiment.h"
#include "core/training/ModelMetadata.h"
#include "core/training/RunFolder.h"
#include "tests/support/SmallModels.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

QString text(const Error& error) {
    return QString::fromStdString(error.message());
}

Json inspected(const std::filesystem::path& path) {
    Result<Json> json = inspectFile(path);
    if (!json)
        qWarning("%s", json.error().message().c_str());
    return json ? *json : Json::object();
}

void writeCheckpoint(const std::filesystem::path& path) {
    const LoadedModel model = smallModel();
    std::vector<NamedTensorView> tensors;
    appendArena(tensors, "", model.weights->layout(), model.weights->arena());
    appendArena(tensors, "optimizer.m.", model.weights->layout(), model.weights->arena());
    writeSafetensors(path, tensors, {{kModelMetadataKey, describeModel(*model.model)}, {kStateMetadataKey, "{}"}})
        .value();
}

} // namespace

class TestInspect : public QObject {
    Q_OBJECT

private slots:
    void npy_shapeTypeAndNumbers() {
        const TemporaryFolder folder;
        const std::vector<float> values = {0.0f, 0.25f, -1.0f, 3.0f, std::numeric_limits<float>::quiet_NaN(), 0.25f};
        writeNpy(folder / "a.npy", Tensor(Shape{2, 3}, values)).value();
        const Json json = inspected(folder / "a.npy");
        QCOMPARE(json["kind"], Json("npy"));
        QCOMPARE(json["shape"], Json({2, 3}));
        QCOMPARE(json["dtype"], Json("float32"));
        QCOMPARE(json["min"], Json(-1.0));
        QCOMPARE(json["max"], Json(3.0));
        QCOMPARE(json["mean"], Json(0.5));
        QCOMPARE(json["not_finite"], Json(1));
        QCOMPARE(json["bytes"].get<uint64_t>(), std::filesystem::file_size(folder / "a.npy"));
    }

    void idx_bytesAsTheyAre() {
        const TemporaryFolder folder;
        writeText(folder / "images", std::string("\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x02\x01\x02\x03\xff", 20));
        const Json json = inspected(folder / "images");
        QCOMPARE(json["kind"], Json("idx"));
        QCOMPARE(json["shape"], Json({2, 1, 2}));
        QCOMPARE(json["dtype"], Json("uint8"));
        QCOMPARE(json["max"], Json(255.0));
    }

    void pictures_aloneAndInFolder() {
        const TemporaryFolder folder;
        std::filesystem::create_directories(folder / "set" / "cats");
        for (const char* name : {"set/cats/1.png", "set/cats/2.png"})
            encodeImage(folder / name, Tensor(Shape{3, 8, 9})).value();
        writeText(folder / "set" / "cats" / "broken.png", "\x89PNG\r\n\x1a\n and no more");
        const Json picture = inspected(folder / "set/cats/1.png");
        QCOMPARE(picture["kind"], Json("image"));
        QCOMPARE(picture["shape"], Json({3, 8, 9}));
        QCOMPARE(picture["format"], Json("PNG"));
        const Json set = inspected(folder / "set");
        QCOMPARE(set["kind"], Json("folder"));
        QCOMPARE(set["samples"], Json(2));
        QCOMPARE(set["shape"], Json({2, 3, 8, 9}));
        QCOMPARE(set["skipped_count"], Json(1));
        QVERIFY(!inspectFile(folder / "set/cats/broken.png").ok());
    }

    void models_everyFormat_described() {
        const TemporaryFolder folder;
        const auto executor = makeOneDnnExecutor();
        for (const Exporter& exporter : exporters()) {
            const auto path = folder / std::string("m").append(exporter.extension);
            QVERIFY(exportModel(smallModel(), exporter.id, path, {}, *executor).ok());
            const Json json = inspected(path);
            QCOMPARE(json["kind"], Json(exporter.id));
            QCOMPARE(json["shape"], Json({1, 6, 5}));
            QCOMPARE(json["code_size"], Json(3));
            QCOMPARE(json["compression_ratio"], Json(10.0));
            QCOMPARE(json["parameters"].get<int64_t>(), smallModel().model->layout->parameterCount());
            QCOMPARE(json["tensors"].size(), size_t{12});
            QCOMPARE(json["tensors"][0]["dtype"], Json("float32"));
            QVERIFY(json["tensors"][0]["max"].get<double>() > 0);
            QCOMPARE(json["options"]["model.layers"], Json({7, 5}));
        }
        QCOMPARE(inspected(folder / "m.onnx")["ops"]["Gemm"], Json(6));
        QVERIFY(exportModel(smallModel(), "onnx", folder / "d.onnx", {.part = ModelPart::Decoder}, *executor).ok());
        QCOMPARE(inspected(folder / "d.onnx")["part"], Json("decoder"));
        QCOMPARE(inspected(folder / "d.onnx")["inputs"][0]["shape"], Json({"N", 3}));
    }

    void runAndCheckpoint_described() {
        const TemporaryFolder folder;
        std::filesystem::create_directories(folder / "run" / "checkpoints");
        writeText(RunFolder::experimentPath(folder / "run"), Experiment::create()->toText());
        QCOMPARE(inspected(folder / "run")["checkpoints"], Json::array());
        writeCheckpoint(RunFolder::checkpoint(folder / "run", "last"));
        const Json checkpoint = inspected(RunFolder::checkpoint(folder / "run", "last"));
        QCOMPARE(checkpoint["kind"], Json("checkpoint"));
        QCOMPARE(checkpoint["tensors"].size(), size_t{12});
        QCOMPARE(checkpoint["training_state"]["tensors"], Json(12));
        QCOMPARE(checkpoint["training_state"]["values"], checkpoint["parameters"]);
        QCOMPARE(checkpoint["training_state"]["not_finite"], Json(0));
        const Json run = inspected(folder / "run");
        QCOMPARE(run["kind"], Json("run"));
        QCOMPARE(run["shape"], Json({1, 6, 5}));
        QCOMPARE(run["checkpoints"], Json({"last"}));
        QCOMPARE(run["training_state"], checkpoint["training_state"]);
    }

    void experiment_withAndWithoutItsData() {
        const TemporaryFolder folder;
        Experiment experiment = Experiment::create().value();
        experiment.save(folder / "a.hourglass").value();
        const Json json = inspected(folder / "a.hourglass");
        QCOMPARE(json["kind"], Json("experiment"));
        QCOMPARE(json["options"]["model.family"], Json("undercomplete"));
        QVERIFY(json["shape"].is_array());
        experiment.set("data.source", "folder:gone").value();
        experiment.save(folder / "b.hourglass").value();
        QVERIFY(inspected(folder / "b.hourglass")["data_problem"].is_string());
    }

    void experiment_anyName_knownByItsContent() {
        const TemporaryFolder folder;
        Experiment::create()->save(folder / "copy").value();
        QCOMPARE(inspected(folder / "copy")["kind"], Json("experiment"));
        writeText(folder / "other.json", "{\"hourglass\": 1}");
        QCOMPARE(inspectFile(folder / "other.json").error().code(), ErrorCode::Unsupported);
    }

    void askedToStop_givesNull() {
        const TemporaryFolder folder;
        Experiment::create()->save(folder / "a.hourglass").value();
        writeCheckpoint(folder / "c.safetensors");
        std::filesystem::create_directory(folder / "set");
        encodeImage(folder / "set/1.png", Tensor(Shape{3, 8, 9})).value();
        std::stop_source stop;
        stop.request_stop();
        for (const char* name : {"a.hourglass", "c.safetensors", "set"})
            QVERIFY2(inspectFile(folder / name, stop.get_token()).value().is_null(), name);
    }

    void foreignTensors_listed() {
        const TemporaryFolder folder;
        const Tensor tensor(Shape{2, 5});
        writeSafetensors(folder / "one.safetensors", {NamedTensorView::of("w", tensor)}).value();
        const Json json = inspected(folder / "one.safetensors");
        QCOMPARE(json["kind"], Json("safetensors"));
        QCOMPARE(json["shape"], Json({2, 5}));
        QCOMPARE(json["tensors"][0]["name"], Json("w"));
    }

    void otherThings_refusedWithWhatWasExpected() {
        const TemporaryFolder folder;
        QCOMPARE(inspectFile(folder / "none").error().code(), ErrorCode::NotFound);
        writeText(folder / "letter.txt", "Dear reader");
        QVERIFY(text(inspectFile(folder / "letter.txt").error()).contains("expected a folder of pictures"));
        writeText(folder / "empty", "");
        QVERIFY(!inspectFile(folder / "empty").ok());
        std::filesystem::create_directories(folder / "bare");
        QVERIFY(!inspectFile(folder / "bare").ok());
        writeText(folder / "bad.hourglass", "{\"hourglass_experiment\": 99}");
        QVERIFY(text(inspectFile(folder / "bad.hourglass").error()).contains("bad.hourglass"));
    }
};

QTEST_GUILESS_MAIN(TestInspect)
#include "tst_inspect.moc"
