// What people have named is shown as it is, whatever looks like HTML in it; and what the window says of it is there for
// those who hear it.

#include "tests/ui/WindowDriver.h"

#include "core/data/ImageCodec.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/io/ExportModel.h"
#include "tests/support/SmallModels.h"
#include "ui/widgets/CodeScatter.h"
#include "ui/widgets/StatusLabel.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

const char* const kOdd = "a<b>b.png";

// As a person sees it: what a tooltip makes of its text.
QString shownAsTip(const QString& tip) {
    return Qt::mightBeRichText(tip) ? QTextDocumentFragment::fromHtml(tip).toPlainText() : tip;
}

struct Desk {
    WindowDriver driver;
    std::filesystem::path odd = driver.folder() / kOdd;

    QStringList alerts; // what screen readers are told at once

    Desk() {
        encodeImage(odd, Tensor(Shape{1, 30, 40})).value();
        for (StatusLabel* each : driver.window().findChildren<StatusLabel*>())
            QObject::connect(each, &StatusLabel::alerted, each, [this](const QString& text) { alerts << text; });
    }
    void useModel(const LoadedModel& model) {
        driver.bench().controller().setModel({model.model, model.weights, driver.folder() / "R&D model.safetensors"});
    }
    void dropOdd() { QVERIFY(driver.drop(urlsOf({odd}), {driver.window().width() / 2.0, 300})); }
    QLabel* label(const char* name) { return driver.find<QLabel>(name); }
    // The label shows its text letter by letter, and says it to a screen reader.
    void verifyPlain(const char* name, const QString& part) {
        QVERIFY2(label(name)->text().contains(part), qPrintable(label(name)->text()));
        QLabel plain(label(name)->text());
        plain.setTextFormat(Qt::PlainText);
        QCOMPARE(label(name)->textFormat(), plain.textFormat());
        QCOMPARE(spoken(label(name)), label(name)->text());
        QVERIFY(label(name)->toolTip().isEmpty() || shownAsTip(label(name)->toolTip()).contains(part));
    }
    static QString spoken(QWidget* widget) {
        return QAccessible::queryAccessibleInterface(widget)->text(QAccessible::Description);
    }
};

} // namespace

class TestNames : public QObject {
    Q_OBJECT

private slots:
    void picture_onCompare() {
        Desk desk;
        desk.useModel(smallModel("denoising", "unet", {{"model.layers", {16}}, {"model.blocks", 1}}, {1, 16, 16}));
        desk.driver.key(Qt::Key_2, Qt::AltModifier);
        desk.dropOdd();
        QTRY_VERIFY_WITH_TIMEOUT(desk.label("About the picture")->text().contains("in tiles"), kPatience);
        desk.verifyPlain("Name of the picture", kOdd);
        desk.verifyPlain("About the picture", "in tiles");
    }

    void picture_onDenoise() {
        Desk desk;
        desk.driver.key(Qt::Key_3, Qt::AltModifier);
        desk.verifyPlain("What is needed", "no trained model yet");
        desk.dropOdd();
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.has<QLabel>("About the result"), kPatience);
        desk.verifyPlain("About the result", kOdd);
    }

    void message_ofADamagedPicture() {
        Desk desk;
        writeText(desk.odd, "no picture");
        desk.driver.key(Qt::Key_3, Qt::AltModifier);
        desk.dropOdd();
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.message().contains(kOdd), kPatience);
        desk.verifyPlain("Message text", kOdd);
        QVERIFY2(desk.alerts.join('\n').contains(kOdd), qPrintable(desk.alerts.join('\n')));
    }

    // What goes wrong with a picture is said in the page, without taking the focus: it is read out.
    void problem_isReadOut_data() {
        QTest::addColumn<Qt::Key>("page");
        QTest::addColumn<QString>("label");
        QTest::addColumn<QString>("says");
        QTest::newRow("Compare") << Qt::Key_2 << "About the picture"
                                 << "samples of 13";
        QTest::newRow("Denoise") << Qt::Key_3 << "About the result"
                                 << "[13]";
        QTest::newRow("Latent") << Qt::Key_4 << "About the codes"
                                << "[13]";
        QTest::newRow("Generate") << Qt::Key_5 << "What is needed"
                                  << "has no prior";
        QTest::newRow("Compression") << Qt::Key_6 << "What is needed"
                                     << "no pictures to measure";
        QTest::newRow("Anomalies") << Qt::Key_7 << "What is needed"
                                   << "lies in no run folder";
    }
    void problem_isReadOut() {
        QFETCH(Qt::Key, page);
        QFETCH(QString, label);
        QFETCH(QString, says);
        const bool takesPictures = page == Qt::Key_2 || page == Qt::Key_3;
        Desk desk;
        desk.useModel(smallModel("undercomplete", "dense", {{"model.layers", {7}}}, {13}));
        desk.driver.key(page, Qt::AltModifier);
        if (takesPictures) {
            desk.dropOdd();
        } else { // samples of the experiment are others
            QTRY_VERIFY_WITH_TIMEOUT(!desk.driver.bench().preflight().isBusy(), kPatience);
            desk.driver.key(Qt::Key_Return, Qt::ControlModifier);
        }
        const QByteArray name = label.toUtf8();
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.has<QLabel>(name) && desk.label(name)->text().contains(says), kPatience);
        desk.verifyPlain(name, says);
        QCOMPARE(desk.alerts.count(desk.label(name)->text()), 1);
    }

    void remainingTime_isThereForAScreenReader() {
        Desk desk;
        encodeImage(desk.odd, Tensor(Shape{1, 1500, 1500})).value();
        desk.useModel(smallModel("denoising", "unet", {{"model.layers", {48, 48}}}, {1, 16, 16}));
        desk.driver.key(Qt::Key_2, Qt::AltModifier);
        desk.dropOdd();
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.has<QLabel>("Remaining time") &&
                                     desk.label("Remaining time")->text().contains("MP/s"),
                                 kPatience);
        desk.verifyPlain("Remaining time", "MP/s");
        desk.driver.key(Qt::Key_Escape);
    }

    // Folders of samples, and the samples in them.
    void samples_onLatentAndAnomalies() {
        Desk desk;
        const QString folderName = "R&D <i>scans";
        const std::filesystem::path folder = desk.driver.folder() / folderName.toStdString();
        std::filesystem::create_directories(folder);
        for (const char* name : {"a&b 1.png", "a<b>b 2.png", "c 3.png"})
            encodeImage(folder / name, Tensor(Shape{1, 16, 16})).value();
        desk.useModel(smallModel("undercomplete", "dense", {{"model.layers", {8}}}, {1, 16, 16}));
        const auto drop = [&] { QVERIFY(desk.driver.drop(urlsOf({folder}), {200, 300})); };
        const auto tipOf = [](const QComboBox* box) {
            return box->itemData(box->currentIndex(), Qt::ToolTipRole).toString();
        };
        const auto verifyTip = [](const QString& tip, const QString& part) {
            QVERIFY2(shownAsTip(tip).contains(part), qPrintable(tip));
        };
        desk.driver.key(Qt::Key_4, Qt::AltModifier);
        drop();
        verifyTip(tipOf(desk.driver.find<QComboBox>("Samples")), folderName);
        const auto* map = desk.driver.window().findChild<CodeScatter*>();
        QTRY_COMPARE_WITH_TIMEOUT(map->count(), 3, kPatience);
        desk.driver.find<QTabWidget>("Tools")->setCurrentIndex(2);
        for (const auto& [sample, button] : {std::pair(0, "Sample A"), {1, "Sample B"}}) {
            const_cast<CodeScatter*>(map)->setCurrent(sample);
            desk.driver.click(desk.driver.find<QToolButton>(button));
        }
        verifyTip(desk.driver.find<QSlider>("Between A and B")->toolTip(), "a&b 1.png");
        verifyTip(desk.driver.find<QSlider>("Between A and B")->toolTip(), "a<b>b 2.png");

        desk.driver.key(Qt::Key_7, Qt::AltModifier);
        drop();
        verifyTip(tipOf(desk.driver.find<QComboBox>("Data to check")), folderName);
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.has<QListView>("Samples by score"), kPatience);
        const auto* gallery = desk.driver.find<QListView>("Samples by score")->model();
        QStringList tips;
        for (int row = 0; row < gallery->rowCount(); ++row)
            tips << shownAsTip(gallery->index(row, 0).data(Qt::ToolTipRole).toString());
        verifyTip(tips.join('\n'), "a&b 1.png");
        QVERIFY2(tips.join('\n').contains("a<b>b 2.png"), qPrintable(tips.join('\n')));
        auto* score = desk.driver.find<QComboBox>("Score");
        QVERIFY(shownAsTip(score->itemData(1, Qt::ToolTipRole).toString()).contains("R&D model.safetensors"));
    }

    // Models, runs and data are named by people as well.
    void modelsAndRuns() {
        Desk desk;
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        const std::filesystem::path file = desk.driver.folder() / "<i>net.safetensors";
        exportModel(smallModel(), "safetensors", file, {}, *executor).value();
        desk.driver.key(Qt::Key_3, Qt::AltModifier);
        QVERIFY(desk.driver.drop(urlsOf({file}), {400, 300}));
        auto* models = desk.driver.find<QComboBox>("Model");
        const QString tip = models->itemData(models->currentIndex(), Qt::ToolTipRole).toString();
        QVERIFY2(shownAsTip(tip).contains("<i>net.safetensors"), qPrintable(tip));
        useSmall(desk.driver, {{"training.epochs", 1}});
        desk.driver.key(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.bench().run() && desk.driver.bench().run()->isFinished, kPatience);
        const std::filesystem::path run = desk.driver.bench().run()->folder;
        std::filesystem::copy(run, run.parent_path() / "<i>run", std::filesystem::copy_options::recursive);
        desk.driver.close();
        desk.driver.open();
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.has<QTableView>("Runs"), kPatience);
        auto* runs = desk.driver.find<QTableView>("Runs")->model();
        QTRY_COMPARE_WITH_TIMEOUT(runs->rowCount(), 2, kPatience);
        QStringList tips;
        for (int row = 0; row < 2; ++row)
            tips << shownAsTip(runs->index(row, 0).data(Qt::ToolTipRole).toString());
        QVERIFY2(tips.join('\n').contains("<i>run"), qPrintable(tips.join('\n')));
    }
};

QTEST_MAIN(TestNames)
#include "tst_names.moc"
