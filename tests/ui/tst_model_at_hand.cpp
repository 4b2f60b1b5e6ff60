// Another model while pictures are being worked on: nothing waits for the old one's pass, and what is said of a model
// is said when it is there.

#include "tests/ui/WindowDriver.h"

#include "core/base/Random.h"
#include "core/data/ImageCodec.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/io/ExportModel.h"
#include "tests/support/SmallModels.h"
#include "ui/panels/ComparePage.h"
#include "ui/panels/DenoisePage.h"
#include "ui/panels/ModelChooser.h"
#include "ui/widgets/CompareImageView.h"
#include "ui/widgets/CompareView.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

LoadedModel unet(const Json& layers, uint64_t seed = 1) {
    return smallModel("denoising", "unet", {{"model.layers", layers}, {"model.blocks", 1}}, {1, 16, 16}, seed);
}

void drawTo(const std::filesystem::path& file, const Shape& shape) {
    Tensor pixels(shape);
    RandomStream(5).fillUniform(pixels.values());
    encodeImage(file, pixels).value();
}

struct Desk {
    WindowDriver driver;
    TrainingController& controller = driver.bench().controller();
    ReconstructionService& service = driver.bench().reconstruction();
    std::filesystem::path quick = driver.folder() / "quick.safetensors", bad = driver.folder() / "bad.onnx";
    std::filesystem::path picture = driver.folder() / "picture.png";
    int results = 0;

    // With a model at hand that is slow enough to be interrupted.
    explicit Desk(Qt::Key pageKey) {
        const LoadedModel slow = unet({160, 160});
        controller.setModel({slow.model, slow.weights, "/somewhere/slow.safetensors"});
        exportTo(quick, 2);
        writeText(bad, "no model");
        drawTo(picture, {1, 1500, 1500});
        driver.key(pageKey, Qt::AltModifier);
    }
    void exportTo(const std::filesystem::path& file, uint64_t seed) {
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        exportModel(unet({16}, seed), "safetensors", file, {}, *executor).value();
    }
    void drop(const std::filesystem::path& path, double place = 0.5) {
        QVERIFY(driver.drop(urlsOf({path}), {driver.window().width() * place, 300}));
    }
    QString note(const char* name = "About the picture") {
        return driver.has<QLabel>(name) ? driver.find<QLabel>(name)->text() : QString();
    }
    bool isDenoised() {
        return !driver.bench().denoiser().isBusy() && driver.find<QToolButton>("Save picture as")->isEnabled();
    }
};

} // namespace

class TestModelAtHand : public QObject {
    Q_OBJECT

private slots:
    void anotherModel_onCompare_doesNotWaitForThePicture() {
        Desk desk(Qt::Key_2);
        desk.drop(desk.picture);
        QObject::connect(&desk.service, &ReconstructionService::finished, &desk.driver.window(),
                         [&] { ++desk.results; });
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.has<QProgressBar>("Reconstruction progress"), kPatience);
        desk.drop(desk.quick); // read on the thread that works on the picture
        QCOMPARE(desk.results, 0);
        if (!desk.controller.openingModel().empty()) {
            QVERIFY2(desk.note().contains("opening quick.safetensors…"), qPrintable(desk.note()));
            QVERIFY2(!desk.driver.message().contains("is the model now"), qPrintable(desk.driver.message()));
        }
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.message().contains("quick.safetensors is the model now"), kPatience);
        QCOMPARE(desk.results, 0);
        QVERIFY(desk.controller.modelPath() == desk.quick);
        QTRY_VERIFY_WITH_TIMEOUT(!desk.service.isBusy(), kPatience);
        QCOMPARE(desk.results, 1);
    }

    void modelThatCannotBeRead_onCompare_givesThePictureBackToTheOldOne() {
        Desk desk(Qt::Key_2);
        desk.drop(desk.picture);
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.has<QProgressBar>("Reconstruction progress"), kPatience);
        desk.drop(desk.bad);
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.message().contains("bad.onnx"), kPatience);
        QVERIFY(desk.service.isBusy());
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.has<QProgressBar>("Reconstruction progress"), kPatience);
        const auto* after = desk.driver.window().findChild<ComparePage*>()->view()->pane(ComparePane::Reconstruction);
        QTRY_COMPARE_WITH_TIMEOUT(after->image().size(), QSize(1500, 1500), kPatience);
        QVERIFY2(!desk.driver.message().contains("is the model now"), qPrintable(desk.driver.message()));
    }

    // What is asked for meanwhile waits for the model that is being read.
    void pictureWhileAModelIsRead_isTheNewOnes() {
        Desk desk(Qt::Key_2);
        drawTo(desk.picture, {1, 30, 40});
        QSemaphore mayGoOn;
        desk.controller.postJob([&](Executor&) { mayGoOn.acquire(); });
        desk.drop(desk.quick);
        QVERIFY(!desk.controller.openingModel().empty());
        QObject::connect(&desk.service, &ReconstructionService::finished, &desk.driver.window(), [&] {
            ++desk.results;
            QVERIFY(desk.controller.modelPath() == desk.quick);
        });
        desk.drop(desk.picture);
        QVERIFY(desk.service.isBusy());
        QVERIFY2(!desk.driver.message().contains("is the model now"), qPrintable(desk.driver.message()));
        mayGoOn.release();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.service.isBusy(), kPatience);
        QCOMPARE(desk.results, 1);
    }

    // Denoise with the model at hand the same, for better and for worse.
    void anotherModel_onDenoise_doesNotWaitForThePicture() {
        Desk desk(Qt::Key_3);
        QSignalSpy finished(&desk.driver.bench().denoiser(), &DenoiseService::finished);
        desk.drop(desk.picture);
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.has<QProgressBar>("Denoising progress"), kPatience);
        desk.controller.openModel(desk.bad);
        QVERIFY(desk.driver.bench().denoiser().isBusy());
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.message().contains("bad.onnx"), kPatience);
        QVERIFY(desk.driver.bench().denoiser().isBusy() && finished.isEmpty());
        desk.controller.openModel(desk.quick);
        QTRY_VERIFY_WITH_TIMEOUT(desk.controller.modelPath() == desk.quick, kPatience);
        QVERIFY(finished.isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(desk.isDenoised(), kPatience);
        QVERIFY2(desk.note("About the result").contains("quick.safetensors"),
                 qPrintable(desk.note("About the result")));
        QCOMPARE(finished.count(), 1);
    }

    // A model file that has been written anew under its name: dropped or chosen again it is read again.
    void sameModelAgain_isReadAgain() {
        Desk desk(Qt::Key_3);
        drawTo(desk.picture, {1, 30, 40});
        desk.drop(desk.quick);
        desk.drop(desk.picture);
        const auto after = [&] {
            return desk.driver.window()
                .findChild<DenoisePage*>()
                ->findChild<CompareView*>()
                ->pane(ComparePane::Reconstruction)
                ->image();
        };
        QTRY_VERIFY_WITH_TIMEOUT(desk.isDenoised(), kPatience);
        const QImage first = after();
        desk.exportTo(desk.quick, 3);
        desk.drop(desk.quick);
        QTRY_VERIFY_WITH_TIMEOUT(desk.isDenoised() && after() != first, kPatience);
        const QImage second = after();

        desk.exportTo(desk.quick, 4);
        auto* models = desk.driver.find<ModelChooser>("Model");
        models->showPopup();
        QTest::keyClick(models->view(), Qt::Key_End);
        QTest::keyClick(models->view(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(models->findChild<QFileDialog*>() != nullptr, kPatience);
        auto* dialog = models->findChild<QFileDialog*>();
        dialog->setDirectory(toText(desk.driver.folder().path()));
        dialog->selectFile(toText(desk.quick));
        desk.driver.key(Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(desk.isDenoised() && after() != second, kPatience);
    }
};

QTEST_MAIN(TestModelAtHand)
#include "tst_model_at_hand.moc"
