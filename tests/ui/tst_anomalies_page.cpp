// The Anomalies page as a person uses it: drop, choose, wait, drag the threshold, walk, look, save; and what cannot be.

#include "tests/ui/WindowDriver.h"

#include "core/base/AtomicFile.h"
#include "core/data/ImageCodec.h"
#include "core/data/OpenDataset.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/formats/Npy.h"
#include "core/io/ExportModel.h"
#include "tests/support/SmallModels.h"
#include "ui/bridge/AnomalyService.h"
#include "ui/models/ScoreGalleryModel.h"
#include "ui/panels/AnomaliesPage.h"
#include "ui/panels/SampleInspector.h"
#include "ui/widgets/HeatmapOverlay.h"
#include "ui/widgets/RocCurve.h"
#include "ui/widgets/ScoreGallery.h"
#include "ui/widgets/ScoreHistogram.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

const QPointF kPlace(200, 300); // in the first of two zones

// A window on the Anomalies page.
struct Page {
    WindowDriver driver;

    Page() { show(); }
    void show() {
        const auto* pages = driver.window().findChild<QTabWidget*>();
        for (int i = 0; i < pages->count(); ++i)
            if (pages->tabText(i) == QString("Anomalies"))
                driver.key(Qt::Key_1 + i, Qt::AltModifier);
        QVERIFY(page()->isVisible());
    }
    // A run that knows discs alone.
    void train() {
        useSmall(driver, {{"data.classes", "disc"},
                          {"data.limit", 400},
                          {"data.width", 16},
                          {"training.epochs", 20},
                          {"training.batch_size", 32}});
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(driver.bench().controller().isActive(), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(driver) && driver.bench().controller().hasModel(), kPatience);
    }
    // Pictures of shapes in a subfolder for each class.
    std::filesystem::path shapes(const char* name = "shapes", int each = 12) {
        const auto data = openSource("builtin:shapes", {}, {}).value().dataset;
        std::map<std::string, int> count;
        for (int64_t row = 0; row < data->size(); ++row) {
            const std::string& label = data->classNames()[static_cast<size_t>(*data->label(row))];
            if (count[label]++ >= each)
                continue;
            const std::filesystem::path folder = driver.folder() / name / label;
            std::filesystem::create_directories(folder);
            Tensor picture(data->sampleShape());
            data->read(std::span(&row, 1), picture.values());
            encodeImage(folder / fmt::format("{:03}.png", count[label]), picture).value();
        }
        return driver.folder() / name;
    }
    bool drop(const std::filesystem::path& path) { return driver.drop({QUrl::fromLocalFile(toText(path))}, kPlace); }
    bool isDone(int samples) {
        const auto* model = page()->findChild<ScoreGalleryModel*>();
        return !isBusy() && model->rowCount() == samples && driver.has<ScoreGallery>("Samples by score");
    }
    AnomalyService* service() { return page()->findChild<AnomalyService*>(); }
    bool isBusy() { return service()->isBusy(); }
    AnomaliesPage* page() { return driver.window().findChild<AnomaliesPage*>(); }
    QString text(const char* name) { return driver.has<QLabel>(name) ? driver.find<QLabel>(name)->text() : QString(); }
    QString counts() { return driver.find<QLabel>("Confusion counts")->accessibleDescription(); }
    ScoreHistogram* histogram() { return driver.find<ScoreHistogram>("Histogram of scores"); }
    ScoreGallery* gallery() { return driver.find<ScoreGallery>("Samples by score"); }
    QComboBox* normal() { return driver.find<QComboBox>("Normal class"); }
    QToolButton* button(const char* name) { return driver.find<QToolButton>(name); }
    bool isCharted() { return driver.has<ScoreHistogram>("Histogram of scores"); }
    int above() { // marked in the gallery
        int count = 0;
        const QAbstractItemModel* model = gallery()->model();
        for (int i = 0; i < model->rowCount(); ++i)
            count += model->index(i, 0).data(ScoreGalleryModel::AboveRole).toBool() ? 1 : 0;
        return count;
    }
    void drag(double from, double to) {
        QWindow* window = driver.window().windowHandle();
        const auto at = [&](double x) { return histogram()->mapTo(&driver.window(), QPoint(static_cast<int>(x), 40)); };
        QTest::mousePress(window, Qt::LeftButton, {}, at(from));
        QTest::mouseMove(window, at((from + to) / 2));
        QTest::mouseMove(window, at(to));
        QTest::mouseRelease(window, Qt::LeftButton, {}, at(to));
    }
};

} // namespace

class TestAnomaliesPage : public QObject {
    Q_OBJECT

private slots:
    void emptyPage_saysWhatIsMissing_andChecksTheValidationPart() {
        Page page;
        QVERIFY2(page.text("What is needed").contains("no trained model yet"), qPrintable(page.text("What is needed")));
        auto* first = page.driver.find<QPushButton>("Check the validation part");
        QVERIFY(!first->isEnabled());
        QVERIFY(!page.button("Save scores")->isEnabled());
        page.drop(page.shapes("shapes", 2)); // which is remembered, and said
        QVERIFY(!page.isBusy());
        page.train();
        page.show();
        QVERIFY(first->isEnabled());
        page.driver.click(first);
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(40), kPatience);
        // One class: scores without ROC, and why.
        QVERIFY(!page.driver.has<RocCurve>("ROC curve"));
        QVERIFY2(page.text("About the normal class").contains("All samples are of class 'disc'"),
                 qPrintable(page.text("About the normal class")));
        QVERIFY2(page.text("About the check").contains("threshold from 360 training samples"),
                 qPrintable(page.text("About the check")));
        QVERIFY(page.counts().contains("of 40 above the threshold"));
        page.driver.key(Qt::Key_Escape);
        QVERIFY(!page.page()->isVisible());
    }

    void droppedFolder_thresholdDragged_movesEverythingTogether() {
        Page page;
        page.train();
        page.show();
        const std::filesystem::path folder = page.shapes();
        const int samples = 12 * static_cast<int>(std::distance(std::filesystem::directory_iterator(folder), {}));
        QVERIFY(page.drop(folder));
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(samples), kPatience);
        QCOMPARE(page.normal()->currentText(), QString("disc"));
        QVERIFY(page.text("About the normal class").contains("which the model was trained on"));
        auto* roc = page.driver.find<RocCurve>("ROC curve");
        auto* spin = page.driver.find<QDoubleSpinBox>("Threshold");
        auto* quantile = page.driver.find<QDoubleSpinBox>("Quantile");
        QCOMPARE(quantile->value(), 0.99);
        const auto* heatmap = page.page()->findChild<HeatmapOverlay*>();
        QTRY_VERIFY_WITH_TIMEOUT(heatmap->isVisible(), kPatience); // of the first
        const double before = spin->value();
        const int aboveBefore = page.above();
        const int64_t maskBefore = heatmap->pixelsAbove();
        const RocPoint pointBefore = *roc->current();
        const QString countsBefore = page.counts();

        // The threshold lower: more above, a larger mask, the point further up.
        const QRectF plot = page.histogram()->plot();
        page.drag(page.histogram()->xOf(before), plot.left() + 12);
        QVERIFY(spin->value() < before);
        QVERIFY(std::abs(page.histogram()->xOf(spin->value()) - plot.left() - 12) <= 1); // a pixel
        QVERIFY(page.above() > aboveBefore);
        QVERIFY(heatmap->pixelsAbove() > maskBefore);
        QVERIFY(roc->current()->truePositiveRate > pointBefore.truePositiveRate);
        QVERIFY(page.counts() != countsBefore);
        QVERIFY(quantile->value() < 0.99);
        // Keys, the ROC curve, the numbers.
        page.histogram()->setFocus();
        const double dragged = page.histogram()->threshold();
        page.driver.key(Qt::Key_Right);
        QVERIFY(page.histogram()->threshold() > dragged);
        page.driver.key(Qt::Key_End);
        QCOMPARE(page.above(), 0);
        page.driver.click(roc, roc->place({1, 1, 0}).toPoint());
        QCOMPARE(page.above(), samples);
        roc->setFocus();
        page.driver.key(Qt::Key_Home);
        QCOMPARE(page.above(), 0);
        quantile->setFocus();
        page.driver.key(Qt::Key_A, Qt::ControlModifier);
        page.driver.type("0.5");
        page.driver.key(Qt::Key_Return);
        QCOMPARE(quantile->value(), 0.5);
        QVERIFY(page.above() > aboveBefore);
        // Order: those nearest to the threshold first.
        page.driver.find<QComboBox>("Order of the samples")->setCurrentIndex(1);
        QVector<double> distances;
        for (int i = 0; i < samples; ++i)
            distances << std::abs(page.gallery()->model()->index(i, 0).data(ScoreGalleryModel::ScoreRole).toDouble() -
                                  page.histogram()->threshold());
        QVERIFY(std::is_sorted(distances.begin(), distances.end()));
        page.histogram()->setFocus();
        page.driver.key(Qt::Key_Home);
        const auto nearest = [&] {
            return page.gallery()->model()->index(0, 0).data(ScoreGalleryModel::ScoreRole).toDouble();
        };
        QTRY_VERIFY_WITH_TIMEOUT(
            nearest() <= page.gallery()->model()->index(1, 0).data(ScoreGalleryModel::ScoreRole).toDouble(), kPatience);
    }

    void normalClass_chosenByThePerson_changesRocAndGroups() {
        Page page;
        page.train();
        page.show();
        page.drop(page.shapes());
        QTRY_VERIFY_WITH_TIMEOUT(!page.isBusy() && page.driver.has<RocCurve>("ROC curve"), kPatience);
        auto* roc = page.driver.find<RocCurve>("ROC curve");
        const QString before = roc->accessibleDescription();
        page.normal()->setFocus();
        page.driver.key(Qt::Key_Down); // another class
        QVERIFY(page.normal()->currentText() != "disc");
        QVERIFY(roc->accessibleDescription() != before);
        page.driver.key(Qt::Key_Home); // "not known"
        QVERIFY(!roc->isVisible());
        QVERIFY(page.counts().contains("above the threshold"));
        page.driver.key(Qt::Key_Down);
        QVERIFY(roc->isVisible());
    }

    void samples_areWalked_andLookedAt() {
        Page page;
        page.train();
        page.show();
        page.drop(page.shapes());
        QTRY_VERIFY_WITH_TIMEOUT(!page.isBusy() && page.driver.has<ScoreGallery>("Samples by score"), kPatience);
        QCOMPARE(QApplication::focusWidget(), page.gallery());
        const auto* inspector = page.page()->findChild<SampleInspector*>();
        const auto row = [&] {
            const auto* model = static_cast<ScoreGalleryModel*>(page.gallery()->model());
            return model->rowAt(page.gallery()->currentIndex());
        };
        QTRY_COMPARE_WITH_TIMEOUT(inspector->row(), row(), kPatience);
        const int64_t first = row();
        page.driver.key(Qt::Key_Right);
        QVERIFY(row() != first);
        QTRY_COMPARE_WITH_TIMEOUT(inspector->row(), row(), kPatience);
        QVERIFY2(page.text("About the sample").contains("score"), qPrintable(page.text("About the sample")));
        QVERIFY(page.text("About the sample").contains("masked"));
        // What is under the picture.
        auto* opacity = page.driver.find<QSlider>("Opacity of the error");
        const QImage covered = inspector->heatmap()->image();
        opacity->setFocus();
        page.driver.key(Qt::Key_Home);
        QVERIFY(inspector->heatmap()->image() != covered);
        const int64_t masked = inspector->heatmap()->pixelsAbove();
        page.driver.find<QDoubleSpinBox>("Level of the mask")->setValue(0.1);
        QVERIFY(inspector->heatmap()->pixelsAbove() > masked);
        // Closer, and back; then away.
        page.gallery()->setFocus();
        page.driver.key(Qt::Key_Space);
        QVERIFY(!page.isCharted());
        page.driver.key(Qt::Key_Down);
        QTRY_COMPARE_WITH_TIMEOUT(inspector->row(), row(), kPatience);
        page.driver.key(Qt::Key_Escape);
        QVERIFY(page.isCharted());
        page.driver.key(Qt::Key_Escape);
        QVERIFY(!page.page()->isVisible());
    }

    // Somebody walks over the data by keys, or types, while results come: they take the keyboard only from the button
    // that began the first check, or from nobody.
    void results_takeTheKeyboardFromNobody() {
        Page page;
        page.train();
        page.driver.click(page.driver.find<QPushButton>("Check the validation part"));
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(40), kPatience);
        QCOMPARE(QApplication::focusWidget(), page.gallery());
        page.drop(page.shapes("shapes", 2));
        const std::filesystem::path others = page.shapes("others", 3);
        const int classes = static_cast<int>(std::distance(std::filesystem::directory_iterator(others), {}));
        page.drop(others);
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(3 * classes), kPatience);
        auto* data = page.driver.find<QComboBox>("Data to check");
        data->setFocus();
        page.driver.key(Qt::Key_Down);
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(2 * classes), kPatience);
        QVERIFY(data->hasFocus());
        auto* threshold = page.driver.find<QDoubleSpinBox>("Threshold");
        threshold->setFocus();
        const double before = threshold->value();
        page.driver.key(Qt::Key_A, Qt::ControlModifier);
        page.driver.type("0.0");
        QSignalSpy finished(page.service(), &AnomalyService::finished);
        page.driver.key(Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
        QVERIFY(threshold->hasFocus());
        QCOMPARE(threshold->value(), before);
    }

    // Over a box that nobody has chosen the wheel scrolls past: other data would be checked.
    void wheelOverTheData_choosesNone_unlessTheyHaveTheFocus() {
        Page page;
        page.train();
        auto* data = page.driver.find<QComboBox>("Data to check");
        page.driver.find<QComboBox>("Model")->setFocus();
        page.driver.wheel(data, -120);
        QCOMPARE(data->currentIndex(), 0);
        data->setFocus();
        page.driver.wheel(data, -120);
        QCOMPARE(data->currentIndex(), 1);
    }

    // When another model is at hand by now, the page says so.
    void results_ofAnEarlierModel_areCalledSo() {
        Page page;
        page.train();
        page.driver.click(page.driver.find<QPushButton>("Check the validation part"));
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(40), kPatience);
        QVERIFY(!page.text("About the check").contains("earlier model"));
        page.train();
        QVERIFY2(page.text("About the check").contains("earlier model"), qPrintable(page.text("About the check")));
        page.driver.key(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(!page.isBusy(), kPatience);
        QVERIFY(!page.text("About the check").contains("earlier model"));
    }

    void scoresAndPictures_areSaved_orWhyNotIsSaid() {
        Page page;
        page.train();
        page.show();
        page.drop(page.shapes());
        QTRY_VERIFY_WITH_TIMEOUT(!page.isBusy() && page.driver.has<ScoreGallery>("Samples by score"), kPatience);
        // Under the proposed name, in the folder that was the last one.
        const auto save = [&](const char* title) {
            QTRY_VERIFY_WITH_TIMEOUT(page.driver.has<QFileDialog>(title), kPatience);
            page.driver.key(Qt::Key_Return);
        };
        const auto lastFolder = [&](const char* name) {
            std::filesystem::create_directories(page.driver.folder() / name);
            page.driver.bench().settings().set("anomalies/save_folder", toText(page.driver.folder() / name));
        };
        lastFolder("out");
        page.driver.click(page.button("Save scores"));
        save("Save the scores");
        const std::filesystem::path scores = page.driver.folder() / "out" / "scores.csv";
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(scores), kPatience);
        const QStringList lines = QString::fromStdString(readFile(scores).value()).split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), page.gallery()->model()->rowCount() + 1);
        QCOMPARE(lines.first(), QString("name,score,class,anomaly"));
        QCOMPARE(lines.filter(QRegularExpression(",1$")).size(), page.above());
        // By the menu's own action: a popup has a window of its own.
        page.button("Save picture")->menu()->actions().first()->trigger();
        save("Save the picture");
        const std::filesystem::path picture = page.driver.folder() / "out" / "histogram.png";
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(picture), kPatience);
        const Shape shape = decodeImage(picture).value().pixels.shape();
        QCOMPARE(QSize(static_cast<int>(shape[2]), static_cast<int>(shape[1])),
                 page.histogram()->size() * page.histogram()->devicePixelRatioF());
        lastFolder("full");
        page.driver.click(page.button("Save scores"));
        {
            const FullDisk full(16);
            save("Save the scores");
            QTRY_VERIFY_WITH_TIMEOUT(!page.driver.message().isEmpty(), kPatience);
        }
        QVERIFY2(page.driver.message().contains("scores.csv") && page.driver.message().contains("somewhere else"),
                 qPrintable(page.driver.message()));
        QVERIFY(!std::filesystem::exists(page.driver.folder() / "full" / "scores.csv"));
    }

    void whatCannotBeChecked_isExplained_andWhatWasThereStays() {
        Page page;
        page.train();
        page.show();
        const std::filesystem::path folder = page.shapes();
        // Names that might be taken for rich text, and a file that is none.
        std::filesystem::rename(folder / "disc", folder / "<b>disc");
        writeText(folder / "<b>disc" / "broken.png", "not a picture");
        page.drop(folder);
        QTRY_VERIFY_WITH_TIMEOUT(!page.isBusy() && page.driver.has<ScoreGallery>("Samples by score"), kPatience);
        QCOMPARE(page.button("Skipped files")->text(), QString("1 file skipped…"));
        page.driver.click(page.button("Skipped files"));
        QVERIFY2(page.driver.message().contains("broken.png"), qPrintable(page.driver.message()));
        QVERIFY(page.normal()->findText("<b>disc") > 0);
        QCOMPARE(page.driver.find<QLabel>("About the sample")->textFormat(), Qt::PlainText);
        const int samples = page.gallery()->model()->rowCount();

        page.page()->useData(QStringLiteral("folder:/no/such/folder"));
        QTRY_VERIFY2_WITH_TIMEOUT(page.text("About the check").contains("/no/such/folder"),
                                  qPrintable(page.text("About the check")), kPatience);
        QCOMPARE(page.gallery()->model()->rowCount(), samples);
        std::filesystem::create_directories(page.driver.folder() / "nothing");
        page.page()->useData(QStringLiteral("folder:") + toText(page.driver.folder() / "nothing"));
        QTRY_VERIFY2_WITH_TIMEOUT(page.text("About the check").contains("nothing"),
                                  qPrintable(page.text("About the check")), kPatience);
        QVERIFY(writeNpy(page.driver.folder() / "rows.npy", Tensor({5, 7})).ok());
        page.page()->useData(toText(page.driver.folder() / "rows.npy"));
        QTRY_VERIFY2_WITH_TIMEOUT(page.text("About the check").contains("[7]"),
                                  qPrintable(page.text("About the check")), kPatience);
    }

    void aDroppedModel_worksAtOnce_alsoOnTables() {
        Page page;
        const LoadedModel model = smallModel("undercomplete", "dense", {{"model.layers", {5}}}, {7});
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        exportModel(model, "safetensors", page.driver.folder() / "table.safetensors", {}, *executor).value();
        QVERIFY(writeNpy(page.driver.folder() / "rows.npy", Tensor({50, 7})).ok());
        page.drop(page.driver.folder() / "rows.npy");
        page.drop(page.driver.folder() / "table.safetensors");
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(50), kPatience);
        QVERIFY2(page.text("About the normal class").contains("lies in no run folder"),
                 qPrintable(page.text("About the normal class")));
        QVERIFY(page.text("About the check").contains("table.safetensors"));
        QVERIFY(!page.driver.has<HeatmapOverlay>("Error"));
        // It has no evidence bound: that score cannot be chosen any more.
        auto* score = page.driver.find<QComboBox>("Score");
        score->setFocus();
        page.driver.key(Qt::Key_Down);
        QCOMPARE(score->currentIndex(), 0);
    }

    void tenThousand_areShownAsTheyAreLookedAt_andCancelledByEscape() {
        Page page;
        page.train();
        page.show();
        Tensor many({10'000, 1, 16, 16});
        for (int64_t i = 0; i < many.elements(); ++i)
            many.data()[i] = static_cast<float>((i * 7919) % 1000) / 1000.0f;
        QVERIFY(writeNpy(page.driver.folder() / "many.npy", many).ok());
        bool wasCancelled = false; // at the first moment in which a person could
        const auto cancelling = connect(page.service(), &AnomalyService::busyChanged, page.page(), [&](bool isBusy) {
            if (isBusy)
                QTimer::singleShot(0, page.page(), [&] {
                    page.driver.key(Qt::Key_Escape);
                    wasCancelled = !page.isBusy();
                });
        });
        page.drop(page.driver.folder() / "many.npy");
        QTRY_VERIFY_WITH_TIMEOUT(wasCancelled, kPatience);
        disconnect(cancelling);
        QVERIFY(page.page()->isVisible());
        QVERIFY2(page.text("What is needed").contains("Cancelled"), qPrintable(page.text("What is needed")));
        page.driver.key(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(10'000), kPatience);
        QVERIFY2(page.text("About the normal class").contains("no labels"),
                 qPrintable(page.text("About the normal class")));
        const auto* model = page.page()->findChild<ScoreGalleryModel*>();
        QTRY_VERIFY_WITH_TIMEOUT(model->thumbnailsMade() > 0, kPatience);
        page.gallery()->setFocus();
        page.driver.key(Qt::Key_End);
        QCOMPARE(page.gallery()->currentIndex().row(), 9'999);
        const int64_t last = model->rowAt(page.gallery()->currentIndex());
        QTRY_VERIFY_WITH_TIMEOUT(!model->thumbnail(last).isNull(), kPatience);
        QVERIFY2(model->thumbnailsMade() < 500, qPrintable(QString::number(model->thumbnailsMade())));
    }
};

QTEST_MAIN(TestAnomaliesPage)
#include "tst_anomalies_page.moc"
