// The Compression page as a person uses it: measure, read the table, look at the plot, save, cancel; and where it
// cannot be.

#include "tests/ui/WindowDriver.h"

#include "core/base/AtomicFile.h"
#include "core/data/ImageCodec.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/io/ExportModel.h"
#include "tests/support/SmallModels.h"
#include "ui/widgets/RatePlot.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

const QPointF kMiddle(400, 400);

struct Page {
    WindowDriver driver;

    Page() { show(); }
    void show() { driver.key(Qt::Key_6, Qt::AltModifier); }
    bool drop(const LoadedModel& model, const char* name) {
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        exportModel(model, "safetensors", driver.folder() / name, {}, *executor).value();
        return driver.drop({QUrl::fromLocalFile(toText(driver.folder() / name))}, kMiddle);
    }
    QString note() { return driver.find<QLabel>("About the measurement")->text(); }
    QString hint() { return driver.has<QLabel>("What is needed") ? driver.find<QLabel>("What is needed")->text() : ""; }
    QTableWidget* table() { return driver.find<QTableWidget>("Compression table"); }
    bool hasTable() { return driver.has<QTableWidget>("Compression table"); }
    QString cell(int row, int column) { return table()->item(row, column)->text(); }
    void train() {
        useSmall(driver, {{"training.epochs", 1}, {"model.code_size", 6}});
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(driver) && driver.bench().controller().hasModel(), kPatience);
    }
    void measure() {
        driver.click(driver.find<QPushButton>("Measure"));
        QTRY_VERIFY2_WITH_TIMEOUT(!driver.bench().compression().isBusy(), qPrintable(hint()), kPatience);
    }
    void save(const std::filesystem::path& path) {
        driver.click(driver.find<QToolButton>("Save measurement as"));
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QFileDialog>("Save the measurement"), kPatience);
        auto* name = driver.window().findChild<QFileDialog*>()->findChild<QLineEdit*>();
        name->setFocus();
        driver.key(Qt::Key_A, Qt::ControlModifier);
        driver.type(toText(path));
        driver.key(Qt::Key_Return);
    }
};

} // namespace

class TestCompressionPage : public QObject {
    Q_OBJECT

private slots:
    void aRun_isMeasured_tableAndPlotAgree_andBothAreSaved() {
        Page page;
        QVERIFY2(page.hint().contains("no trained model yet"), qPrintable(page.hint()));
        QVERIFY(!page.driver.find<QPushButton>("Measure")->isEnabled());
        page.train();
        QVERIFY2(page.hint().contains("Measure (Ctrl+Return)"), qPrintable(page.hint()));
        std::shared_ptr<const MeasuredCompression> made;
        connect(&page.driver.bench().compression(), &CompressionService::finished, this,
                [&](const auto& r) { made = r; });
        page.measure();
        QVERIFY(made != nullptr && page.hasTable());
        QCOMPARE(made->table.samples, 20); // the validation part of 200
        QCOMPARE(page.table()->rowCount(), int(made->table.rows.size()));
        QCOMPARE(page.cell(0, 0), QString("Model, f32"));
        QCOMPARE(page.cell(0, 1), QString("24"));
        QCOMPARE(page.cell(2, 1), QString("6"));
        QCOMPARE(page.cell(3, 0), QString("PCA, f32"));
        QCOMPARE(page.cell(2, 4), QLocale().toString(made->table.rows[2].psnr, 'f', 2));
        QVERIFY2(page.note().contains("20 pictures of"), qPrintable(page.note()));

        // The row and the point are one thing.
        auto* plot = page.driver.find<RatePlot>("Compression plot");
        page.driver.click(plot, plot->placeOf(4).toPoint());
        QCOMPARE(page.table()->currentRow(), 4);
        QVERIFY(plot->placeOf(2).x() < plot->placeOf(0).x()); // fewer bytes
        const bool isBetter = made->table.rows[3].psnr > made->table.rows[0].psnr;
        QCOMPARE(plot->placeOf(3).y() < plot->placeOf(0).y(), isBetter);

        page.save(page.driver.folder() / "c.csv");
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(page.driver.folder() / "c.csv"), kPatience);
        QCOMPARE(readFile(page.driver.folder() / "c.csv").value(), csvOf(made->table));
        page.save(page.driver.folder() / "c.png");
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(page.driver.folder() / "c.png"), kPatience);
        QCOMPARE(decodeImage(page.driver.folder() / "c.png").value().pixels.shape()[2], plot->grab().toImage().width());
        page.save(page.driver.folder() / "c.xyz");
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.message().contains("still here"), kPatience);
    }

    void anExportedModel_isMeasured_onTheExperimentsData_orSaysWhyNot() {
        Page page;
        useSmall(page.driver);
        const Shape shape = page.driver.bench().preflight().data().dataset->sampleShape();
        page.drop(smallModel("undercomplete", "convolutional",
                             {{"model.layers", {4, 6}}, {"model.code", "spatial"}, {"model.code_size", 1}}, shape),
                  "spatial.safetensors");
        page.measure();
        QVERIFY2(page.hasTable(), qPrintable(page.hint()));
        QVERIFY2(page.note().contains("spatial.safetensors"), qPrintable(page.note()));
        page.drop(smallModel(), "other.safetensors"); // takes 6×5
        QVERIFY2(page.note().contains("earlier model"), qPrintable(page.note()));
        page.measure();
        QVERIFY2(!page.hasTable() && page.hint().contains("6"), qPrintable(page.hint()));
        QVERIFY(!page.driver.find<QToolButton>("Save measurement as")->isEnabled());
        page.drop(smallModel("denoising", "unet", {{"model.layers", {16}}, {"model.blocks", 1}}, {1, 16, 16}),
                  "unet.safetensors");
        page.measure();
        QVERIFY2(page.hint().contains("has no code"), qPrintable(page.hint()));
    }

    void cancel_byEscape_leavesThePageReady_andEscapeAgainLeavesIt() {
        Page page;
        page.train();
        page.driver.find<QSpinBox>("Pictures")->setValue(20);
        page.driver.find<QPushButton>("Measure")->setFocus();
        page.driver.key(Qt::Key_Return, Qt::ControlModifier);
        QVERIFY(page.driver.bench().compression().isBusy());
        page.driver.key(Qt::Key_Escape);
        QVERIFY(!page.driver.bench().compression().isBusy());
        QVERIFY(page.driver.find<QPushButton>("Measure")->isEnabled() && !page.hasTable());
        page.measure();
        QVERIFY(page.hasTable());
        page.driver.key(Qt::Key_Escape);
        QVERIFY(!page.driver.has<QPushButton>("Measure"));
    }

    void whileTraining_theRunGoesOn() {
        Page page;
        useSmall(page.driver, {{"training.epochs", 100000}});
        page.driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.bench().controller().snapshot() != nullptr &&
                                     page.driver.bench().controller().snapshot()->step > 0,
                                 kPatience);
        page.measure();
        QVERIFY2(page.hasTable() && page.note().contains("at step"), qPrintable(page.hint()));
        const int64_t step = page.driver.bench().controller().snapshot()->step;
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.bench().controller().snapshot()->step > step, kPatience);
        page.driver.key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(page.driver), kPatience);
    }
};

QTEST_MAIN(TestCompressionPage)
#include "tst_compression_page.moc"
