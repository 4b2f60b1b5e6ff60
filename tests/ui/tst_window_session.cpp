// What comes back after an end of the program, and what is opened, dropped and pasted.

#include "tests/ui/WindowDriver.h"

#include "ui/widgets/CompareView.h"
#include "ui/widgets/ImageStrip.h"
#include "ui/widgets/ImageView.h"
#include "ui/widgets/LossChart.h"
#include "ui/widgets/Theme.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

std::unique_ptr<QMimeData> pictureFromABrowser() {
    QImage image(40, 30, QImage::Format_RGB32);
    image.fill(Qt::darkCyan);
    auto carried = std::make_unique<QMimeData>();
    carried->setImageData(image);
    carried->setUrls({QUrl("https://example.org/pictures/cyan.png")});
    return carried;
}

bool isCompared(WindowDriver& driver, const QString& name) {
    return driver.has<QLabel>("Name of the picture") &&
           driver.find<QLabel>("Name of the picture")->text().contains(name);
}

std::string source(WindowDriver& driver) {
    return driver.bench().document().experiment().options().text("data.source");
}

void finishARun(WindowDriver& driver) {
    useSmall(driver, {{"training.epochs", 2}});
    driver.key(Qt::Key_F5);
    QTRY_VERIFY_WITH_TIMEOUT(driver.bench().run() && driver.bench().run()->isFinished, kPatience);
}

} // namespace

class TestWindowSession : public QObject {
    Q_OBJECT

private slots:
    void killedWhileTraining_theRunIsOfferedAgain() {
        WindowDriver driver;
        useSmall(driver, {{"training.epochs", 100000}});
        driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(driver.find<LossChart>("Reconstruction")->pointCount(Curve::Training) > 3, kPatience);
        driver.kill();
        driver.open();
        QVERIFY2(driver.message().contains("shapes-0001"), qPrintable(driver.message()));
        QVERIFY(driver.has<QPushButton>("Continue"));
    }

    void killedAfterAnEdit_theEditIsThere_andStillUnsaved() {
        WindowDriver driver;
        driver.bench().document().set("model.code_size", 24).value();
        QTest::qWait(1300);
        driver.kill();
        driver.open();
        QCOMPARE(driver.find<QSpinBox>("Code size")->value(), 24);
        QVERIFY(driver.window().isWindowModified());
        // So New asks; Cancel keeps.
        driver.key(Qt::Key_N, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QPushButton>("Discard"), kPatience);
        QVERIFY(driver.has<QPushButton>("Save"));
        driver.key(Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(!driver.has<QPushButton>("Discard"), kPatience);
        QCOMPARE(driver.find<QSpinBox>("Code size")->value(), 24);
        driver.key(Qt::Key_N, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QPushButton>("Discard"), kPatience);
        driver.click(driver.find<QPushButton>("Discard"));
        QCOMPARE(driver.find<QSpinBox>("Code size")->value(), 32);
    }

    void closedUntouched_photographsStillGetTheirSettings() {
        WindowDriver driver;
        driver.close();
        driver.open();
        writePhotographs(driver.folder() / "photographs", 3);
        driver.drop({QUrl::fromLocalFile(toText(driver.folder() / "photographs"))}, {600, 400});
        QVERIFY(driver.bench().document().experiment().options().range("noise.sigma").first == 50);
    }

    void docks_comeBackInTheirSizes() {
        WindowDriver driver;
        auto& window = driver.window();
        window.resize(1200, 760);
        const auto dock = [&driver](const char* name) { return driver.window().findChild<QDockWidget*>(name); };
        window.resizeDocks({dock("experiment_dock")}, {470}, Qt::Horizontal);
        window.resizeDocks({dock("runs_dock")}, {210}, Qt::Vertical);
        QTest::qWait(50);
        const int width = dock("experiment_dock")->width(), height = dock("runs_dock")->height();
        QVERIFY(width > 440 && height > 180);
        driver.close();
        driver.open();
        QCOMPARE(dock("experiment_dock")->width(), width);
        QCOMPARE(dock("runs_dock")->height(), height);
    }

    void oddFolderName_doesNotPreventTheStart() {
        WindowDriver driver;
        finishARun(driver);
        const std::filesystem::path odd = driver.bench().store().root() / "caf\xe9-0001"; // Latin-1
        std::filesystem::copy(driver.bench().run()->folder, odd, std::filesystem::copy_options::recursive);
        driver.close();
        driver.open();
        QTRY_VERIFY_WITH_TIMEOUT(driver.has<QTableView>("Runs"), kPatience);
        QCOMPARE(driver.find<QTableView>("Runs")->model()->rowCount(), 2);
    }

    void relativePath_isKeptAsTheFileItMeans() {
        WindowDriver driver;
        Experiment::create().value().save(driver.folder() / "mine.hourglass").value();
        const auto before = std::filesystem::current_path();
        std::filesystem::current_path(driver.folder().path());
        driver.openPaths({"./mine.hourglass"});
        std::filesystem::current_path(before);
        QVERIFY(driver.bench().document().file().is_absolute());
        QVERIFY(std::filesystem::exists(driver.bench().document().file()));
    }

    // A run from an earlier session shows what it has learned, and a click on it the same sample in full.
    void reopenedRun_fillsTheStrip() {
        WindowDriver driver;
        finishARun(driver);
        driver.close();
        driver.open();
        auto* strip = driver.find<ImageStrip>("Sample images");
        QTRY_COMPARE_WITH_TIMEOUT(strip->sampleCount(), 8, kPatience);
        strip->setFocus();
        driver.key(Qt::Key_End);
        driver.key(Qt::Key_Return);
        auto* sample = driver.find<QSpinBox>("Validation sample");
        QVERIFY2(sample->value() > sample->maximum() * 3 / 4, qPrintable(sample->text())); // spread evenly
    }

    void comparePage_byKey_takesKeysAtOnce() {
        WindowDriver driver;
        QTRY_VERIFY_WITH_TIMEOUT(driver.bench().document().model() != nullptr, kPatience);
        driver.key(Qt::Key_2, Qt::AltModifier);
        auto* pane = driver.find<ImageView>("Original");
        QCOMPARE(QApplication::focusWidget(), pane);
        const double before = pane->mapping().zoom;
        driver.key(Qt::Key_Plus);
        QVERIFY(pane->mapping().zoom > before);
    }

    void placeholders_areReadable_whateverTheThemeSays() {
        QPalette dim;
        dim.setColor(QPalette::PlaceholderText, dim.color(QPalette::Base));
        QApplication::setPalette(dim);
        WindowDriver driver;
        const auto contrast = [&driver] {
            const QPalette colours = driver.find<QLineEdit>("Find an option")->palette();
            return theme::contrast(colours.color(QPalette::PlaceholderText), colours.color(QPalette::Base));
        };
        QVERIFY(contrast() >= 3);
        QApplication::setPalette(dim); // another theme, while the window is there
        QTRY_VERIFY(contrast() >= 3);
        QApplication::setPalette({});
    }

    void smallWindow_keepsCurvesAndPictures() {
        WindowDriver driver;
        finishARun(driver);
        driver.window().resize(900, 600);
        auto* strip = driver.find<ImageStrip>("Sample images");
        QTRY_VERIFY(driver.window().height() <= 600);
        QTest::qWait(50);
        QVERIFY2(driver.find<LossChart>("Reconstruction")->height() >= 100,
                 qPrintable(QString::number(driver.find<LossChart>("Reconstruction")->height())));
        QVERIFY(strip->imageRect(0, 0).height() >= 24);
        QVERIFY(strip->rect().contains(strip->imageRect(2, 0).toAlignedRect()));
        QVERIFY(driver.window().findChild<QDockWidget*>("runs_dock")->height() <= 200);
    }

    void onePicture_isComparedOnceThereIsAModel() {
        WindowDriver driver;
        writePhotographs(driver.folder() / "photographs", 2);
        finishARun(driver);
        const std::string before = source(driver);
        driver.openPaths({driver.folder() / "photographs/photograph 00.png"});
        QTRY_VERIFY_WITH_TIMEOUT(isCompared(driver, "photograph 00"), kPatience);
        auto carried = std::make_unique<QMimeData>();
        carried->setUrls({QUrl::fromLocalFile(toText(driver.folder() / "photographs/photograph 01.jpg"))});
        driver.paste(std::move(carried));
        QTRY_VERIFY_WITH_TIMEOUT(isCompared(driver, "photograph 01"), kPatience);
        QCOMPARE(source(driver), before);
    }

    void onePicture_isDataWhileThereIsNoModel() {
        WindowDriver driver;
        writePhotographs(driver.folder() / "photographs", 1);
        driver.openPaths({driver.folder() / "photographs/photograph 00.png"});
        QVERIFY(source(driver).starts_with("image:"));
    }

    void pictureFromABrowser_isTakenAsThePictureItIs() {
        WindowDriver driver;
        driver.paste(pictureFromABrowser());
        QVERIFY(isCompared(driver, "cyan.png"));
        QVERIFY2(driver.message().isEmpty(), qPrintable(driver.message()));
        driver.key(Qt::Key_1, Qt::AltModifier);
        QVERIFY(driver.drop(*pictureFromABrowser(), {200, 400})); // the left zone
        QVERIFY(isCompared(driver, "cyan.png"));
        auto address = std::make_unique<QMimeData>();
        address->setUrls({QUrl("https://example.org/a.png")});
        driver.paste(std::move(address));
        QVERIFY2(driver.message().contains("it is not a file on this machine"), qPrintable(driver.message()));
    }
};

QTEST_MAIN(TestWindowSession)
#include "tst_window_session.moc"
