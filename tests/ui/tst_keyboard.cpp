// Who has the keyboard: what comes late, and controls that go by themselves, take it from nobody.

#include "tests/ui/WindowDriver.h"

#include "core/data/ImageCodec.h"
#include "tests/support/SmallModels.h"
#include "ui/DropRouter.h"
#include "ui/panels/ComparePage.h"
#include "ui/panels/DenoisePage.h"
#include "ui/panels/WorkBar.h"
#include "ui/widgets/CompareView.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

const Shape kSlow{1, 1200, 1200}; // long enough for a bar

struct Desk {
    WindowDriver driver;
    ComparePage* compare = driver.window().findChild<ComparePage*>();
    DenoisePage* denoise = driver.window().findChild<DenoisePage*>();
    ReconstructionService& service = driver.bench().reconstruction();

    // With a U-Net at hand that takes its time over large pictures.
    explicit Desk(Qt::Key pageKey) {
        const LoadedModel model =
            smallModel("denoising", "unet", {{"model.layers", {160, 160}}, {"model.noise_level", true}}, {1, 16, 16});
        driver.bench().controller().setModel({model.model, model.weights});
        driver.key(pageKey, Qt::AltModifier);
    }
    void drop(const Shape& shape, const char* name = "picture.png") {
        encodeImage(driver.folder() / name, Tensor(shape)).value();
        QVERIFY(driver.drop(urlsOf({driver.folder() / name}), {driver.window().width() / 2.0, 300}));
    }
    QString result() {
        return driver.has<QLabel>("About the result") ? driver.find<QLabel>("About the result")->text() : QString();
    }
    bool isDenoised() { return !driver.bench().denoiser().isBusy() && result().contains("noise about"); }
    static bool isFocusIn(const QWidget* whole) { return whole->isAncestorOf(QApplication::focusWidget()); }
    static CompareView* viewOf(QWidget* page) { return page->findChild<CompareView*>(); }
};

// A page that works with the model of a small run, and on the compute thread somebody who takes his time.
struct ModelDesk {
    WindowDriver driver;
    QSemaphore mayGoOn;
    QWidget* page = nullptr;

    explicit ModelDesk(Qt::Key pageKey) {
        useSmall(driver, {{"training.epochs", 1}, {"model.code_size", 6}});
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(driver) && driver.bench().controller().hasModel(), kPatience);
        driver.key(pageKey, Qt::AltModifier);
        page = driver.window().findChild<QTabWidget*>()->currentWidget();
        QTRY_VERIFY_WITH_TIMEOUT(!isBusy(), kPatience); // some begin by themselves
        driver.bench().controller().postJob([this](Executor&) { mayGoOn.acquire(); });
    }
    ~ModelDesk() { mayGoOn.release(); }
    bool isBusy() { return page->findChild<WorkBar*>()->isActive(); }
    bool isFocusOn(const QString& name) {
        const QWidget* focused = QApplication::focusWidget();
        return focused != nullptr && focused->accessibleName() == name;
    }
};

PictureSource slowPicture(QSemaphore& mayRead, const Shape& shape = {1, 50, 60}) {
    return {QStringLiteral("slow.png"), {}, [&mayRead, shape] {
                mayRead.acquire();
                return Result<DecodedImage>(DecodedImage{Tensor(shape)});
            }};
}

} // namespace

class TestKeyboard : public QObject {
    Q_OBJECT

private slots:
    // Somebody drops a photograph on Compare and goes on elsewhere while it is being read.
    void picture_thatComesLate_flipsNoPage() {
        Desk desk(Qt::Key_1);
        const std::filesystem::path file = desk.driver.folder() / "large.png";
        encodeImage(file, Tensor(Shape{3, 4000, 6000})).value();
        QVERIFY(desk.driver.letFall({file}, {desk.driver.window().width() / 2.0, 300}));
        QTRY_VERIFY_WITH_TIMEOUT(desk.compare->isVisible(), kPatience);
        desk.driver.key(Qt::Key_1, Qt::AltModifier);
        auto* rate = desk.driver.find<QLineEdit>("Learning rate");
        rate->setFocus();
        desk.driver.key(Qt::Key_A, Qt::ControlModifier);
        desk.driver.type("2e");
        QVERIFY(desk.driver.waitForRouter());
        desk.driver.type("-4");
        QCOMPARE(QApplication::focusWidget(), rate);
        QVERIFY(!desk.compare->isVisible());
        QCOMPARE(rate->text(), QString("2e-4"));
        desk.driver.key(Qt::Key_2, Qt::AltModifier);
        QCOMPARE(desk.driver.find<QLabel>("Name of the picture")->text(), QString("large.png"));
    }

    // And what was being made of the picture before is not taken for that of the new one.
    void picture_thatComesWhileThePageIsHidden_hasItsOwnResult() {
        Desk desk(Qt::Key_2);
        bool isMixedUp = false;
        const Shape first{1, 2000, 2000};
        QObject::connect(&desk.service, &ReconstructionService::finished, desk.compare,
                         [&](const std::shared_ptr<const Reconstruction>& result) {
                             isMixedUp = isMixedUp || result->original.shape() == first;
                         });
        desk.drop(first);
        QVERIFY(desk.service.isBusy());
        encodeImage(desk.driver.folder() / "large.png", Tensor(Shape{3, 4000, 6000})).value();
        QSignalSpy opening(desk.driver.window().findChild<DropRouter*>(), &DropRouter::pictureOpening);
        QVERIFY(desk.driver.letFall({desk.driver.folder() / "large.png"}, {desk.driver.window().width() / 2.0, 300}));
        QTRY_VERIFY_WITH_TIMEOUT(!opening.isEmpty(), kPatience);
        desk.driver.key(Qt::Key_1, Qt::AltModifier);
        QVERIFY(desk.driver.waitForRouter());
        QVERIFY(!desk.compare->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!desk.service.isBusy(), kPatience);
        QVERIFY(!isMixedUp);
    }

    void picture_thatComesLateOnDenoise_leavesTheFieldOfADock() {
        Desk desk(Qt::Key_3);
        QSemaphore mayRead;
        desk.denoise->open(slowPicture(mayRead));
        auto* rate = desk.driver.find<QLineEdit>("Learning rate");
        rate->setFocus();
        mayRead.release();
        QTRY_VERIFY_WITH_TIMEOUT(desk.isDenoised(), kPatience);
        QCOMPARE(QApplication::focusWidget(), rate);
        desk.driver.key(Qt::Key_3, Qt::AltModifier);
        QVERIFY(Desk::isFocusIn(Desk::viewOf(desk.denoise)));
        desk.denoise->open(slowPicture(mayRead));
        mayRead.release();
        QTRY_VERIFY_WITH_TIMEOUT(desk.isDenoised(), kPatience);
        QVERIFY(Desk::isFocusIn(Desk::viewOf(desk.denoise)));
    }

    // The first picture takes the place of the button that had the focus: then the view has it.
    void firstPictureOnDenoise_isThereForTheKeys() {
        Desk desk(Qt::Key_3);
        QCOMPARE(QApplication::focusWidget(), desk.driver.find<QPushButton>("Open a picture"));
        desk.drop({1, 50, 60});
        QTRY_VERIFY_WITH_TIMEOUT(desk.isDenoised(), kPatience);
        QVERIFY(Desk::isFocusIn(Desk::viewOf(desk.denoise)));
    }

    // Its Cancel has the focus when the work is done: the picture gets it, not whatever comes next in the window.
    void workThatEndsByItself_handsTheKeyboardToThePicture_data() {
        QTest::addColumn<bool>("isForDenoise");
        QTest::newRow("Compare") << false;
        QTest::newRow("Denoise") << true;
    }
    void workThatEndsByItself_handsTheKeyboardToThePicture() {
        QFETCH(bool, isForDenoise);
        Desk desk(isForDenoise ? Qt::Key_3 : Qt::Key_2);
        QWidget* page = isForDenoise ? static_cast<QWidget*>(desk.denoise) : desk.compare;
        desk.drop(kSlow);
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.has<QToolButton>("Cancel"), kPatience);
        desk.driver.find<QToolButton>("Cancel")->setFocus();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.driver.has<QToolButton>("Cancel"), kPatience);
        QVERIFY2(Desk::isFocusIn(Desk::viewOf(page)), QApplication::focusWidget() != nullptr
                                                          ? qPrintable(QApplication::focusWidget()->accessibleName())
                                                          : "nobody");
    }

    // Esc in a field cancels the work, and the field keeps the keyboard.
    void escapeInAField_cancels_andStaysThere() {
        Desk desk(Qt::Key_3);
        desk.drop({1, 50, 60});
        QTRY_VERIFY_WITH_TIMEOUT(desk.isDenoised(), kPatience); // and the field is enabled
        QSignalSpy opened(&desk.driver.bench().denoiser(), &DenoiseService::opened);
        desk.drop(kSlow, "slow.png");
        QTRY_COMPARE_WITH_TIMEOUT(opened.count(), 1, kPatience);
        auto* level = desk.driver.find<QDoubleSpinBox>("Noise level");
        level->setFocus();
        desk.driver.key(Qt::Key_Return, Qt::ControlModifier);
        QVERIFY(desk.driver.bench().denoiser().isBusy());
        desk.driver.key(Qt::Key_Escape);
        QVERIFY2(desk.result().contains("cancelled"), qPrintable(desk.result()));
        QVERIFY(level->hasFocus());

        desk.driver.key(Qt::Key_2, Qt::AltModifier);
        useSmall(desk.driver);
        auto* sample = desk.driver.find<QSpinBox>("Validation sample");
        QTRY_VERIFY_WITH_TIMEOUT(sample->isEnabled(), kPatience);
        QSignalSpy opening(desk.driver.window().findChild<DropRouter*>(), &DropRouter::pictureDropped);
        desk.drop(kSlow);
        QTRY_COMPARE_WITH_TIMEOUT(opening.count(), 1, kPatience); // and the page has taken the keyboard
        sample->setFocus();
        QVERIFY(desk.service.isBusy());
        desk.driver.key(Qt::Key_Escape);
        QVERIFY(desk.driver.find<QLabel>("About the picture")->text().contains("cancelled"));
        QVERIFY(sample->hasFocus());
    }

    // The pages that work with a model: what begins the work, a field, and the button that begins it.
    void modelPage_data() {
        QTest::addColumn<Qt::Key>("key");
        QTest::addColumn<Qt::Key>("begins");
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("button");
        QTest::newRow("Latent") << Qt::Key_4 << Qt::Key_Return << "Samples"
                                << "Encode";
        QTest::newRow("Generate") << Qt::Key_5 << Qt::Key_R << "Count"
                                  << "Resample";
        QTest::newRow("Compression") << Qt::Key_6 << Qt::Key_Return << "Pictures"
                                     << "Measure";
        QTest::newRow("Anomalies") << Qt::Key_7 << Qt::Key_Return << "Data to check"
                                   << "Check";
    }

    void cancelButton_thatGoes_handsTheKeyboardToThePage_data() { modelPage_data(); }
    void cancelButton_thatGoes_handsTheKeyboardToThePage() {
        QFETCH(Qt::Key, key);
        QFETCH(Qt::Key, begins);
        ModelDesk desk(key);
        desk.driver.key(begins, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.has<QToolButton>("Cancel"), kPatience);
        desk.driver.find<QToolButton>("Cancel")->setFocus();
        desk.mayGoOn.release();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.isBusy(), kPatience);
        auto* first = static_cast<ModelPage*>(desk.page)->firstControl();
        QVERIFY2(Desk::isFocusIn(first), QApplication::focusWidget() != nullptr
                                             ? qPrintable(QApplication::focusWidget()->accessibleName())
                                             : "nobody");
    }

    void escapeInAFieldOfAModelPage_cancels_andStaysThere_data() { modelPage_data(); }
    void escapeInAFieldOfAModelPage_cancels_andStaysThere() {
        QFETCH(Qt::Key, key);
        QFETCH(Qt::Key, begins);
        QFETCH(QString, field);
        ModelDesk desk(key);
        desk.driver.find<QWidget>(field)->setFocus();
        desk.driver.key(begins, Qt::ControlModifier);
        QVERIFY(desk.isBusy());
        desk.driver.key(Qt::Key_Escape);
        QVERIFY(!desk.isBusy() && desk.page->isVisible());
        QVERIFY2(desk.isFocusOn(field), QApplication::focusWidget() != nullptr
                                            ? qPrintable(QApplication::focusWidget()->accessibleName())
                                            : "nobody");
    }

    // What begins the work may be pressed by key, and keeps the keyboard meanwhile and after.
    void buttonOfAModelPage_pressedByKey_keepsTheKeyboard_data() { modelPage_data(); }
    void buttonOfAModelPage_pressedByKey_keepsTheKeyboard() {
        QFETCH(Qt::Key, key);
        QFETCH(QString, button);
        ModelDesk desk(key);
        desk.driver.find<QAbstractButton>(button)->setFocus();
        desk.driver.key(Qt::Key_Space);
        QVERIFY(desk.isBusy());
        QVERIFY(desk.isFocusOn(button));
        desk.driver.key(Qt::Key_Escape);
        QVERIFY(!desk.isBusy());
        QVERIFY(desk.isFocusOn(button));
        desk.driver.key(Qt::Key_Space);
        desk.mayGoOn.release();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.isBusy(), kPatience);
        QVERIFY(desk.isFocusOn(button));
    }

    // From the keyboard on its own button: that is disabled meanwhile, and Esc is to be heard here all the same.
    void denoiseButton_pressedByKey_leavesEscapeToThePage() {
        Desk desk(Qt::Key_3);
        desk.drop(kSlow);
        QTRY_VERIFY_WITH_TIMEOUT(desk.isDenoised(), kPatience);
        desk.driver.find<QToolButton>("Denoise")->setFocus();
        desk.driver.key(Qt::Key_Space);
        QVERIFY(desk.driver.bench().denoiser().isBusy());
        QVERIFY(Desk::isFocusIn(desk.denoise));
        desk.driver.key(Qt::Key_Escape);
        QVERIFY2(desk.result().contains("cancelled"), qPrintable(desk.result()));
    }

    // A number is being typed while a picture comes, and its model tells that it wants one.
    void numberThatIsBeingTyped_staysAsItIs() {
        Desk desk(Qt::Key_3);
        desk.drop({1, 50, 60});
        QTRY_VERIFY_WITH_TIMEOUT(desk.isDenoised(), kPatience);
        auto* level = desk.driver.find<QDoubleSpinBox>("Noise level");
        level->setFocus();
        desk.driver.key(Qt::Key_A, Qt::ControlModifier);
        desk.driver.type("8");
        QSemaphore mayRead(1);
        desk.denoise->open(slowPicture(mayRead, {1, 40, 40}));
        QTRY_VERIFY_WITH_TIMEOUT(desk.isDenoised() && desk.result().startsWith("slow.png"), kPatience);
        desk.driver.type("0");
        QCOMPARE(level->text(), QString("80"));
        QVERIFY(level->hasFocus());
        desk.driver.key(Qt::Key_Return, Qt::ControlModifier); // what has been typed counts
        QTRY_VERIFY2_WITH_TIMEOUT(desk.isDenoised() && desk.result().contains(QString("told σ\u00A080")),
                                  qPrintable(desk.result()), kPatience);
    }
};

QTEST_MAIN(TestKeyboard)
#include "tst_keyboard.moc"
