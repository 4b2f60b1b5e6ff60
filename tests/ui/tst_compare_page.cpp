// The Compare page with dropped pictures: what is said of how the model took them, and of those that take long.

#include "tests/ui/WindowDriver.h"

#include "core/data/ImageCodec.h"
#include "tests/support/SmallModels.h"
#include "ui/panels/ComparePage.h"
#include "ui/widgets/CompareImageView.h"
#include "ui/widgets/CompareView.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

// A window on the Compare page, with a U-Net for gray pictures at hand.
struct Page {
    WindowDriver driver;
    ComparePage* page = driver.window().findChild<ComparePage*>();

    explicit Page(const Json& layers = {16}) {
        driver.key(Qt::Key_2, Qt::AltModifier);
        const LoadedModel model =
            smallModel("denoising", "unet", {{"model.layers", layers}, {"model.blocks", 1}}, {1, 16, 16});
        driver.bench().controller().setModel({model.model, model.weights});
    }
    void drop(const Shape& shape, const char* name = "picture.png") {
        encodeImage(driver.folder() / name, Tensor(shape)).value();
        QVERIFY(driver.drop({QUrl::fromLocalFile(toText(driver.folder() / name))},
                            QPointF(driver.window().width() / 2.0, 300)));
    }
    QString note() {
        return driver.has<QLabel>("About the picture") ? driver.find<QLabel>("About the picture")->text() : QString();
    }
    QImage image(ComparePane pane) { return page->view()->pane(pane)->image(); }
    bool isWorking() { return page->findChild<QProgressBar*>()->isVisible(); }
};

} // namespace

class TestComparePage : public QObject {
    Q_OBJECT

private slots:
    void picture_saysThatItWentInTiles_andHowItsChannels() {
        Page page;
        page.drop({3, 70, 50});
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("in tiles"), qPrintable(page.note()), kPatience);
        QVERIFY2(page.note().contains("red, green and blue one by one"), qPrintable(page.note()));
        page.drop({1, 30, 40}, "gray.png");
        QTRY_COMPARE_WITH_TIMEOUT(page.image(ComparePane::Reconstruction).size(), QSize(40, 30), kPatience);
        QVERIFY2(page.note().contains("in tiles") && !page.note().contains("red"), qPrintable(page.note()));
        page.drop({1, 16, 16}, "sample.png"); // the model's own size
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("as it is"), qPrintable(page.note()), kPatience);
    }

    // With a model and without one; pasted pictures lose it as files do.
    void transparency_isSaidToBeLeftOut() {
        Page page;
        QImage image(40, 30, QImage::Format_ARGB32);
        image.fill(QColor(0, 90, 90, 128));
        QVERIFY(image.save(toText(page.driver.folder() / "clear.png")));
        page.driver.drop(urlsOf({page.driver.folder() / "clear.png"}), {page.driver.window().width() / 2.0, 300});
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("in tiles"), qPrintable(page.note()), kPatience);
        QVERIFY2(page.note().contains("transparency is left out"), qPrintable(page.note()));
        page.drop({3, 30, 40}, "solid.png");
        QTRY_COMPARE_WITH_TIMEOUT(page.driver.find<QLabel>("Name of the picture")->text(), QString("solid.png"),
                                  kPatience);
        QVERIFY2(!page.note().contains("transparency"), qPrintable(page.note()));
        page.driver.bench().newExperiment("sample"); // and no model
        auto carried = std::make_unique<QMimeData>();
        carried->setImageData(image);
        page.driver.paste(std::move(carried));
        QVERIFY2(page.note().contains("transparency is left out"), qPrintable(page.note()));
    }

    // The picture alone meanwhile, with rate and time; Esc leaves the work, not the page; the key starts again.
    void largePicture_tellsHowFarItIs_andIsCancelled() {
        Page page({64, 64});
        page.drop({3, 1500, 1500});
        QTRY_VERIFY_WITH_TIMEOUT(page.isWorking(), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.find<QLabel>("Remaining time")->text().contains("MP/s"), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(page.image(ComparePane::Original).size(), QSize(1500, 1500), kPatience);
        QVERIFY(page.image(ComparePane::Reconstruction).isNull());
        page.driver.key(Qt::Key_Escape);
        QVERIFY(!page.isWorking() && page.page->isVisible());
        QVERIFY2(page.note().contains("cancelled"), qPrintable(page.note()));
        QTRY_VERIFY_WITH_TIMEOUT(!page.driver.bench().reconstruction().isBusy(), kPatience);
        QVERIFY(!page.isWorking());

        page.driver.key(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(page.isWorking(), kPatience);
        page.driver.click(page.driver.find<QToolButton>("Cancel"));
        QVERIFY2(page.note().contains("cancelled"), qPrintable(page.note()));
        page.driver.click(page.driver.find<QToolButton>("Reconstruct again"));
        QTRY_VERIFY_WITH_TIMEOUT(page.isWorking(), kPatience);
        page.drop({1, 20, 30}, "small.png"); // another one stops it
        QTRY_COMPARE_WITH_TIMEOUT(page.image(ComparePane::Reconstruction).size(), QSize(30, 20), kPatience);
        QVERIFY(!page.isWorking());
        QVERIFY2(!page.note().contains("cancelled"), qPrintable(page.note()));
    }

    void opening_isSaid_ofPicturesAndModels() {
        Page page;
        page.page->showOpening(QStringLiteral("slow.png"));
        QVERIFY2(page.note().contains("opening slow.png…"), qPrintable(page.note()));
        page.page->showOpening({});
        QVERIFY2(!page.note().contains("opening"), qPrintable(page.note()));
        page.driver.bench().controller().openModel(page.driver.folder() / "gone.safetensors");
        QVERIFY2(page.note().contains("opening gone.safetensors…"), qPrintable(page.note()));
        QTRY_VERIFY_WITH_TIMEOUT(!page.driver.message().isEmpty(), kPatience);
        QVERIFY2(!page.note().contains("opening"), qPrintable(page.note()));
        writeText(page.driver.folder() / "bad.png", "no picture");
        page.driver.drop({QUrl::fromLocalFile(toText(page.driver.folder() / "bad.png"))},
                         QPointF(page.driver.window().width() / 2.0, 300));
        QVERIFY2(!page.note().contains("opening"), qPrintable(page.note()));
    }

    // Between its steps, which wait meanwhile.
    void largePicture_followsATraining() {
        Page page;
        page.driver.bench().newExperiment("photos-unet");
        useSmall(page.driver, {{"training.epochs", 100000}});
        page.driver.key(Qt::Key_F5);
        const TrainingController& controller = page.driver.bench().controller();
        QTRY_VERIFY_WITH_TIMEOUT(controller.snapshot() && controller.snapshot()->step > 3, kPatience);
        page.driver.key(Qt::Key_2, Qt::AltModifier);
        page.drop({3, 1500, 1500});
        QTRY_COMPARE_WITH_TIMEOUT(page.image(ComparePane::Reconstruction).size(), QSize(1500, 1500), kPatience);
        page.driver.key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(page.driver), kPatience);
    }
};

QTEST_MAIN(TestComparePage)
#include "tst_compare_page.moc"
