// Whole pictures through a model in the background: what comes out, cancelling, overtaking, and while a run trains.

#include "core/analysis/NoiseLevel.h"
#include "core/base/Random.h"
#include "core/data/ImageCodec.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/inference/DenoiseImage.h"
#include "core/io/ExportModel.h"
#include "tests/bridge/Desk.h"
#include "tests/support/SmallModels.h"
#include "ui/bridge/DenoiseService.h"
#include "ui/bridge/Settings.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

Tensor noisyPicture(const Shape& shape, float sigma = 0.1f) {
    Tensor picture(shape);
    std::vector<float> noise(static_cast<size_t>(picture.elements()));
    RandomStream(5).fillNormal(noise);
    for (size_t i = 0; i < noise.size(); ++i)
        picture.data()[i] = std::clamp(0.5f + sigma * noise[i], 0.0f, 1.0f);
    return picture;
}

LoadedModel unet(bool wantsNoiseLevel = false) {
    return smallModel("denoising", "unet",
                      {{"model.layers", {16}},
                       {"model.blocks", 1},
                       {"model.noise_level", wantsNoiseLevel},
                       {"training.precision", "f32"}},
                      {1, 16, 16});
}

std::filesystem::path exported(const LoadedModel& model, const TemporaryFolder& folder, const char* name) {
    const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
    exportModel(model, "safetensors", folder / name, {}, *executor).value();
    return folder / name;
}

Tensor expected(const LoadedModel& model, const Tensor& picture, std::optional<float> level = {}) {
    const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
    ModelRunner runner(*executor, model.model, model.weights, applyingPrecision(model.model->options));
    return **denoiseImage(runner, picture, {.noiseLevel = level});
}

bool same(const Tensor& a, const Tensor& b) {
    return a.shape() == b.shape() && std::equal(a.values().begin(), a.values().end(), b.values().begin());
}

// The service at its controller, and what it says.
struct Bench {
    TemporaryFolder folder;
    ComputeThread compute;
    TrainingController controller{compute};
    DenoiseService service{controller};
    std::shared_ptr<const DenoisePicture> picture;
    std::vector<std::shared_ptr<const DenoisedPicture>> results;
    QStringList failures;

    Bench() {
        QObject::connect(&service, &DenoiseService::opened, &service, [this](auto opened) { picture = opened; });
        QObject::connect(&service, &DenoiseService::openFailed, &service, [this](auto text) { failures << text; });
        QObject::connect(&service, &DenoiseService::finished, &service, [this](auto done) { results.push_back(done); });
        QObject::connect(&service, &DenoiseService::failed, &service, [this](auto text) { failures << text; });
    }
    void open(const Tensor& pixels) {
        service.open({QStringLiteral("picture"), {}, [pixels] { return DecodedImage{pixels}; }});
        QTRY_VERIFY_WITH_TIMEOUT(picture != nullptr, kPatience);
    }
};

} // namespace

class TestDenoiseService : public QObject {
    Q_OBJECT

private slots:
    void file_isWhatDenoiseImageGives_andKeepsWhatItWas() {
        Bench bench;
        const Tensor pixels = noisyPicture({3, 37, 51});
        encodeImage(bench.folder / "picture.png", pixels, {.bitDepth = 16}).value();
        bench.service.open(pictureFile(bench.folder / "picture.png"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.picture != nullptr, kPatience);
        QCOMPARE(bench.picture->bitDepth, 16);
        QVERIFY(bench.picture->format == ImageFormat::Png);
        QVERIFY(std::abs(bench.picture->noise - 0.1f) < 0.01f);
        const LoadedModel model = unet();
        QVERIFY(
            bench.service.start({.picture = bench.picture, .model = exported(model, bench.folder, "m.safetensors")}));
        QVERIFY(bench.service.isBusy());
        QTRY_COMPARE_WITH_TIMEOUT(bench.results.size(), size_t{1}, kPatience);
        QVERIFY(!bench.service.isBusy());
        const DenoisedPicture& done = *bench.results.front();
        QVERIFY(same(done.pixels, expected(model, bench.picture->pixels)));
        QVERIFY(done.model.takesAnySize && !done.model.wantsNoiseLevel);
        QCOMPARE(done.noise, estimateNoiseLevel(done.pixels));
        // And written as it came.
        QSignalSpy saved(&bench.service, &DenoiseService::saved);
        bench.service.save(bench.results.front(), bench.folder / "out.tif", {.bitDepth = 16});
        QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, kPatience);
        QCOMPARE(decodeImage(bench.folder / "out.tif").value().bitDepth, 16);
        QSignalSpy saveFailed(&bench.service, &DenoiseService::saveFailed);
        bench.service.save(bench.results.front(), bench.folder / "no/such/folder/out.png", {});
        QTRY_COMPARE_WITH_TIMEOUT(saveFailed.count(), 1, kPatience);
        QVERIFY(saveFailed[0][0].toString().contains("no/such/folder"));
    }

    void noiseLevel_isEstimated_orAsGiven() {
        Bench bench;
        bench.open(noisyPicture({1, 32, 32}));
        const LoadedModel model = unet(true);
        const std::filesystem::path file = exported(model, bench.folder, "m.safetensors");
        for (const std::optional<float> level : {std::optional<float>(), std::optional(0.3f)}) {
            bench.results.clear();
            QVERIFY(bench.service.start({.picture = bench.picture, .model = file, .noiseLevel = level}));
            QTRY_COMPARE_WITH_TIMEOUT(bench.results.size(), size_t{1}, kPatience);
            const float told = level.value_or(bench.picture->noise);
            QCOMPARE(bench.results[0]->noiseLevel, told);
            QVERIFY(bench.results[0]->model.wantsNoiseLevel);
            QVERIFY(same(bench.results[0]->pixels, expected(model, bench.picture->pixels, told)));
        }
    }

    void hostileFile_missingModel_andModelOfTables_sayWhy() {
        Bench bench;
        writeText(bench.folder / "bad.png", "\x89PNG\r\n\x1a\nrubbish");
        bench.service.open(pictureFile(bench.folder / "bad.png"));
        QTRY_COMPARE_WITH_TIMEOUT(bench.failures.size(), 1, kPatience);
        QVERIFY2(bench.failures[0].contains("bad.png"), qPrintable(bench.failures[0]));
        bench.open(noisyPicture({1, 16, 16}));
        QVERIFY(!bench.service.start({.picture = bench.picture})); // there is no model at hand
        QVERIFY(!bench.service.isBusy());
        QVERIFY(bench.service.start({.picture = bench.picture, .model = bench.folder / "missing.onnx"}));
        QTRY_COMPARE_WITH_TIMEOUT(bench.failures.size(), 2, kPatience);
        QVERIFY2(bench.failures[1].contains("missing.onnx"), qPrintable(bench.failures[1]));
        const LoadedModel table = smallModel("undercomplete", "dense", {{"model.layers", {7}}}, {13});
        QVERIFY(
            bench.service.start({.picture = bench.picture, .model = exported(table, bench.folder, "t.safetensors")}));
        QTRY_COMPARE_WITH_TIMEOUT(bench.failures.size(), 3, kPatience);
        QVERIFY2(bench.failures[2].contains("[13]"), qPrintable(bench.failures[2]));
        QVERIFY(bench.results.empty());
    }

    // Of a cancelled request nothing is heard, and the next one is not disturbed; the latest of many wins.
    void cancelAndOvertake_leaveNothing() {
        Bench bench;
        bench.open(noisyPicture({1, 700, 700}));
        const std::filesystem::path file = exported(unet(), bench.folder, "m.safetensors");
        bool hasBegun = false;
        const auto began = QObject::connect(&bench.service, &DenoiseService::modelKnown, &bench.service, [&] {
            hasBegun = true;
            bench.service.cancel(); // in the middle of it
        });
        QVERIFY(bench.service.start({.picture = bench.picture, .model = file}));
        QTRY_VERIFY_WITH_TIMEOUT(hasBegun, kPatience);
        QVERIFY(!bench.service.isBusy());
        QObject::disconnect(began);
        const auto small = std::make_shared<DenoisePicture>();
        small->pixels = noisyPicture({1, 20, 24});
        for (int i = 0; i < 5; ++i)
            QVERIFY(bench.service.start({.picture = bench.picture, .model = file}));
        QVERIFY(bench.service.start({.picture = small, .model = file}));
        QTRY_VERIFY_WITH_TIMEOUT(!bench.service.isBusy(), kPatience);
        QCOMPARE(bench.results.size(), size_t{1});
        QVERIFY(bench.results[0]->before == small);
        QVERIFY(bench.failures.isEmpty());
    }

    void whileTraining_worksBetweenSteps_withTheRunsModelAndAnother() {
        Bench bench;
        bench.controller.start(smallRequest(bench.folder / "run", kEndless));
        bench.open(noisyPicture({1, 20, 24}));
        QVERIFY(bench.service.start({.picture = bench.picture}));
        QTRY_COMPARE_WITH_TIMEOUT(bench.results.size(), size_t{1}, kPatience);
        QVERIFY(!bench.results[0]->model.takesAnySize);
        QCOMPARE(bench.results[0]->model.sampleShape, (Shape{1, 6, 6}));
        const LoadedModel other = unet();
        QVERIFY(
            bench.service.start({.picture = bench.picture, .model = exported(other, bench.folder, "m.safetensors")}));
        QTRY_COMPARE_WITH_TIMEOUT(bench.results.size(), size_t{2}, kPatience);
        QVERIFY(same(bench.results[1]->pixels, expected(other, bench.picture->pixels)));
        QVERIFY(bench.controller.isActive());
        // Asked for while the run ends: by the model that it leaves.
        QVERIFY(bench.service.start({.picture = bench.picture}));
        bench.controller.stop();
        QTRY_COMPARE_WITH_TIMEOUT(bench.results.size(), size_t{3}, kPatience);
        QVERIFY(bench.failures.isEmpty());
    }

    void destroyedInTheMiddle_doesNotWaitForThePicture() {
        TemporaryFolder folder;
        const std::filesystem::path file = exported(unet(), folder, "m.safetensors");
        ComputeThread compute;
        auto controller = std::make_unique<TrainingController>(compute);
        auto service = std::make_unique<DenoiseService>(*controller);
        auto picture = std::make_shared<DenoisePicture>();
        picture->pixels = noisyPicture({1, 600, 600});
        controller->start(smallRequest(folder / "run", kEndless));
        QSignalSpy began(service.get(), &DenoiseService::modelKnown);
        QVERIFY(service->start({.picture = picture, .model = file}));
        QTRY_COMPARE_WITH_TIMEOUT(began.count(), 1, kPatience);
        service.reset();
        controller.reset();
    }
};

QTEST_GUILESS_MAIN(TestDenoiseService)
#include "tst_denoise_service.moc"
