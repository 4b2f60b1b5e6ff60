// Another model is read while a picture is being worked on with the one at hand: it does not wait for that picture,
// which is then asked of whichever model is at hand.

#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/io/ExportModel.h"
#include "tests/bridge/Desk.h"
#include "tests/support/SmallModels.h"
#include "ui/bridge/DenoiseService.h"
#include "ui/bridge/ReconstructionService.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

LoadedModel unet() {
    return smallModel("denoising", "unet", {{"model.layers", {16}}, {"model.blocks", 1}}, {1, 16, 16});
}

struct Bench {
    TemporaryFolder folder;
    ComputeThread compute;
    TrainingController controller{compute};
    ReconstructionService reconstruction{controller};
    DenoiseService denoiser{controller};
    std::filesystem::path good = folder / "good.safetensors", bad = folder / "bad.onnx";
    std::shared_ptr<const Tensor> picture = std::make_shared<const Tensor>(Shape{3, 1300, 1300});
    std::vector<std::filesystem::path> answers; // by the model that was at hand then

    Bench() {
        const LoadedModel model = unet();
        controller.setModel({model.model, model.weights, "old"});
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        exportModel(model, "safetensors", good, {}, *executor).value();
        writeText(bad, "no model");
        const auto note = [this] { answers.push_back(controller.modelPath()); };
        QObject::connect(&reconstruction, &ReconstructionService::finished, &controller, note);
        QObject::connect(&denoiser, &DenoiseService::finished, &controller, note);
    }
    // Either of the two services begins, and has told that it works on it.
    void begin(bool isDenoising) {
        QSignalSpy compared(&reconstruction, &ReconstructionService::progressed);
        QSignalSpy denoised(&denoiser, &DenoiseService::modelKnown);
        if (isDenoising) {
            auto noisy = std::make_shared<DenoisePicture>();
            noisy->pixels = *picture;
            QVERIFY(denoiser.start({.picture = noisy}));
        } else {
            QVERIFY(reconstruction.request({.picture = picture}) > 0);
        }
        QTRY_VERIFY_WITH_TIMEOUT(!compared.isEmpty() || !denoised.isEmpty(), kPatience);
        QVERIFY(answers.empty());
    }
    bool isBusy() const { return reconstruction.isBusy() || denoiser.isBusy(); }
};

} // namespace

class TestAnotherModel : public QObject {
    Q_OBJECT

    static void addServices() {
        QTest::addColumn<bool>("isDenoising");
        QTest::newRow("reconstruction") << false;
        QTest::newRow("denoising") << true;
    }

private slots:
    void good_answers_data() { addServices(); }
    void good_answers() {
        QFETCH(bool, isDenoising);
        Bench bench;
        bench.begin(isDenoising);
        bench.controller.openModel(bench.good);
        QVERIFY(bench.isBusy());
        QTRY_VERIFY_WITH_TIMEOUT(bench.controller.modelPath() == bench.good, kPatience);
        QVERIFY(bench.answers.empty());
        QTRY_VERIFY_WITH_TIMEOUT(!bench.isBusy(), kPatience);
        QVERIFY(bench.answers == std::vector{bench.good});
    }

    void bad_givesItBackToTheOldOne_data() { addServices(); }
    void bad_givesItBackToTheOldOne() {
        QFETCH(bool, isDenoising);
        Bench bench;
        bench.begin(isDenoising);
        QSignalSpy failed(&bench.controller, &TrainingController::modelFailed);
        bench.controller.openModel(bench.bad);
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        QVERIFY(bench.isBusy() && bench.answers.empty());
        QTRY_VERIFY_WITH_TIMEOUT(!bench.isBusy(), kPatience);
        QVERIFY(bench.answers == std::vector{std::filesystem::path("old")});
    }

    // Cancelled while the model is read: nothing is heard of it.
    void cancelled_staysSo_data() { addServices(); }
    void cancelled_staysSo() {
        QFETCH(bool, isDenoising);
        Bench bench;
        bench.begin(isDenoising);
        bench.controller.openModel(bench.good);
        bench.reconstruction.cancel();
        bench.denoiser.cancel();
        QTRY_VERIFY_WITH_TIMEOUT(bench.controller.modelPath() == bench.good && !bench.isBusy(), kPatience);
        QVERIFY(bench.answers.empty());
    }
};

QTEST_GUILESS_MAIN(TestAnotherModel)
#include "tst_another_model.moc"
