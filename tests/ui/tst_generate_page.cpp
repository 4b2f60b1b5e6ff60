// The Generate page as a person uses it: look, draw others, enlarge, traverse, save; with a run, a model file, while
// training, and where it cannot be.

#include "tests/ui/WindowDriver.h"

#include "core/analysis/PictureGrid.h"
#include "core/data/ImageCodec.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/formats/Npy.h"
#include "core/inference/CodeSource.h"
#include "core/io/ExportModel.h"
#include "tests/support/SmallModels.h"
#include "ui/panels/GeneratePage.h"
#include "ui/panels/ModelChooser.h"
#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/ImageView.h"
#include "ui/widgets/PictureTable.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

const QPointF kMiddle(400, 400);

LoadedModel vae(const Shape& shape = {1, 12, 12}) {
    return smallModel("variational", "dense", {{"model.layers", {16}}, {"model.code_size", 5}}, shape);
}

struct Page {
    WindowDriver driver;

    Page() { show(); }
    void show() { driver.key(Qt::Key_5, Qt::AltModifier); }
    std::filesystem::path write(const LoadedModel& model, const char* name = "net.safetensors") {
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        exportModel(model, "safetensors", driver.folder() / name, {}, *executor).value();
        return driver.folder() / name;
    }
    bool drop(const std::filesystem::path& path) { return driver.drop({QUrl::fromLocalFile(toText(path))}, kMiddle); }
    QString note() { return driver.find<QLabel>("About the samples")->text(); }
    QString hint() { return driver.has<QLabel>("What is needed") ? driver.find<QLabel>("What is needed")->text() : ""; }
    PictureTable* table() { return driver.window().findChild<GeneratePage*>()->findChild<PictureTable*>(); }
    ImageView* enlarged() { return driver.window().findChild<GeneratePage*>()->findChild<ImageView*>(); }
    // Pictures have their places a moment after they have come.
    bool enlarges(int index) {
        driver.click(table()->viewport(), table()->pictureRect(index).center().toPoint());
        return enlarged()->isVisible() && table()->current() == index;
    }
    bool isDone() {
        return !driver.bench().generator().isBusy() && driver.find<QToolButton>("Save samples as")->isEnabled();
    }
    void enter(const char* name, const QString& text) {
        driver.find<QAbstractSpinBox>(name)->setFocus();
        driver.key(Qt::Key_A, Qt::ControlModifier);
        driver.type(text);
        driver.key(Qt::Key_Return);
    }
    void train(const std::vector<std::pair<std::string, Json>>& settings) {
        useSmall(driver, settings);
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(driver) && driver.bench().controller().hasModel(), kPatience);
    }
};

Tensor expected(const LoadedModel& model, int64_t count, uint64_t seed, double temperature = 1) {
    const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
    ModelRunner runner(*executor, model.model, model.weights);
    return runner.decode((**CodeSource::of(runner, nullptr)).sample(count, seed, temperature)).value();
}

} // namespace

class TestGeneratePage : public QObject {
    Q_OBJECT

private slots:
    // A Gaussian is fitted to the codes of many samples: how far that is, how fast, and how long it will yet take.
    void fittingToCodes_tellsHowFarItIs() {
        Page page;
        useSmall(page.driver, {{"data.limit", 4096}});
        const Shape shape = page.driver.bench().preflight().data().dataset->sampleShape();
        QVector<double> told;
        connect(&page.driver.bench().generator(), &GenerateService::progressed, this,
                [&](const GenerateProgress& progress) { told << progress.fraction; });
        page.drop(page.write(
            smallModel("undercomplete", "dense", {{"model.layers", {4096, 2048}}, {"model.code_size", 4}}, shape)));
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone(), qPrintable(page.hint()), kPatience);
        QVERIFY(!told.isEmpty() && std::is_sorted(told.begin(), told.end()));
        QVERIFY(told.front() > 0 && told.back() <= 1);
    }

    void withoutAModel_saysWhatToDo_thenADroppedOneIsShown() {
        Page page;
        QVERIFY2(page.hint().contains("no trained model yet"), qPrintable(page.hint()));
        QVERIFY(!page.driver.find<QToolButton>("Save samples as")->isEnabled());
        const LoadedModel model = vae();
        QVERIFY(page.drop(page.write(model)));
        QTRY_VERIFY2_WITH_TIMEOUT(page.table()->count() == 64, qPrintable(page.hint()), kPatience);
        for (const char* part : {"net.safetensors", "the prior N(0, I)", "temperature 1", "seed 0"})
            QVERIFY2(page.note().contains(part), qPrintable(page.note()));
        QVERIFY(!page.note().contains("no prior"));
        const Tensor all = expected(model, 64, 0);
        for (const int i : {0, 7, 63})
            QCOMPARE(page.table()->picture(i), toImage(all, i));
        // All of them fit the page.
        QTRY_VERIFY_WITH_TIMEOUT(
            page.table()->viewport()->rect().contains(page.table()->pictureRect(63).toAlignedRect()), kPatience);
    }

    void resample_byButtonAndKeys_isTheNextSeed_andTemperatureAndCountAreHeard() {
        Page page;
        const LoadedModel model = vae();
        page.drop(page.write(model));
        QTRY_VERIFY_WITH_TIMEOUT(page.table()->count() == 64, kPatience);
        auto* seed = page.driver.find<QSpinBox>("Seed");
        page.driver.click(page.driver.find<QToolButton>("Resample"));
        QCOMPARE(seed->value(), 1);
        QTRY_COMPARE_WITH_TIMEOUT(page.table()->picture(3), toImage(expected(model, 64, 1), 3), kPatience);
        page.driver.key(Qt::Key_R, Qt::ControlModifier);
        QCOMPARE(seed->value(), 2);
        page.table()->setFocus();
        page.driver.key(Qt::Key_R);
        QCOMPARE(seed->value(), 3);
        QTRY_COMPARE_WITH_TIMEOUT(page.table()->picture(3), toImage(expected(model, 64, 3), 3), kPatience);
        page.enter("Temperature", "0");
        QTRY_COMPARE_WITH_TIMEOUT(page.table()->picture(3), page.table()->picture(4), kPatience);
        page.enter("Temperature", "2.5");
        QTRY_COMPARE_WITH_TIMEOUT(page.table()->picture(5), toImage(expected(model, 64, 3, 2.5), 5), kPatience);
        page.enter("Count", "10");
        QTRY_COMPARE_WITH_TIMEOUT(page.table()->count(), 10, kPatience);
        page.enter("Columns", "3");
        QCOMPARE(page.table()->columns(), 3);
        page.enter("Seed", "0");
        QTRY_COMPARE_WITH_TIMEOUT(page.table()->picture(5), toImage(expected(model, 10, 0, 2.5), 5), kPatience);

        // What was chosen is there at the next start.
        page.driver.close();
        page.driver.open();
        page.show();
        QCOMPARE(page.driver.find<QSpinBox>("Count")->value(), 10);
        QCOMPARE(page.driver.find<QDoubleSpinBox>("Temperature")->value(), 2.5);
    }

    void aPicture_isEnlargedByMouseAndKeys_andEscapeCloses() {
        Page page;
        page.drop(page.write(vae({3, 10, 8})));
        QTRY_VERIFY_WITH_TIMEOUT(page.table()->count() == 64, kPatience);
        QVERIFY(!page.enlarged()->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(page.enlarges(9), kPatience);
        auto* enlarged = page.enlarged();
        QCOMPARE(enlarged->image(), page.table()->picture(9));
        QVERIFY2(enlarged->caption().contains("Sample 10 of 64"), qPrintable(enlarged->caption()));
        page.table()->setFocus();
        page.driver.key(Qt::Key_Right);
        QCOMPARE(enlarged->image(), page.table()->picture(10));
        page.driver.key(Qt::Key_Escape);
        QVERIFY(!page.enlarged()->isVisible());
        page.driver.key(Qt::Key_Return);
        QVERIFY(page.enlarged()->isVisible());
        page.driver.key(Qt::Key_Escape);
        page.driver.key(Qt::Key_Escape);
        QVERIFY(!page.table()->isVisible()); // back on Train
    }

    void traversal_aRowPerDimension_fromTheStartThatIsChosen() {
        Page page;
        const LoadedModel model = vae();
        page.drop(page.write(model));
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(), kPatience);
        page.driver.click(page.driver.find<QToolButton>("Traversal"));
        QTRY_COMPARE_WITH_TIMEOUT(page.table()->count(), 5 * 7, kPatience);
        QCOMPARE(page.table()->columns(), 7);
        QVERIFY2(page.note().contains("all 5 dimensions") && page.note().contains("not known without data"),
                 qPrintable(page.note()));
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        ModelRunner runner(*executor, model.model, model.weights);
        const CodeSource source = **CodeSource::of(runner, nullptr);
        const auto row = [&](std::span<const float> code, int64_t dimension) {
            return runner.decode(source.traversal(code, dimension, 7)).value();
        };
        const Tensor mean = source.centre();
        for (const int step : {0, 3, 6})
            QCOMPARE(page.table()->picture(2 * 7 + step), toImage(row(mean.values(), 2), step));
        QVERIFY(!page.driver.find<QToolButton>("Resample")->isEnabled());

        auto* start = page.driver.find<QComboBox>("Start");
        start->setFocus();
        page.driver.key(Qt::Key_Down);
        const Tensor drawn = source.sample(1, 0);
        QTRY_COMPARE_WITH_TIMEOUT(page.table()->picture(7 + 2), toImage(row(drawn.values(), 1), 2), kPatience);
        page.driver.key(Qt::Key_R, Qt::ControlModifier);
        const Tensor other = source.sample(1, 1);
        QTRY_COMPARE_WITH_TIMEOUT(page.table()->picture(7 + 2), toImage(row(other.values(), 1), 2), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(page.enlarges(8), kPatience);
        QVERIFY(page.enlarged()->caption().contains("z2 at −2σ"));

        // The experiment's samples are of another shape than this model takes: said, with both.
        start->setFocus();
        page.driver.key(Qt::Key_Down);
        QTRY_VERIFY2_WITH_TIMEOUT(page.hint().contains("12"), qPrintable(page.hint()), kPatience);
        QVERIFY(!page.driver.find<QToolButton>("Save samples as")->isEnabled());
        page.driver.key(Qt::Key_Up);
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(), kPatience);
    }

    void aRunWithoutPrior_isFittedToWhatItLearntFrom_andItsDimensionsAreInOrder() {
        Page page;
        page.train({{"model.family", "undercomplete"}, {"model.code_size", 6}, {"training.epochs", 2}});
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone(), qPrintable(page.hint()), kPatience);
        QVERIFY2(page.note().contains("a Gaussian fitted to the codes of 180 samples: this family has no prior"),
                 qPrintable(page.note()));
        page.driver.click(page.driver.find<QToolButton>("Traversal"));
        QTRY_COMPARE_WITH_TIMEOUT(page.table()->count(), 6 * 7, kPatience);
        QVERIFY2(page.note().contains("widest first"), qPrintable(page.note()));
        auto* start = page.driver.find<QComboBox>("Start");
        start->setFocus();
        page.driver.key(Qt::Key_End);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.driver.has<QSpinBox>("Sample"), qPrintable(page.hint()),
                                  kPatience);
        const QImage first = page.table()->picture(4);
        page.enter("Sample", "3");
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone() && page.table()->picture(4) != first, kPatience);
    }

    void aVariationalRun_showsActiveDimensionsFirst() {
        Page page;
        page.train({{"model.family", "variational"}, {"model.code_size", 6}, {"training.epochs", 2}});
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone(), qPrintable(page.hint()), kPatience);
        std::shared_ptr<const Generated> made;
        connect(&page.driver.bench().generator(), &GenerateService::finished, this, [&](const auto& r) { made = r; });
        page.driver.click(page.driver.find<QToolButton>("Traversal"));
        QTRY_VERIFY_WITH_TIMEOUT(made != nullptr, kPatience);
        QVERIFY(made->isDivergence && made->rows.size() == 6);
        for (size_t i = 0; i + 1 < 6; ++i)
            QVERIFY(made->rows[i].weight >= made->rows[i + 1].weight && made->rows[i + 1].weight >= 0);
        QVERIFY2(page.note().contains("by KL, most active first"), qPrintable(page.note()));
    }

    void whileTraining_theSamplesFollow_andTheRunGoesOn() {
        Page page;
        useSmall(page.driver, {{"model.family", "undercomplete"}, {"training.epochs", 100000}});
        page.driver.key(Qt::Key_F5);
        std::vector<int64_t> steps;
        connect(&page.driver.bench().generator(), &GenerateService::finished, this,
                [&](const std::shared_ptr<const Generated>& made) { steps.push_back(made->step); });
        QTRY_VERIFY2_WITH_TIMEOUT(steps.size() >= 3, qPrintable(page.hint()), kPatience);
        QVERIFY(steps[1] > steps[0] && steps[2] > steps[1]);
        QVERIFY2(page.note().contains("at step"), qPrintable(page.note()));
        QVERIFY(!page.driver.has<QProgressBar>("Generating progress")); // nobody asked for it
        page.driver.key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(page.driver), kPatience);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && !page.note().contains("at step"), qPrintable(page.note()),
                                  kPatience);
    }

    void save_asPictureAndAsArray_andWhereItCannotBe() {
        Page page;
        const LoadedModel model = vae();
        page.drop(page.write(model));
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone(), kPatience);
        page.enter("Count", "12");
        page.enter("Columns", "4");
        QTRY_VERIFY_WITH_TIMEOUT(page.isDone() && page.table()->count() == 12, kPatience);
        const Tensor all = expected(model, 12, 0);
        const auto save = [&](const std::filesystem::path& path) {
            page.driver.click(page.driver.find<QToolButton>("Save samples as"));
            QTRY_VERIFY_WITH_TIMEOUT(page.driver.has<QFileDialog>("Save the samples"), kPatience);
            auto* name = page.driver.window().findChild<QFileDialog*>()->findChild<QLineEdit*>();
            name->setFocus();
            page.driver.key(Qt::Key_A, Qt::ControlModifier);
            page.driver.type(toText(path));
            page.driver.key(Qt::Key_Return);
        };
        save(page.driver.folder() / "all.png");
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(page.driver.folder() / "all.png"), kPatience);
        QCOMPARE(toImage(decodeImage(page.driver.folder() / "all.png").value().pixels),
                 toImage(pictureGrid(all, {.columns = 4})));
        save(page.driver.folder() / "all.npy");
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(page.driver.folder() / "all.npy"), kPatience);
        const NpyArray array = readNpy(page.driver.folder() / "all.npy").value();
        QCOMPARE(array.shape, (Shape{12, 1, 12, 12}));
        QVERIFY(std::ranges::equal(array.floats.span(), all.values()));
        save(page.driver.folder() / "all.txt");
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.message().contains("still here"), kPatience);
        QVERIFY(!std::filesystem::exists(page.driver.folder() / "all.txt"));
    }

    void whatCannotBe_isSaidInPlaceOfThePictures() {
        Page page;
        page.drop(
            page.write(smallModel("denoising", "unet", {{"model.layers", {16}}, {"model.blocks", 1}}, {1, 16, 16}),
                       "u.safetensors"));
        QTRY_VERIFY2_WITH_TIMEOUT(page.hint().contains("has no code"), qPrintable(page.hint()), kPatience);
        writeText(page.driver.folder() / "bad.safetensors", "nonsense");
        page.driver.find<ModelChooser>("Model")->choose(page.driver.folder() / "bad.safetensors");
        QTRY_VERIFY2_WITH_TIMEOUT(page.hint().contains("bad.safetensors"), qPrintable(page.hint()), kPatience);
        // An exported model without a prior, and data of another shape: what to do.
        page.drop(page.write(smallModel(), "small.safetensors"));
        QTRY_VERIFY2_WITH_TIMEOUT(page.hint().contains("has no prior to draw codes from"), qPrintable(page.hint()),
                                  kPatience);
        // Samples that are no pictures can be saved.
        page.drop(page.write(vae({7}), "table.safetensors"));
        QTRY_VERIFY2_WITH_TIMEOUT(page.hint().contains("no pictures: save them"), qPrintable(page.hint()), kPatience);
        QVERIFY(page.driver.find<QToolButton>("Save samples as")->isEnabled());
        // And the window goes on.
        page.drop(page.write(vae()));
        QTRY_VERIFY_WITH_TIMEOUT(page.table()->count() == 64 && page.table()->isVisible(), kPatience);
    }
};

QTEST_MAIN(TestGeneratePage)
#include "tst_generate_page.moc"
