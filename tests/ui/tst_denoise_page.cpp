// The Denoise page as a person uses it: drop, choose, wait, compare, cancel, save; and the presets that lead there.

#include "tests/ui/WindowDriver.h"

#include "core/base/Random.h"
#include "core/data/ImageCodec.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/inference/DenoiseImage.h"
#include "core/io/ExportModel.h"
#include "tests/support/SmallModels.h"
#include "ui/panels/DenoisePage.h"
#include "ui/panels/ModelChooser.h"
#include "ui/widgets/CompareImageView.h"
#include "ui/widgets/CompareView.h"
#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/ImageView.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

const QPointF kMiddle(400, 400);

LoadedModel unet(bool wantsNoiseLevel = false) {
    return smallModel("denoising", "unet",
                      {{"model.layers", {16}}, {"model.blocks", 1}, {"model.noise_level", wantsNoiseLevel}},
                      {1, 16, 16});
}

// A window on the Denoise page, with a model file and a 16-bit picture in its folder.
struct Page {
    WindowDriver driver;
    LoadedModel model;
    std::filesystem::path modelFile = driver.folder() / "net.safetensors", picture = driver.folder() / "noisy.png";

    explicit Page(bool wantsNoiseLevel = false, const Shape& shape = {1, 61, 83}) : model(unet(wantsNoiseLevel)) {
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        exportModel(model, "safetensors", modelFile, {}, *executor).value();
        Tensor pixels(shape);
        std::vector<float> noise(static_cast<size_t>(pixels.elements()));
        RandomStream(7).fillNormal(noise);
        for (size_t i = 0; i < noise.size(); ++i)
            pixels.data()[i] = std::clamp(0.5f + 0.1f * noise[i], 0.0f, 1.0f);
        encodeImage(picture, pixels, {.bitDepth = 16}).value();
        driver.key(Qt::Key_3, Qt::AltModifier);
    }
    bool drop(const std::filesystem::path& path) { return driver.drop({QUrl::fromLocalFile(toText(path))}, kMiddle); }
    QString note() {
        return driver.has<QLabel>("About the result") ? driver.find<QLabel>("About the result")->text() : "";
    }
    QToolButton* button(const char* name) { return driver.find<QToolButton>(name); }
    bool isDone() { return button("Save picture as")->isEnabled() && !driver.bench().denoiser().isBusy(); }
    QImage after() {
        return driver.window()
            .findChild<DenoisePage*>()
            ->findChild<CompareView*>()
            ->pane(ComparePane::Reconstruction)
            ->image();
    }
    Tensor expected(std::optional<float> level = {}) const {
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        ModelRunner runner(*executor, model.model, model.weights, applyingPrecision(model.model->options));
        return **denoiseImage(runner, decodeImage(picture).value().pixels, {.noiseLevel = level});
    }
};

} // namespace

class TestDenoisePage : public QObject {
    Q_OBJECT

private slots:
    void dropAPicture_thenAModel_showsWhatDenoiseImageGives_andSavesItAsItCame() {
        Page page;
        QVERIFY(page.driver.has<QPushButton>("Open a picture"));
        QVERIFY(page.driver.find<QLabel>("What is needed")->text().contains("no trained model yet"));
        QVERIFY(!page.button("Save picture as")->isEnabled());
        QVERIFY(page.drop(page.picture));
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("no trained model yet"), qPrintable(page.note()), kPatience);
        QVERIFY(page.note().contains("83×61 gray, 16 bit"));
        QVERIFY(page.drop(page.modelFile));
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone(), qPrintable(page.note()), kPatience);
        for (const char* part : {"noisy.png", "net.safetensors", "in tiles", "σ"})
            QVERIFY2(page.note().contains(part), qPrintable(page.note()));
        const Tensor expected = page.expected();
        QCOMPARE(page.after(), toImage(expected));
        const auto* level = page.driver.find<QDoubleSpinBox>("Noise level");
        QVERIFY(!level->isEnabled());
        QVERIFY2(level->toolTip().contains("finds out by itself"), qPrintable(level->toolTip()));
        QCOMPARE(level->text(), QStringLiteral("unused"));

        // Copied, and saved beside where it came from, with 16 bits.
        page.driver.key(Qt::Key_C, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(QApplication::clipboard()->image().convertToFormat(QImage::Format_Grayscale8),
                                  toImage(expected), kPatience);
        page.driver.click(page.button("Save picture as"));
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.has<QFileDialog>("Save the picture"), kPatience);
        page.driver.key(Qt::Key_Return);
        const std::filesystem::path saved = page.driver.folder() / "noisy-denoised.png";
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(saved), kPatience);
        const DecodedImage read = decodeImage(saved).value();
        QCOMPARE(read.bitDepth, 16);
        for (int64_t i = 0; i < expected.elements(); ++i)
            QVERIFY(std::abs(read.pixels.data()[i] - std::clamp(expected.data()[i], 0.0f, 1.0f)) < 1.0f / 65000);
    }

    void save_whereItCannotBe_saysWhatAndKeepsThePicture() {
        Page page;
        page.drop(page.modelFile);
        page.drop(page.picture);
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(), kPatience);
        page.driver.click(page.button("Save picture as"));
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.has<QFileDialog>("Save the picture"), kPatience);
        {
            const FullDisk full(16);
            page.driver.key(Qt::Key_Return);
            QTRY_VERIFY_WITH_TIMEOUT(!page.driver.message().isEmpty(), kPatience);
        }
        QVERIFY2(page.driver.message().contains("noisy-denoised.png") &&
                     page.driver.message().contains("save it somewhere else"),
                 qPrintable(page.driver.message()));
        QVERIFY(!std::filesystem::exists(page.driver.folder() / "noisy-denoised.png"));
        QVERIFY(page.isDone());
    }

    void noiseLevel_isOfferedToModelsThatWantIt() {
        Page page(true);
        page.drop(page.modelFile);
        page.drop(page.picture);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone(), qPrintable(page.note()), kPatience);
        auto* level = page.driver.find<QDoubleSpinBox>("Noise level");
        QVERIFY(level->isEnabled());
        QVERIFY2(level->toolTip().contains("0 to 255"), qPrintable(level->toolTip()));
        QVERIFY2(level->text().startsWith("estimate: 2"), qPrintable(level->text()));
        const QImage estimated = page.after();
        level->setFocus();
        page.driver.key(Qt::Key_A, Qt::ControlModifier);
        page.driver.type("80");
        page.driver.key(Qt::Key_Return);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.note().contains(QString("told σ 80")), qPrintable(page.note()),
                                  kPatience);
        QVERIFY(page.after() != estimated);
        QCOMPARE(page.after(), toImage(page.expected(80.0f / 255)));

        // A model that does not ask leaves no number behind; one that asks hears the person's again.
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        const std::filesystem::path other = page.driver.folder() / "other.safetensors";
        exportModel(unet(), "safetensors", other, {}, *executor).value();
        page.drop(other);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.note().contains("other"), qPrintable(page.note()), kPatience);
        QVERIFY(!level->isEnabled());
        QCOMPARE(level->text(), QStringLiteral("unused"));
        page.drop(page.modelFile);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.note().contains(QString("told σ 80")), qPrintable(page.note()),
                                  kPatience);
        QVERIFY(level->isEnabled());
        QCOMPARE(level->value(), 80.0);
    }

    void opening_isSaid_ofPicturesAndModels() {
        Page page;
        auto* denoise = page.driver.window().findChild<DenoisePage*>();
        QSemaphore mayRead;
        const PictureSource slow{QStringLiteral("slow.png"), {}, [&] {
                                     mayRead.acquire();
                                     return decodeImage(page.picture);
                                 }};
        denoise->open(slow);
        QCOMPARE(page.driver.find<QLabel>("What is needed")->text(), QStringLiteral("opening slow.png…"));
        mayRead.release();
        QTRY_VERIFY_WITH_TIMEOUT(page.note().contains("no trained model yet"), kPatience);
        denoise->open(slow);
        QCOMPARE(page.note(), QStringLiteral("opening slow.png…"));
        mayRead.release();
        QTRY_VERIFY_WITH_TIMEOUT(page.note().contains("no trained model yet"), kPatience);
        page.driver.bench().controller().openModel(page.modelFile); // on its way until this thread listens
        QVERIFY2(page.note().contains("opening net.safetensors…"), qPrintable(page.note()));
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(), kPatience);
        page.driver.bench().controller().openModel(page.driver.folder() / "gone.safetensors");
        QTRY_VERIFY_WITH_TIMEOUT(!page.driver.message().isEmpty(), kPatience);
        QVERIFY2(!page.note().contains("opening"), qPrintable(page.note()));
    }

    // From wherever the focus is: first out of before–after, then out of the page.
    void escape_leavesBeforeAfter_thenThePage() {
        Page page;
        page.drop(page.modelFile);
        page.drop(page.picture);
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(), kPatience);
        auto* view = page.driver.window().findChild<DenoisePage*>()->findChild<CompareView*>();
        for (QWidget* focused : {static_cast<QWidget*>(page.button("Save picture as")), view->firstShown()}) {
            view->setMode(CompareView::Mode::Divider);
            focused->setFocus();
            page.driver.key(Qt::Key_Escape);
            QCOMPARE(view->mode(), CompareView::Mode::SideBySide);
            QVERIFY(page.driver.has<QToolButton>("Save picture as"));
        }
        page.driver.key(Qt::Key_Escape);
        QVERIFY(!page.driver.has<QToolButton>("Save picture as"));
    }

    // Nothing of it stays but the picture; the key for it starts again.
    void cancel_byEscape_leavesThePictureAlone() {
        Page page(false, {3, 900, 900});
        page.drop(page.picture);
        QTRY_VERIFY_WITH_TIMEOUT(!page.note().isEmpty(), kPatience);
        bool hasBegun = false;
        const auto began =
            QObject::connect(&page.driver.bench().denoiser(), &DenoiseService::modelKnown, &page.driver.window(), [&] {
                hasBegun = true;
                page.driver.key(Qt::Key_Escape);
            });
        page.drop(page.modelFile);
        QTRY_VERIFY_WITH_TIMEOUT(hasBegun, kPatience);
        QObject::disconnect(began);
        QVERIFY(!page.driver.bench().denoiser().isBusy());
        QVERIFY2(page.note().contains("cancelled"), qPrintable(page.note()));
        QVERIFY(page.after().isNull());
        QVERIFY(!page.button("Save picture as")->isEnabled());
        QVERIFY(!page.button("Copy picture")->isEnabled());
        QVERIFY(page.driver.has<QToolButton>("Open picture")); // Esc has not left the page
        page.driver.key(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone(), qPrintable(page.note()), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(page.after(), toImage(page.expected()), kPatience); // prepared elsewhere: it is large
    }

    void paste_andHostileFile() {
        Page page;
        page.drop(page.modelFile);
        QImage image(40, 30, QImage::Format_RGB32);
        image.fill(Qt::darkCyan);
        auto carried = std::make_unique<QMimeData>();
        carried->setImageData(image);
        page.driver.paste(std::move(carried));
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone(), qPrintable(page.note()), kPatience);
        QVERIFY2(page.note().contains("40×30 colour"), qPrintable(page.note()));
        QVERIFY2(page.note().contains("red, green and blue one by one"), qPrintable(page.note()));
        QVERIFY2(!page.note().contains("transparency"), qPrintable(page.note()));
        QImage clear(41, 30, QImage::Format_ARGB32_Premultiplied);
        clear.fill(QColor(0, 90, 90, 128));
        carried = std::make_unique<QMimeData>();
        carried->setImageData(clear);
        page.driver.paste(std::move(carried));
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.note().contains("41×30"), qPrintable(page.note()), kPatience);
        QVERIFY2(page.note().contains("its transparency is left out"), qPrintable(page.note()));
        writeText(page.driver.folder() / "bad.png", "no picture");
        page.drop(page.driver.folder() / "bad.png");
        QTRY_VERIFY2_WITH_TIMEOUT(page.driver.message().contains("bad.png"), qPrintable(page.driver.message()),
                                  kPatience);
        QVERIFY(page.isDone()); // what was there stays
    }

    // Not of the model that the chooser has come to mean by now.
    void note_namesTheModelThatMadeThePicture() {
        Page page;
        useSmall(page.driver, {{"training.epochs", 2}, {"data.limit", 100}});
        page.drop(page.picture);
        page.driver.key(Qt::Key_F5);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.note().contains("shapes-0001"), qPrintable(page.note()),
                                  kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.bench().run()->isFinished && isIdle(page.driver), kPatience);
        page.driver.bench().document().set("training.epochs", 100000).value();
        page.driver.bench().document().set("model.code_size", 5).value();
        page.driver.key(Qt::Key_F5);
        const TrainingController& controller = page.driver.bench().controller();
        QTRY_VERIFY_WITH_TIMEOUT(controller.snapshot() && controller.snapshot()->step > 3, kPatience);
        QVERIFY(page.driver.find<QComboBox>("Model")->currentText().contains("shapes-0002"));
        page.driver.window().findChild<DenoisePage*>()->hide(); // and what is told is told anew
        page.driver.window().findChild<DenoisePage*>()->show();
        QVERIFY2(page.isDone() && page.note().contains("shapes-0001"), qPrintable(page.note()));
        QVERIFY2(!page.note().contains("shapes-0002"), qPrintable(page.note()));
        page.driver.key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(page.driver), kPatience);
    }

    // Walking over the models begins work once it rests, not at every step; the wheel leaves them alone.
    void chooser_walkedOver_beginsOnce_andAsksForFilesFromItsListAlone() {
        Page page;
        useSmall(page.driver, {{"training.epochs", 1}, {"data.limit", 100}});
        for (int run = 1; run <= 3; ++run) {
            page.driver.bench().document().set("model.code_size", 4 + run).value();
            page.driver.key(Qt::Key_F5);
            QTRY_VERIFY_WITH_TIMEOUT(page.driver.bench().run() && page.driver.bench().run()->isFinished &&
                                         isIdle(page.driver) &&
                                         page.driver.bench().runName().endsWith(QString::number(run)),
                                     kPatience);
        }
        page.drop(page.picture);
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(), kPatience);
        auto* models = page.driver.find<ModelChooser>("Model");
        QTRY_COMPARE_WITH_TIMEOUT(models->count(), 5, kPatience); // at hand, a line, two runs, a file
        const auto turnWheel = [&] {
            QWheelEvent wheel({5, 5}, models->mapToGlobal(QPointF(5, 5)), {}, {0, -120}, Qt::NoButton, Qt::NoModifier,
                              Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(models, &wheel);
        };
        QVERIFY(!models->hasFocus());
        turnWheel();
        QCOMPARE(models->currentIndex(), 0);
        QSignalSpy begun(&page.driver.bench().denoiser(), &DenoiseService::busyChanged);
        models->setFocus();
        page.driver.key(Qt::Key_Down);
        turnWheel();
        page.driver.key(Qt::Key_End); // the file: nothing is asked while walking
        QVERIFY(models->currentText().startsWith("shapes-0001"));
        QVERIFY(!page.driver.has<QFileDialog>("A trained model"));
        QCOMPARE(begun.count(), 0);
        QTRY_VERIFY2_WITH_TIMEOUT(begun.count() == 2 && page.isDone() && page.note().contains("shapes-0001"),
                                  qPrintable(page.note()), kPatience);

        models->showPopup();
        QTest::keyClick(models->view(), Qt::Key_End);
        QTest::keyClick(models->view(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(models->findChild<QFileDialog*>() != nullptr, kPatience);
        QVERIFY(models->currentText().startsWith("shapes-0001"));
        models->findChild<QFileDialog*>()->reject();
        QTRY_VERIFY_WITH_TIMEOUT(models->findChild<QFileDialog*>() == nullptr, kPatience);
        QVERIFY(models->currentText().startsWith("shapes-0001"));
        QCOMPARE(begun.count(), 2);
    }

    void chooser_tellsOfAnotherModelOnce_andCatchesUpWhenItsListCloses() {
        Page page;
        useSmall(page.driver, {{"training.epochs", 1}, {"data.limit", 100}});
        page.driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.bench().run() && page.driver.bench().run()->isFinished, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(page.driver), kPatience);
        auto* models = page.driver.find<ModelChooser>("Model");
        QSignalSpy chosen(models, &ModelChooser::chosen);
        const std::filesystem::path atHand = page.driver.bench().run()->folder;
        models->choose(atHand); // the model at hand under another name
        QCOMPARE(chosen.count(), 0);
        models->choose(page.modelFile);
        QCOMPARE(chosen.count(), 1);
        models->choose(atHand);
        QCOMPARE(chosen.count(), 2);
        QVERIFY(models->isAtHand());

        models->showPopup();
        page.driver.bench().newExperiment("sample");
        QVERIFY(!models->itemText(0).contains("none yet")); // not under somebody's cursor
        models->hidePopup();
        QTRY_VERIFY_WITH_TIMEOUT(models->itemText(0).contains("none yet"), kPatience);
    }

    // Folders are read when the page comes to front: until then the list knows nothing of the run that has just ended.
    void runAtHand_thatIsNotListedYet_isTheModelAtHand() {
        Page page;
        useSmall(page.driver, {{"training.epochs", 1}, {"data.limit", 100}});
        page.driver.key(Qt::Key_1, Qt::AltModifier);
        page.driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.bench().run() && page.driver.bench().run()->isFinished, kPatience);
        auto* models = page.driver.window().findChild<DenoisePage*>()->findChild<ModelChooser*>();
        QSignalSpy chosen(models, &ModelChooser::chosen);
        models->choose(page.driver.bench().run()->folder);
        QCOMPARE(chosen.count(), 0);
        QVERIFY(models->isAtHand());
    }

    // It works there, whatever is trained or compared meanwhile: the experiment stays.
    void droppedRun_isTheModelHere() {
        Page page;
        useSmall(page.driver, {{"training.epochs", 1}, {"data.limit", 100}});
        page.driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.bench().run() && page.driver.bench().run()->isFinished, kPatience);
        const std::filesystem::path run = page.driver.bench().run()->folder;
        page.driver.bench().newExperiment("fashion-denoise");
        const Experiment before = page.driver.bench().document().experiment();
        page.drop(page.picture);
        page.drop(run);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.note().contains("shapes-0001"), qPrintable(page.note()),
                                  kPatience);
        QVERIFY(page.driver.bench().document().experiment() == before);
        QVERIFY(!page.driver.bench().run());
        QVERIFY(page.driver.has<QToolButton>("Save picture as")); // still on this page
    }

    // What is done within a moment needs no bar; what takes long says how fast it is and when it will be done.
    void progress_isShownOfLongJobs_withRateAndTime() {
        Page page(false, {3, 1500, 1500});
        const LoadedModel slow = smallModel("denoising", "unet", {{"model.layers", {64, 64}}}, {1, 16, 16});
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        exportModel(slow, "safetensors", page.modelFile, {}, *executor).value();
        auto* bar = page.driver.window().findChild<DenoisePage*>()->findChild<QProgressBar*>();
        QElapsedTimer sinceStart;
        qint64 patience = -1;
        QString text;
        const auto begun =
            QObject::connect(&page.driver.bench().denoiser(), &DenoiseService::busyChanged, bar, [&](bool isBusy) {
                if (isBusy)
                    sinceStart.start();
            });
        const auto looked = QObject::connect(&page.driver.bench().denoiser(), &DenoiseService::progressed, bar, [&] {
            if (!bar->isVisible() || patience >= 0)
                return;
            patience = sinceStart.elapsed();
            text = page.driver.find<QLabel>("Remaining time")->text();
        });
        page.drop(page.modelFile);
        page.drop(page.picture);
        QTRY_VERIFY_WITH_TIMEOUT(patience >= 0, kPatience);
        QVERIFY2(patience >= 290, qPrintable(QString::number(patience)));
        QVERIFY2(text.contains("MP/s") && text.contains("left"), qPrintable(text));
        page.driver.key(Qt::Key_Escape);
        QVERIFY(!bar->isVisible());
        QObject::disconnect(begun);
        QObject::disconnect(looked);
    }

    void modelOfTables_saysWhyNot_inThePage() {
        Page page;
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        const LoadedModel table = smallModel("undercomplete", "dense", {{"model.layers", {7}}}, {13});
        exportModel(table, "safetensors", page.driver.folder() / "table.safetensors", {}, *executor).value();
        page.drop(page.picture);
        page.drop(page.driver.folder() / "table.safetensors");
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("[13]"), qPrintable(page.note()), kPatience);
        QVERIFY(!page.button("Save picture as")->isEnabled());
    }

    // The run in hand is the model by itself, also while it trains, and other runs are offered.
    void runInHand_thenAnotherRun() {
        Page page;
        useSmall(page.driver, {{"training.epochs", 2}, {"data.limit", 100}});
        page.drop(page.picture);
        page.driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.bench().run() && page.driver.bench().run()->isFinished, kPatience);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.note().contains("patches of 32×32"), qPrintable(page.note()),
                                  kPatience);
        QVERIFY2(page.note().contains("shapes-0001"), qPrintable(page.note()));
        page.driver.bench().newExperiment("sample"); // the run is in hand no more
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("no trained model yet"), qPrintable(page.note()), kPatience);
        auto* models = page.driver.find<ModelChooser>("Model");
        QTRY_VERIFY_WITH_TIMEOUT(models->findText("shapes-0001", Qt::MatchStartsWith) > 0, kPatience);
        models->setFocus();
        page.driver.key(Qt::Key_Down);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.note().contains("shapes-0001"), qPrintable(page.note()),
                                  kPatience);
        page.driver.bench().document().set("training.epochs", 100000).value();
        page.driver.bench().document().set("data.limit", 100).value();
        page.driver.key(Qt::Key_Up); // the model at hand again: none
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("no trained model yet"), qPrintable(page.note()), kPatience);
        page.driver.key(Qt::Key_F5);
        const TrainingController& controller = page.driver.bench().controller();
        QTRY_VERIFY_WITH_TIMEOUT(controller.snapshot() && controller.snapshot()->step > 3, kPatience);
        page.driver.click(page.button("Denoise"));
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.note().contains("shapes-0002 at step"), qPrintable(page.note()),
                                  kPatience);
        page.driver.key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(page.driver), kPatience);
    }

    // Elsewhere the picture may become data, be compared, or be denoised, depending on where it falls.
    void onAnotherPage_theZoneDecides() {
        Page page;
        page.driver.key(Qt::Key_1, Qt::AltModifier);
        const double width = page.driver.window().width();
        page.driver.drop({QUrl::fromLocalFile(toText(page.picture))}, {width - 40, 300});
        QTRY_VERIFY_WITH_TIMEOUT(page.note().contains("noisy.png"), kPatience);
        page.driver.key(Qt::Key_1, Qt::AltModifier);
        page.driver.drop({QUrl::fromLocalFile(toText(page.picture))}, {40, 300});
        QVERIFY(page.driver.bench().document().experiment().options().text("data.source").starts_with("image:"));
    }

    void preset_isOneStep_thatUndoTakesBack() {
        WindowDriver driver;
        driver.bench().document().set("model.code_size", 21).value();
        const Experiment before = driver.bench().document().experiment();
        for (const Preset& preset : presets()) {
            auto* box = driver.find<QComboBox>("Preset");
            box->setFocus();
            emit box->activated(box->findData(QString::fromUtf8(preset.id)));
            QVERIFY2(driver.bench().document().experiment() == makePreset(preset.id).value(), preset.id.data());
            QVERIFY2(driver.message().contains(QString::fromUtf8(preset.label)), qPrintable(driver.message()));
            driver.key(Qt::Key_Z, Qt::ControlModifier);
            QVERIFY(driver.bench().document().experiment() == before);
            QVERIFY(driver.window().isWindowModified());
        }
        // The same from the File menu.
        for (QAction* action : driver.window().findChildren<QAction*>())
            if (action->text() == QStringLiteral("Denoise photographs (U-Net)"))
                action->trigger();
        QVERIFY(driver.bench().document().experiment() == makePreset("photos-unet").value());
        // Folders of photographs dropped then are learned from as that preset does it.
        writePhotographs(driver.folder() / "photographs", 3);
        driver.drop({QUrl::fromLocalFile(toText(driver.folder() / "photographs"))}, kMiddle);
        QVERIFY(driver.bench().document().experiment().options().text("model.architecture") == "unet");
        QTRY_VERIFY2_WITH_TIMEOUT(driver.bench().document().model() != nullptr, qPrintable(driver.message()),
                                  kPatience);
    }
};

QTEST_MAIN(TestDenoisePage)
#include "tst_denoise_page.moc"
