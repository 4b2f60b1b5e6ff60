// The Latent page as a person uses it: a map of codes, its neighbours, lasso, clusters and t-SNE; the pad; the canvas.

#include "tests/ui/LatentPageDriver.h"

#include "core/formats/Npy.h"
#include "ui/panels/LatentPaint.h"
#include "ui/panels/LatentWander.h"
#include "ui/widgets/CodeBars.h"
#include "ui/widgets/CodeScatter.h"
#include "ui/widgets/ImageConvert.h"
#include "ui/widgets/ImageStrip.h"
#include "ui/widgets/ImageView.h"
#include "ui/widgets/LatentPad.h"
#include "ui/widgets/PaintView.h"

using namespace hourglass;
using namespace hourglass::test;

class TestLatentPage : public QObject {
    Q_OBJECT

private slots:
    // Over the list of the pad's axes the wheel scrolls the list: an axis moves only when it has the focus.
    void wheelOverAnAxis_scrollsTheList() {
        LatentPageDriver page(20);
        page.useModel();
        page.driver.window().resize(1280, 620);
        page.showTool(2);
        auto* axis = page.driver.find<QSlider>("axis 3");
        const QWidget* list = axis->parentWidget();
        QTRY_VERIFY_WITH_TIMEOUT(list->height() > list->parentWidget()->height(), kPatience);
        const int value = axis->value(), top = list->y();
        page.scatter()->setFocus();
        page.driver.wheel(axis, -120);
        QCOMPARE(axis->value(), value);
        QVERIFY(list->y() < top);
        axis->setFocus();
        qobject_cast<QScrollArea*>(list->parentWidget()->parentWidget())->ensureWidgetVisible(axis);
        page.driver.wheel(axis, -120);
        QVERIFY(axis->value() < value);
    }

    void empty_saysWhatToDo_thenAModelMakesAMap() {
        LatentPageDriver page;
        QVERIFY(!page.driver.find<QToolButton>("Encode")->isEnabled());
        QVERIFY(!page.driver.find<QTabWidget>("Tools")->isEnabled());
        QCOMPARE(page.scatter()->count(), 0);
        page.useModel();
        QCOMPARE(page.scatter()->count(), 100); // the validation part
        for (const char* part : {"100 samples", "Validation part", "net.safetensors", "a code of 5 values"})
            QVERIFY2(page.note().contains(part), qPrintable(page.note()));
        auto* samples = page.driver.find<QComboBox>("Samples");
        samples->setFocus();
        page.driver.key(Qt::Key_Down);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.note().contains("Training part"), qPrintable(page.note()),
                                  kPatience);
        page.driver.find<QComboBox>("Layout")->setCurrentIndex(1); // values as they are
        for (int i = 0; i < 3; ++i)
            QCOMPARE(page.scatter()->pointAt(i).x(), static_cast<double>(page.map()->codes()->codes.sample(i)[0]));
    }

    void twoValues_areTheAxesThemselves() {
        LatentPageDriver page(2);
        page.useModel();
        QCOMPARE(page.driver.find<QComboBox>("Layout")->currentText(), QStringLiteral("Code values"));
        QCOMPARE(page.scatter()->pointAt(4), QPointF(static_cast<double>(page.map()->codes()->codes.sample(4)[0]),
                                                     static_cast<double>(page.map()->codes()->codes.sample(4)[1])));
    }

    void point_clicked_showsItsNeighbours_andArrowsWalk() {
        LatentPageDriver page;
        page.useModel();
        auto* strip = page.driver.find<ImageStrip>("Nearest neighbours");
        QCOMPARE(strip->sampleCount(), 0);
        page.clickPoint(42);
        const int current = page.scatter()->current();
        QVERIFY(current >= 0);
        QTRY_COMPARE_WITH_TIMEOUT(strip->sampleCount(), 12, kPatience);
        const auto expected = nearestToRow(page.map()->codes()->points, current, 11);
        QVERIFY(
            page.driver.find<QLabel>("About: Nearest neighbours")->text().startsWith(page.map()->describe(current)));
        page.driver.click(strip, strip->imageRect(0, 1).center().toPoint()); // to the nearest
        QCOMPARE(page.scatter()->current(), static_cast<int>(expected.front().row));
        page.scatter()->setFocus();
        int moves = 0;
        for (const Qt::Key key : {Qt::Key_Right, Qt::Key_Left, Qt::Key_Up, Qt::Key_Down}) {
            const QPointF from = page.scatter()->pointAt(page.scatter()->current());
            page.driver.key(key);
            const QPointF to = page.scatter()->pointAt(page.scatter()->current());
            if (to == from)
                continue; // the last one that way
            ++moves;
            QVERIFY(key == Qt::Key_Right  ? to.x() > from.x()
                    : key == Qt::Key_Left ? to.x() < from.x()
                    : key == Qt::Key_Up   ? to.y() > from.y()
                                          : to.y() < from.y());
        }
        QVERIFY(moves >= 3);
        page.driver.key(Qt::Key_Escape);
        QCOMPARE(page.scatter()->current(), -1);
        QVERIFY(page.scatter()->isVisible());
        page.driver.key(Qt::Key_Escape); // nothing left to let go of
        QVERIFY(!page.scatter()->isVisible());
    }

    void lasso_choosesWhatItSurrounds() {
        LatentPageDriver page;
        page.useModel();
        auto* strip = page.driver.find<ImageStrip>("Chosen samples");
        const QRect all = page.scatter()->rect();
        const QList<QPoint> leftHalf{
            {3, 3}, {all.width() / 2, 3}, {all.width() / 2, all.height() - 30}, {3, all.height() - 30}};
        std::vector<int> expected;
        for (int i = 0; i < page.scatter()->count(); ++i)
            if (page.scatter()->toWidget(page.scatter()->pointAt(i)).x() < all.width() / 2)
                expected.push_back(i);
        QVERIFY(!expected.empty() && expected.size() < 100);
        page.drag(page.scatter(), leftHalf, Qt::ShiftModifier);
        QCOMPARE(page.scatter()->chosen(), expected);
        QTRY_COMPARE_WITH_TIMEOUT(strip->sampleCount(), static_cast<int>(std::min<size_t>(48, expected.size())),
                                  kPatience);
        page.scatter()->setFocus();
        page.driver.key(Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(page.scatter()->chosen().size(), 100u);
        page.driver.key(Qt::Key_Escape);
        QVERIFY(page.scatter()->chosen().empty());
        QCOMPARE(strip->sampleCount(), 0);
        page.driver.click(page.driver.find<QToolButton>("Lasso"));
        page.drag(page.scatter(), leftHalf);
        QCOMPARE(page.scatter()->chosen(), expected);
    }

    void mouse_zoomsAndPans() {
        LatentPageDriver page;
        page.useModel();
        page.driver.click(page.driver.find<QToolButton>("Lasso"));
        page.driver.click(page.driver.find<QToolButton>("Lasso")); // off again
        const QPointF a = page.scatter()->toWidget(page.scatter()->pointAt(1));
        page.drag(page.scatter(), {{100, 100}, {120, 130}, {140, 150}});
        const QPointF moved = page.scatter()->toWidget(page.scatter()->pointAt(1)) - a;
        QVERIFY(std::abs(moved.x() - 40) < 1 && std::abs(moved.y() - 50) < 1);
        const QPointF middle(150, 150);
        const QPointF before = page.scatter()->toWidget(page.scatter()->pointAt(1)) - middle;
        QWheelEvent wheel(middle, page.scatter()->mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(page.scatter(), &wheel);
        const QPointF after = page.scatter()->toWidget(page.scatter()->pointAt(1)) - middle;
        QVERIFY(std::abs(after.x() - 1.25 * before.x()) < 1e-6 && std::abs(after.y() - 1.25 * before.y()) < 1e-6);
        page.scatter()->setFocus();
        page.driver.key(Qt::Key_0);
        QVERIFY((page.scatter()->toWidget(page.scatter()->pointAt(1)) - a).manhattanLength() < 1e-6);
        page.driver.click(page.driver.find<QToolButton>("Pictures in place of dots"));
        QTRY_VERIFY_WITH_TIMEOUT(page.scatter()->pictureCount() > 3, kPatience);
    }

    void layoutByNeighbours_saysALoweredPerplexity_andCanBeCancelled() {
        LatentPageDriver page;
        page.useModel();
        page.driver.find<QComboBox>("Layout")->setCurrentIndex(2);
        page.driver.find<QDoubleSpinBox>("Perplexity")->setValue(60); // starts anew
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("perplexity 33.0 instead of 60: there are only 100 samples"),
                                  qPrintable(page.note()), kPatience);
        const QPointF done = page.scatter()->pointAt(0);
        page.driver.find<QComboBox>("Layout")->setCurrentIndex(0);
        QVERIFY(page.scatter()->pointAt(0) != done);
        QVERIFY2(!page.note().contains("t-SNE"), qPrintable(page.note()));
        page.driver.find<QComboBox>("Layout")->setCurrentIndex(2); // kept
        QCOMPARE(page.scatter()->pointAt(0), done);
        page.driver.find<QDoubleSpinBox>("Perplexity")->setValue(5);
        page.scatter()->setFocus();
        page.driver.key(Qt::Key_Escape);
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("stopped before its end"), qPrintable(page.note()), kPatience);
        QVERIFY(page.scatter()->isVisible());
    }

    void clusters_areColoured_withExamples() {
        LatentPageDriver page;
        page.useModel();
        page.driver.find<QComboBox>("Colour by")->setCurrentIndex(1);
        page.driver.find<QSpinBox>("Clusters")->setValue(4);
        page.showTool(1);
        QTRY_VERIFY_WITH_TIMEOUT(page.map()->clusters() && page.map()->clusters()->clusters() == 4, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.find<ImageStrip>("Examples of the clusters")->sampleCount() == 9,
                                 kPatience);
        QVERIFY(page.driver.find<QLabel>("About the clusters")->text().startsWith("4 clusters"));
        // An example leads to its sample: by the mouse, and from there by keys to one of the next cluster.
        auto* strip = page.driver.find<ImageStrip>("Examples of the clusters");
        const auto& examples = page.map()->clusters()->examples;
        page.driver.click(strip, strip->imageRect(1, 2).center().toPoint());
        QCOMPARE(page.scatter()->current(), static_cast<int>(examples[1][2]));
        QVERIFY(strip->hasFocus());
        page.driver.key(Qt::Key_Down);
        page.driver.key(Qt::Key_Left);
        QCOMPARE(page.scatter()->current(), static_cast<int>(examples[1][2]));
        page.driver.key(Qt::Key_Return);
        QCOMPARE(page.scatter()->current(), static_cast<int>(examples[2][1]));
    }

    // Where the pad is, is what is decoded: with all axes at hand the code has exactly those coordinates.
    void pad_dragged_theDecoderFollows() {
        LatentPageDriver page;
        page.useModel();
        page.showTool(2);
        auto* wander = page.driver.window().findChild<LatentWander*>();
        LatentPad* pad = wander->pad();
        auto* picture = page.driver.find<ImageView>("Decoded picture");
        QTRY_VERIFY_WITH_TIMEOUT(!picture->image().isNull(), kPatience);
        const QImage middle = picture->image();
        page.drag(pad,
                  {pad->toWidget({0, 0}).toPoint(), pad->toWidget({1, 0}).toPoint(), pad->toWidget({2, -1}).toPoint()});
        QVERIFY((pad->place() - QPointF(2, -1)).manhattanLength() < 0.1);
        const LatentAxes& axes = *page.map()->axes();
        std::vector<double> at = coordinatesOf(*page.map()->codes(), axes, wander->code());
        QVERIFY(std::abs(at[0] / axes.deviations[0] - pad->place().x()) < 1e-3);
        QVERIFY(std::abs(at[1] / axes.deviations[1] - pad->place().y()) < 1e-3);
        QTRY_VERIFY_WITH_TIMEOUT(picture->image() != middle, kPatience);
        auto* slider = page.driver.find<QSlider>("axis 3");
        slider->setFocus();
        page.driver.key(Qt::Key_PageUp);
        at = coordinatesOf(*page.map()->codes(), axes, wander->code());
        QVERIFY(std::abs(at[2] / axes.deviations[2] - 0.5) < 0.02);
        pad->setFocus();
        page.driver.key(Qt::Key_Right);
        QVERIFY(std::abs(pad->place().x() - 2.1) < 0.1);
        page.driver.click(page.driver.find<QToolButton>("Reset the place"));
        QVERIFY(pad->place().manhattanLength() < 1e-3);
        QTRY_COMPARE_WITH_TIMEOUT(picture->image(), middle, kPatience);
    }

    void betweenTwoSamples_endsAtThem() {
        LatentPageDriver page;
        page.useModel();
        page.showTool(2);
        auto* wander = page.driver.window().findChild<LatentWander*>();
        QVERIFY(!page.driver.find<QToolButton>("Sample A")->isEnabled());
        QVERIFY(!page.driver.find<QSlider>("Between A and B")->isEnabled());
        page.scatter()->setCurrent(3);
        page.driver.click(page.driver.find<QToolButton>("Sample A"));
        page.scatter()->setCurrent(60);
        page.driver.click(page.driver.find<QToolButton>("Sample B"));
        auto* between = page.driver.find<QSlider>("Between A and B");
        QVERIFY(between->isEnabled());
        const auto codes = page.map()->codes();
        for (const auto& [key, sample] : {std::pair(Qt::Key_End, 60), std::pair(Qt::Key_Home, 3)}) {
            between->setFocus();
            page.driver.key(key);
            for (size_t i = 0; i < 5; ++i)
                QVERIFY(std::abs(wander->code().values()[i] - codes->codes.sample(sample)[i]) < 1e-5f);
        }
    }

    void canvas_paintedOn_theCodeFollows_andStrokesAreUndone() {
        LatentPageDriver page;
        page.useModel();
        page.showTool(3);
        page.scatter()->setCurrent(10);
        auto* canvas = page.driver.find<PaintView>("Canvas");
        auto* bars = page.driver.find<CodeBars>("Code of the canvas");
        auto* output = page.driver.find<ImageView>("Reconstruction of the canvas");
        const auto expected = page.map()->codes()->codes.sample(10);
        QTRY_COMPARE_WITH_TIMEOUT(bars->values().size(), 5u, kPatience);
        for (size_t i = 0; i < 5; ++i)
            QVERIFY(std::abs(bars->values()[i] - expected[i]) < 1e-4f);
        const QImage before = output->image();
        const std::vector<float> codeBefore = bars->values();
        const QImage clean = toImage(canvas->picture());
        page.drag(canvas, {canvas->toWidget({4, 4}).toPoint(), canvas->toWidget({15, 20}).toPoint(),
                           canvas->toWidget({28, 10}).toPoint()});
        QVERIFY(toImage(canvas->picture()) != clean);
        QVERIFY(canvas->picture().data()[20 * 32 + 15] > 0.9f);
        QTRY_VERIFY_WITH_TIMEOUT(bars->values() != codeBefore && output->image() != before, kPatience);
        // The canvas' own undo, not the experiment's.
        const auto experiment = page.driver.bench().document().canUndo();
        page.driver.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(toImage(canvas->picture()), clean);
        QCOMPARE(page.driver.bench().document().canUndo(), experiment);
        page.driver.key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(toImage(canvas->picture()) != clean);
        page.driver.click(page.driver.find<QToolButton>("Reset the canvas"));
        QCOMPARE(toImage(canvas->picture()), clean);
        QTRY_VERIFY_WITH_TIMEOUT(output->image() == before, kPatience);
        canvas->setFocus();
        page.driver.key(Qt::Key_Space); // by keys alone
        QVERIFY(toImage(canvas->picture()) != clean);
    }

    void data_dropped_areEncoded_andTheExperimentsStay() {
        LatentPageDriver page;
        page.useModel();
        const auto source = page.driver.bench().document().experiment().options().text("data.source");
        Tensor samples({30, 32, 32});
        for (int64_t i = 0; i < samples.elements(); ++i)
            samples.data()[i] = static_cast<float>(i % 97) / 97;
        writeNpy(page.driver.folder() / "more.npy", samples).value();
        QVERIFY(page.drop(page.driver.folder() / "more.npy"));
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.note().contains("more.npy"), qPrintable(page.note()),
                                  kPatience);
        QCOMPARE(page.scatter()->count(), 30);
        QCOMPARE(page.driver.bench().document().experiment().options().text("data.source"), source);
        // Of no classes: coloured by the error.
        QCOMPARE(page.driver.find<QComboBox>("Colour by")->currentText(), QStringLiteral("Reconstruction error"));
    }

    void spatialCode_isLaidOutAndDecoded() {
        LatentPageDriver page;
        page.write(smallModel("undercomplete", "convolutional",
                              {{"model.layers", {8, 8}}, {"model.code_size", 4}, {"model.code", "spatial"}},
                              {1, 32, 32}));
        page.useModel();
        QCOMPARE(page.map()->codes()->codes.shape().rank(), 4);
        QVERIFY2(page.note().contains("values"), qPrintable(page.note()));
        page.showTool(2);
        auto* picture = page.driver.find<ImageView>("Decoded picture");
        QTRY_COMPARE_WITH_TIMEOUT(picture->image().size(), QSize(32, 32), kPatience);
    }

    // No pictures: the map by error, neighbours as text, decoded rows as bars, nothing to paint on.
    void table_showsWhatMakesSense() {
        LatentPageDriver page;
        page.write(smallModel("undercomplete", "dense", {{"model.layers", {16}}, {"model.code_size", 3}}, {20}));
        Tensor rows({40, 20});
        for (int64_t i = 0; i < rows.elements(); ++i)
            rows.data()[i] = static_cast<float>((i * i) % 89) / 89;
        writeNpy(page.driver.folder() / "table.npy", rows).value();
        QVERIFY(page.drop(page.driver.folder() / "table.npy"));
        page.useModel();
        QCOMPARE(page.scatter()->count(), 40);
        QVERIFY(!page.driver.find<QToolButton>("Pictures in place of dots")->isEnabled());
        page.scatter()->setCurrent(7);
        page.showTool(2);
        auto* bars = page.driver.find<QWidget>("Latent pad");
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.has<CodeBars>("Decoded values"), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(page.driver.find<CodeBars>("Decoded values")->values().size(), 20u, kPatience);
        QVERIFY(bars->isEnabled());
        page.showTool(3);
        QVERIFY(page.driver.find<PaintView>("Canvas")->isEmpty());
    }

    void whatCannotBeShown_saysWhy() {
        LatentPageDriver page;
        page.useModel();
        page.page()->useData("folder:/nowhere/at/all");
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("/nowhere/at/all"), qPrintable(page.note()), kPatience);
        QCOMPARE(page.scatter()->count(), 0);
        QVERIFY(!page.driver.find<QTabWidget>("Tools")->isEnabled());
        auto* samples = page.driver.find<QComboBox>("Samples");
        samples->setFocus();
        page.driver.key(Qt::Key_Home);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone(), qPrintable(page.note()), kPatience);
        page.write(smallModel("denoising", "unet", {{"model.layers", {16}}, {"model.blocks", 1}}, {1, 32, 32}));
        page.driver.click(page.driver.find<QToolButton>("Encode")); // the file has become another
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("has no code"), qPrintable(page.note()), kPatience);
        writeText(page.modelFile, "no model at all");
        page.driver.click(page.driver.find<QToolButton>("Encode"));
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("net.safetensors"), qPrintable(page.note()), kPatience);
    }

    void whileTraining_theMapFollows() {
        LatentPageDriver page;
        page.driver.bench().document().set("training.epochs", 1000000).value();
        page.driver.key(Qt::Key_F5);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone(), qPrintable(page.note()), kPatience);
        const auto first = page.map()->codes();
        page.scatter()->setCurrent(12);
        page.showTool(2);
        QTRY_VERIFY_WITH_TIMEOUT(page.map()->codes() != first && page.isDone() && page.map()->codes()->model->step > 0,
                                 kPatience);
        QCOMPARE(page.scatter()->current(), 12); // what is looked at stays
        QVERIFY2(page.note().contains("at step"), qPrintable(page.note()));
        page.driver.key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(page.driver), kPatience);
    }
};

QTEST_MAIN(TestLatentPage)
#include "tst_latent_page.moc"
