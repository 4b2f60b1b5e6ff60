// The Compare page while something trains, when that ends, and when its data go away.

#include "tests/ui/WindowDriver.h"

#include "core/data/ImageCodec.h"
#include "core/formats/Npy.h"
#include "ui/panels/ComparePage.h"
#include "ui/widgets/CompareImageView.h"
#include "ui/widgets/CompareView.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

const Shape kLarge{3, 1500, 1500}, kMiddling{3, 800, 800};

struct Page {
    WindowDriver driver;
    ComparePage* page = driver.window().findChild<ComparePage*>();
    TrainingController& controller = driver.bench().controller();
    ReconstructionService& service = driver.bench().reconstruction();
    std::vector<std::shared_ptr<const Reconstruction>> results;
    int failures = 0;

    Page() {
        QObject::connect(&service, &ReconstructionService::finished, page,
                         [this](const std::shared_ptr<const Reconstruction>& result) { results.push_back(result); });
        QObject::connect(&service, &ReconstructionService::failed, page, [this] { ++failures; });
    }
    // A network that takes pictures of any size, on the Compare page.
    void trainUNet() {
        driver.bench().newExperiment("photos-unet");
        useSmall(driver, {{"training.epochs", 100000}});
        train();
    }
    void train() {
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(controller.snapshot() && controller.snapshot()->step > 3, kPatience);
        driver.key(Qt::Key_2, Qt::AltModifier);
    }
    void stop() {
        driver.key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(driver), kPatience);
    }
    void drop(const Shape& shape) {
        encodeImage(driver.folder() / "picture.png", Tensor(shape)).value();
        QVERIFY(driver.drop(urlsOf({driver.folder() / "picture.png"}), {driver.window().width() / 2.0, 300}));
    }
    bool hasResultOf(const Shape& shape) const { return !results.empty() && results.back()->original.shape() == shape; }
    QString note() {
        return driver.has<QLabel>("About the picture") ? driver.find<QLabel>("About the picture")->text() : QString();
    }
    bool isBarShown() { return page->findChild<QProgressBar*>()->isVisible(); }
    bool hasMetrics() {
        return std::any_of(kComparePanes.begin(), kComparePanes.end(),
                           [this](ComparePane pane) { return page->view()->pane(pane)->caption().contains("dB"); });
    }
};

} // namespace

class TestCompareTraining : public QObject {
    Q_OBJECT

private slots:
    // The model that the run leaves goes over the picture once, and what that tells of its progress is heard.
    void endOfARun_isOnePass() {
        Page page;
        page.trainUNet();
        page.drop(kLarge); // then the training has the thread to itself for four times as long
        QTRY_VERIFY_WITH_TIMEOUT(page.hasResultOf(kLarge), kPatience);
        QSignalSpy progressed(&page.service, &ReconstructionService::progressed);
        int resultsThen = -1;
        QObject::connect(&page.controller, &TrainingController::stateChanged, page.page, [&] {
            if (page.controller.isActive())
                return;
            page.results.clear();
            progressed.clear();
            // Comes to its turn when what has been asked for by now is done.
            page.controller.postJob([&](Executor&) {
                QMetaObject::invokeMethod(
                    page.page, [&] { resultsThen = static_cast<int>(page.results.size()); }, Qt::QueuedConnection);
            });
        });
        page.stop();
        QTRY_VERIFY_WITH_TIMEOUT(resultsThen >= 0, kPatience);
        QCOMPARE(resultsThen, 1);
        QVERIFY(!progressed.isEmpty());
        QVERIFY(!page.service.isBusy());
        QCOMPARE(page.results.front()->step, 0);
    }

    // A picture that the model cannot take is tried once, and again when somebody asks for it or another model comes.
    void pictureThatFails_isNotTriedAgainAndAgain() {
        Page page;
        Tensor table(Shape{200, 13});
        for (int64_t i = 0; i < table.elements(); ++i)
            table.data()[i] = static_cast<float>(i % 17) / 17;
        writeNpy(page.driver.folder() / "table.npy", table).value();
        QVERIFY(page.driver.drop(urlsOf({page.driver.folder() / "table.npy"}), {60, 300}));
        useSmall(page.driver, {{"training.epochs", 1000000}, {"model.code_size", 3}});
        page.train();
        page.drop({1, 20, 30});
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("samples of 13"), qPrintable(page.note()), kPatience);
        QCOMPARE(page.failures, 1);
        const int64_t step = page.controller.snapshot()->step;
        QTest::qWait(1200); // in which a picture is followed four times
        QVERIFY(page.controller.snapshot()->step > step);
        QCOMPARE(page.failures, 1);
        QVERIFY2(page.note().contains("samples of 13"), qPrintable(page.note()));
        page.driver.key(Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(page.failures, 2, kPatience);
        page.stop(); // which leaves another model
        QTRY_COMPARE_WITH_TIMEOUT(page.failures, 3, kPatience);
    }

    // With their samples go their numbers, and what was yet to come of them.
    void data_thatGoAway_leaveNothingBehind() {
        Page page;
        useSmall(page.driver, {{"training.epochs", 2}});
        page.driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.bench().run() && page.driver.bench().run()->isFinished, kPatience);
        page.driver.key(Qt::Key_2, Qt::AltModifier);
        QTRY_VERIFY_WITH_TIMEOUT(page.hasMetrics() && !page.service.isBusy(), kPatience);
        QSemaphore mayGoOn;
        page.controller.postJob([&](Executor&) { mayGoOn.acquire(); });
        page.driver.key(Qt::Key_PageDown); // on its way while the thread is busy
        QVERIFY(page.service.isBusy());
        page.results.clear();
        page.driver.bench().document().set("data.source", "folder:/nowhere").value();
        mayGoOn.release();
        QTRY_VERIFY_WITH_TIMEOUT(!page.service.isBusy() && !page.driver.bench().preflight().isBusy(), kPatience);
        QVERIFY(page.results.empty());
        QVERIFY(!page.page->view()->hasImages());
        QVERIFY(!page.hasMetrics());
        QVERIFY2(!page.note().contains("Reconstructed"), qPrintable(page.note()));
        QVERIFY(!page.isBarShown());
        page.driver.bench().document().undo();
        QTRY_VERIFY_WITH_TIMEOUT(page.hasMetrics(), kPatience);
    }

    // Work that merely follows the training takes no Esc before its bar is there.
    void escape_whileFollowing_isForTheView_thenLeavesThePage() {
        Page page;
        page.trainUNet();
        page.drop(kMiddling);
        QTRY_VERIFY_WITH_TIMEOUT(page.hasResultOf(kMiddling), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(page.page->view()->hasImages(), kPatience); // drawn a moment after it has come
        page.driver.key(Qt::Key_B);
        QCOMPARE(page.page->view()->mode(), CompareView::Mode::Divider);
        bool wantsEscape = true;
        QObject::connect(&page.service, &ReconstructionService::progressed, page.page, [&] {
            if (!page.isBarShown() && std::exchange(wantsEscape, false))
                page.driver.key(Qt::Key_Escape);
        });
        QTRY_VERIFY_WITH_TIMEOUT(!wantsEscape, kPatience);
        QCOMPARE(page.page->view()->mode(), CompareView::Mode::SideBySide);
        QVERIFY(page.page->isVisible());
        QVERIFY2(!page.note().contains("cancelled"), qPrintable(page.note()));
        const size_t before = page.results.size();
        QTRY_VERIFY_WITH_TIMEOUT(page.results.size() > before, kPatience); // it is followed on
        wantsEscape = true;
        QTRY_VERIFY_WITH_TIMEOUT(!wantsEscape, kPatience);
        QVERIFY(!page.page->isVisible());
        page.stop();
    }

    // Which samples validate is none of a dropped picture's business; the seed of its noise is.
    void otherSplit_leavesThePictureAlone() {
        Page page;
        page.trainUNet();
        page.stop();
        page.drop({1, 40, 50});
        QTRY_VERIFY_WITH_TIMEOUT(page.hasResultOf({1, 40, 50}) && !page.service.isBusy(), kPatience);
        page.driver.bench().document().set("data.validation_fraction", 0.31).value();
        QVERIFY(!page.service.isBusy());
        page.driver.bench().document().set("training.seed", 77).value();
        QVERIFY(page.service.isBusy());
        QTRY_VERIFY_WITH_TIMEOUT(!page.service.isBusy(), kPatience);
    }
};

QTEST_MAIN(TestCompareTraining)
#include "tst_compare_training.moc"
