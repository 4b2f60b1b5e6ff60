// The program as a person meets it: one whole journey, and the promises of the window one by one.

#include "tests/ui/WindowDriver.h"

#include "core/analysis/ImageMetrics.h"
#include "core/data/ImageCodec.h"
#include "tests/support/SmallModels.h"
#include "ui/widgets/CompareView.h"
#include "ui/widgets/ImageView.h"
#include "ui/widgets/LossChart.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

// PSNR between two pictures as they are shown.
double psnrShown(const QImage& a, const QImage& b) {
    const auto values = [](const QImage& image) {
        const QImage rgb = image.convertToFormat(QImage::Format_RGB888);
        std::vector<float> all;
        for (int y = 0; y < rgb.height(); ++y)
            for (int x = 0; x < rgb.width() * 3; ++x)
                all.push_back(static_cast<float>(rgb.constScanLine(y)[x]) / 255.0f);
        return all;
    };
    return psnr(values(a), values(b));
}

} // namespace

class TestWindow : public QObject {
    Q_OBJECT

private slots:
    // A U-Net has no code, so there is no encoder to export; another network has one.
    void export_offersThePartsThatThereAre() {
        WindowDriver driver;
        const LoadedModel unet =
            smallModel("denoising", "unet", {{"model.layers", {16}}, {"model.blocks", 1}}, {1, 16, 16});
        driver.bench().controller().setModel({unet.model, unet.weights});
        driver.key(Qt::Key_E, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QComboBox>("Part"), kPatience);
        auto* part = driver.find<QComboBox>("Part");
        QTRY_VERIFY_WITH_TIMEOUT(part->toolTip().contains("no code"), kPatience);
        QVERIFY(part->count() == 1 && !part->isEnabled());
        const LoadedModel dense = smallModel();
        driver.bench().controller().setModel({dense.model, dense.weights});
        QTRY_COMPARE_WITH_TIMEOUT(part->count(), 3, kPatience);
        QVERIFY(part->isEnabled());
        driver.key(Qt::Key_Escape);
    }

    void journey() {
        WindowDriver driver;
        // A folder of photographs of mixed sizes, dropped; Run with nothing else set.
        writePhotographs(driver.folder() / "photographs", 30);
        QVERIFY(driver.drop({QUrl::fromLocalFile(toText(driver.folder() / "photographs"))}, {600, 400}));
        QTRY_VERIFY2_WITH_TIMEOUT(driver.message().contains("photographs"), qPrintable(driver.message()), kPatience);
        driver.key(Qt::Key_F5);
        auto* chart = driver.find<LossChart>("Reconstruction");
        QTRY_VERIFY_WITH_TIMEOUT(chart->pointCount(Curve::Training) > 10, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(chart->pointCount(Curve::Validation) > 1, kPatience);

        // Compare follows the training, and what it shows gets better.
        driver.key(Qt::Key_2, Qt::AltModifier);
        double gain = 0;
        const auto betterBy = [&](double decibel) {
            const QImage original = driver.find<ImageView>("Original")->image();
            if (!driver.has<ImageView>("Noisy") || !driver.has<ImageView>("Reconstruction"))
                return false;
            gain = psnrShown(original, driver.find<ImageView>("Reconstruction")->image()) -
                   psnrShown(original, driver.find<ImageView>("Noisy")->image());
            return gain >= decibel;
        };
        QTRY_VERIFY2_WITH_TIMEOUT(betterBy(3.0), qPrintable(QString("gain %1 dB").arg(gain)), 2 * kPatience);
        QVERIFY(driver.find<ImageView>("Reconstruction")->caption().contains("dB"));
        QVERIFY(driver.find<QLabel>("Training status")->text().contains("photographs-0001"));

        driver.key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(driver), kPatience);

        // Export, with a receipt.
        driver.key(Qt::Key_E, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QLineEdit>("File"), kPatience);
        auto* file = driver.find<QLineEdit>("File");
        file->selectAll();
        driver.click(file);
        driver.key(Qt::Key_A, Qt::ControlModifier);
        driver.type(toText(driver.folder() / "model.onnx"));
        driver.click(driver.find<QPushButton>("Export"));
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QPushButton>("Copy the receipt"), kPatience);
        QVERIFY(std::filesystem::exists(driver.folder() / "model.onnx"));
        driver.click(driver.find<QPushButton>("Copy the receipt"));
        QVERIFY2(QApplication::clipboard()->text().contains("model.onnx"),
                 qPrintable(QApplication::clipboard()->text()));
        driver.key(Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(!driver.has<QLineEdit>("File"), kPatience);

        // Continue, close while it trains, start again, continue.
        const int64_t stopped = driver.bench().run()->history.rows().back().step;
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(driver.bench().controller().snapshot() &&
                                     driver.bench().controller().snapshot()->step > stopped,
                                 kPatience);
        driver.close();
        driver.open();
        QVERIFY2(driver.message().contains("photographs-0001"), qPrintable(driver.message()));
        QVERIFY(driver.bench().run().has_value());
        const int64_t saved = driver.bench().run()->history.rows().back().step;
        QVERIFY(saved >= stopped);
        driver.key(Qt::Key_1, Qt::AltModifier);
        QVERIFY(driver.find<LossChart>("Reconstruction")->pointCount(Curve::Training) > 10);
        driver.click(driver.find<QPushButton>("Continue"));
        QTRY_VERIFY_WITH_TIMEOUT(
            driver.bench().controller().snapshot() && driver.bench().controller().snapshot()->step > saved, kPatience);
        QCOMPARE(driver.bench().runName(), QString("photographs-0001"));
    }

    void firstStart_sampleIsThere_andRunWorksAtOnce() {
        WindowDriver driver;
        driver.key(Qt::Key_F5); // before pre-flight has opened the data
        QVERIFY(driver.bench().controller().isActive());
        QTRY_VERIFY_WITH_TIMEOUT(driver.find<LossChart>("Reconstruction")->pointCount(Curve::Training) > 10, kPatience);
        QVERIFY(driver.bench().runName() == "shapes-0001");
    }

    void undo_inAField_takesBackWhatWasTyped() {
        WindowDriver driver;
        auto* code = driver.find<QSpinBox>("Code size");
        driver.click(code, {10, code->height() / 2});
        driver.key(Qt::Key_A, Qt::ControlModifier);
        driver.type("48");
        const auto codeSize = [&] {
            return driver.bench().document().experiment().options().integer("model.code_size");
        };
        QCOMPARE(codeSize(), 48);
        QVERIFY(driver.window().isWindowModified());
        driver.key(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(codeSize(), 32);
        QCOMPARE(code->value(), 32);
        driver.key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(code->value(), 48);
        driver.key(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(!driver.window().isWindowModified());
    }

    // A text field has an undo of its own, which must not get in the way.
    void undo_inATextField_isTheExperiments() {
        WindowDriver driver;
        auto* layers = driver.find<QLineEdit>("Encoder layers (nodes)");
        const QString before = layers->text();
        driver.click(layers);
        driver.key(Qt::Key_A, Qt::ControlModifier);
        driver.type("64, 3");
        const auto now = [&] { return driver.bench().document().experiment().options().integers("model.layers"); };
        QVERIFY(now() == (std::vector<int64_t>{64, 3}));
        driver.key(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(now() == (std::vector<int64_t>{256, 128}));
        QCOMPARE(layers->text(), before);
        driver.key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(now() == (std::vector<int64_t>{64, 3}));
    }

    void drop_ofUnusableThings_isItemised() {
        WindowDriver driver;
        writeText(driver.folder() / "notes.txt", "hello");
        std::filesystem::create_directories(driver.folder() / "empty");
        driver.drop({QUrl::fromLocalFile(toText(driver.folder() / "notes.txt")),
                     QUrl::fromLocalFile(toText(driver.folder() / "empty")), QUrl("https://example.org/a.png")},
                    {600, 400});
        const QString message = driver.message();
        for (const char* part : {"Not used", "notes.txt: it is of no kind", "empty: there are no pictures",
                                 "example.org/a.png: it is not a file"})
            QVERIFY2(message.contains(part), qPrintable(message));
        QVERIFY(driver.window().isEnabled());
        driver.click(driver.find<QToolButton>("Close the message"));
        QVERIFY(driver.message().isEmpty());
    }

    void drop_ofADamagedExperiment_saysWhy_andKeepsWhatWasThere() {
        WindowDriver driver;
        writeText(driver.folder() / "bad.hourglass", R"({"hourglass_experiment": 1, "model": {"code_sise": 3}})");
        const Experiment before = driver.bench().document().experiment();
        QVERIFY(driver.drop({QUrl::fromLocalFile(toText(driver.folder() / "bad.hourglass"))}, {600, 400}));
        QVERIFY2(driver.message().contains("bad.hourglass") && driver.message().contains("model.code_size"),
                 qPrintable(driver.message()));
        QVERIFY(driver.bench().document().experiment() == before);
        Experiment good = Experiment::create().value();
        good.set("model.code_size", 11).value();
        good.save(driver.folder() / "good.hourglass").value();
        QVERIFY(driver.drop({QUrl::fromLocalFile(toText(driver.folder() / "good.hourglass"))}, {600, 400}));
        QCOMPARE(driver.find<QSpinBox>("Code size")->value(), 11);
        QVERIFY(driver.window().windowTitle().contains("good.hourglass"));
    }

    void drop_ofAPicture_onCompare_saysThatItWasFitted() {
        WindowDriver driver;
        useSmall(driver, {{"training.epochs", 2}});
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(driver.bench().run() && driver.bench().run()->isFinished, kPatience);
        writePhotographs(driver.folder() / "photographs", 1);
        const QUrl url = QUrl::fromLocalFile(toText(driver.folder() / "photographs/photograph 00.png"));
        QVERIFY(driver.drop({url}, {400, 400})); // the middle zone
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QLabel>("About the picture") &&
                                     driver.find<QLabel>("About the picture")->text().contains("fitted"),
                                 kPatience);
        QVERIFY(driver.find<QLabel>("Name of the picture")->text().contains("photograph 00"));
        QCOMPARE(driver.find<ImageView>("Reconstruction")->image().size(), QSize(32, 32));
        driver.click(driver.find<QToolButton>("Back to the samples"));
        QTRY_VERIFY_WITH_TIMEOUT(!driver.has<QToolButton>("Back to the samples"), kPatience);
        // Walking over the samples, from the keyboard.
        driver.key(Qt::Key_PageDown);
        QCOMPARE(driver.find<QSpinBox>("Validation sample")->value(), 2);
        driver.find<CompareView>("Compare")->setFocus();
        driver.key(Qt::Key_Escape);
        QVERIFY(driver.has<LossChart>("Reconstruction"));
    }

    void reset_asks_andForgetsTheRunAtHand() {
        WindowDriver driver;
        useSmall(driver, {{"training.epochs", 2}});
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(driver.bench().run() && driver.bench().run()->isFinished, kPatience);
        driver.click(driver.find<QToolButton>("Reset"));
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QMessageBox>("Reset"), kPatience);
        driver.key(Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(!driver.has<QMessageBox>("Reset"), kPatience);
        QVERIFY(driver.bench().run().has_value());
        driver.click(driver.find<QToolButton>("Reset"));
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QPushButton>("Reset"), kPatience);
        driver.click(driver.find<QPushButton>("Reset"));
        QTRY_VERIFY_WITH_TIMEOUT(!driver.bench().run(), kPatience);
        QCOMPARE(driver.find<LossChart>("Reconstruction")->pointCount(Curve::Training), 0);
        QTRY_COMPARE_WITH_TIMEOUT(driver.find<QTableView>("Runs")->model()->rowCount(), 1, kPatience);
    }

    // Half of a common screen and less: no page with a run in hand may push the window wider.
    void minimumWidth_leavesRoomForANeighbour() {
        WindowDriver driver;
        useSmall(driver, {{"training.epochs", 1}});
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(driver.bench().run() && driver.bench().run()->isFinished, kPatience);
        for (const Qt::Key page : {Qt::Key_1, Qt::Key_2, Qt::Key_3, Qt::Key_4}) {
            driver.key(page, Qt::AltModifier);
            const int width = driver.window().minimumSizeHint().width();
            QVERIFY2(width > 0 && width <= 900, qPrintable(QString::number(width)));
        }
    }

    void session_comesBack() {
        WindowDriver driver;
        auto* code = driver.find<QSpinBox>("Code size");
        driver.click(code, {10, code->height() / 2});
        driver.key(Qt::Key_A, Qt::ControlModifier);
        driver.type("24");
        driver.window().resize(1100, 720);
        driver.window().findChild<QDockWidget*>("runs_dock")->hide();
        driver.window().findChild<QDockWidget*>("log_dock")->hide();
        driver.key(Qt::Key_2, Qt::AltModifier);
        driver.close();
        driver.open();
        QCOMPARE(driver.find<QSpinBox>("Code size")->value(), 24);
        QCOMPARE(driver.window().size(), QSize(1100, 720));
        QVERIFY(driver.window().findChild<QDockWidget*>("runs_dock")->isHidden());
        QVERIFY(driver.has<CompareView>("Compare"));
        QVERIFY(driver.message().isEmpty()); // nothing was interrupted
    }

    void runs_openWithEnter_andAreDeletedAfterAsking() {
        WindowDriver driver;
        useSmall(driver, {{"training.epochs", 2}, {"model.code_size", 7}});
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(driver.bench().run() && driver.bench().run()->isFinished, kPatience);
        driver.bench().newExperiment("sample");
        QCOMPARE(driver.find<QSpinBox>("Code size")->value(), 32);
        auto* table = driver.find<QTableView>("Runs");
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 1, kPatience);
        driver.click(table->viewport(), {20, 8});
        driver.key(Qt::Key_Return);
        QCOMPARE(driver.find<QSpinBox>("Code size")->value(), 7);
        QVERIFY(driver.find<LossChart>("Reconstruction")->pointCount(Curve::Validation) == 2);
        QTRY_VERIFY_WITH_TIMEOUT(driver.bench().controller().hasModel(), kPatience);
        table->setFocus();
        driver.key(Qt::Key_Delete);
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QPushButton>("Delete"), kPatience);
        driver.click(driver.find<QPushButton>("Delete"));
        QTRY_VERIFY_WITH_TIMEOUT(driver.bench().store().list().empty(), kPatience);
    }

    void failedRun_offersHalfTheLearningRate() {
        WindowDriver driver;
        useSmall(driver, {{"optimizer.kind", "sgd"},
                          {"optimizer.learning_rate", 10},
                          {"objective.reduction", "element_sum"},
                          {"model.output_activation", "identity"}});
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QPushButton>("Start again at half the learning rate"), kPatience);
        QVERIFY2(driver.message().contains("at step"), qPrintable(driver.message()));
        driver.click(driver.find<QPushButton>("Start again at half the learning rate"));
        QCOMPARE(driver.bench().document().experiment().options().real("optimizer.learning_rate"), 5.0);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(driver), kPatience);
    }

    void restartEdit_makesANewRun_afterwards() {
        WindowDriver driver;
        useSmall(driver, {{"training.epochs", 100000}});
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(driver.find<LossChart>("Reconstruction")->pointCount(Curve::Training) > 3, kPatience);
        driver.key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(driver), kPatience);
        QVERIFY(driver.has<QToolButton>("Continue"));
        driver.bench().document().set("model.code_size", 9).value();
        QVERIFY(driver.has<QToolButton>("Run"));
        QVERIFY(driver.find<QToolButton>("Run")->toolTip().contains("Code size has changed"));
        driver.key(Qt::Key_F5);
        QCOMPARE(driver.bench().runName(), QString("shapes-0002"));
        driver.key(Qt::Key_F6);
        driver.key(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(isIdle(driver), kPatience);
    }

    // Tab reaches every part of the window, and whatever it reaches has a name.
    void keyboard_reachesEverything_namesEverything() {
        WindowDriver driver;
        QSet<QWidget*> reached;
        for (int i = 0; i < 200; ++i) {
            driver.key(Qt::Key_Tab);
            if (QWidget* focused = QApplication::focusWidget())
                reached << focused;
        }
        for (QWidget* widget : std::as_const(reached)) {
            const QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(widget);
            QVERIFY2(accessible != nullptr && !accessible->text(QAccessible::Name).isEmpty(),
                     qPrintable(QString("%1 in %2 has no accessible name")
                                    .arg(widget->metaObject()->className(), widget->parentWidget()->objectName())));
        }
        QStringList names;
        for (QWidget* widget : std::as_const(reached))
            names << widget->accessibleName();
        for (const char* wanted : {"Run", "Preset", "Choose the data", "Find an option", "Code size", "Learning rate",
                                   "Architecture", "Smoothing", "Sample images"})
            QVERIFY2(names.contains(wanted), qPrintable(QString("%1 is not among %2").arg(wanted, names.join(", "))));
        driver.key(Qt::Key_F, Qt::ControlModifier);
        QCOMPARE(QApplication::focusWidget()->accessibleName(), QString("Find an option"));
        driver.type("patience");
        QVERIFY(driver.has<QSpinBox>("Patience (epochs)"));
        driver.key(Qt::Key_F1);
        const auto isHelpShown = [] {
            const QWidgetList windows = QApplication::topLevelWidgets();
            return std::any_of(windows.begin(), windows.end(),
                               [](const QWidget* each) { return each->isVisible() && each->inherits("QWhatsThat"); });
        };
        QTRY_VERIFY_WITH_TIMEOUT(isHelpShown(), kPatience);
    }
};

QTEST_MAIN(TestWindow)
#include "tst_window.moc"
