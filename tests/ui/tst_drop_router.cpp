// Several things dropped one after the other, before the disk has told of the first: the last one that is of use stays,
// and what is of no use takes nothing away.

#include <fstream>

#include "tests/ui/WindowDriver.h"

#include "core/data/ImageCodec.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/formats/Npy.h"
#include "core/io/ExportModel.h"
#include "tests/support/SmallModels.h"
#include "ui/bridge/PoolJob.h"
#include "ui/panels/ComparePage.h"
#include "ui/panels/DenoisePage.h"
#include "ui/widgets/CompareImageView.h"
#include "ui/widgets/CompareView.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

const QPointF kAnywhere(600, 300);
constexpr QSize kLarge(4000, 3000); // takes a while to be decoded

// A window, and things to drop on it.
struct Desk {
    WindowDriver driver;
    std::filesystem::path notes = driver.folder() / "notes.txt", slow = driver.folder() / "slow";

    Desk() {
        workPool().setMaxThreadCount(6); // whatever is quick need not wait for what is slow
        writeText(notes, "hello");
        QTRY_VERIFY_WITH_TIMEOUT(driver.bench().document().model() != nullptr, kPatience);
    }
    // All of it on the disk has been looked at when events are taken again; the quickest answer comes first.
    bool fall(const std::vector<std::vector<std::filesystem::path>>& drops, QPointF place) {
        const bool areTaken =
            std::all_of(drops.begin(), drops.end(), [&](const auto& paths) { return driver.letFall(paths, place); });
        workPool().waitForDone();
        return areTaken;
    }
    // A folder with so much in it that looking for a picture takes a while.
    void makeSlowFolder() {
        std::filesystem::path folder = slow;
        for (int depth = 0; depth < 150; ++depth, folder /= "d") {
            std::filesystem::create_directories(folder);
            for (int i = 0; i < 100; ++i) // before or after the next folder, as the disk pleases
                std::ofstream(folder / std::to_string(i));
        }
        std::filesystem::create_directories(folder);
        encodeImage(folder / "picture.png", Tensor(Shape{1, 70, 70})).value();
    }
    std::filesystem::path picture(const char* name, const QSize& size = {40, 30}) {
        encodeImage(driver.folder() / name, Tensor(Shape{3, size.height(), size.width()})).value();
        return driver.folder() / name;
    }
    // The middle one of three zones.
    QPointF compareZone() { return {driver.window().width() / 2.0, 300}; }
    std::string source() { return driver.bench().document().experiment().options().text("data.source"); }
    QString text(const char* label) {
        return driver.has<QLabel>(label) ? driver.find<QLabel>(label)->text() : QString();
    }
    QString note() { return text("About the picture"); }
    QString name() { return text("Name of the picture"); }
    QSize shown() {
        return driver.window().findChild<ComparePage*>()->view()->pane(ComparePane::Original)->image().size();
    }
    bool hasCollections() {
        std::error_code code;
        return std::filesystem::directory_iterator(driver.folder() / "application/collections", code) !=
               std::filesystem::directory_iterator();
    }
};

} // namespace

class TestDropRouter : public QObject {
    Q_OBJECT

private slots:
    void slowFolder_thenNothingOfUse_theFolderIsTheData() {
        Desk desk;
        desk.makeSlowFolder();
        QVERIFY(desk.fall({{desk.slow}, {desk.notes}}, kAnywhere));
        QVERIFY(desk.driver.waitForRouter());
        QCOMPARE(desk.source(), "folder:" + desk.slow.string());
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.message().contains("Data set: folder:"), kPatience);
    }

    void slowFolder_thenAnotherThatIsQuick_theLaterOneIsTheData() {
        Desk desk;
        desk.makeSlowFolder();
        std::filesystem::create_directories(desk.driver.folder() / "quick");
        encodeImage(desk.driver.folder() / "quick/a.png", Tensor(Shape{1, 70, 70})).value();
        QVERIFY(desk.fall({{desk.slow}, {desk.driver.folder() / "quick"}}, kAnywhere));
        QVERIFY(desk.driver.waitForRouter());
        QCOMPARE(desk.source(), "folder:" + (desk.driver.folder() / "quick").string());
    }

    // Two of three pictures of a folder: they become a folder of links, which is worth nothing once other data came.
    void gatheredPictures_stayThroughARefusal_andLeaveNothingWhenOvertaken() {
        Desk desk;
        const std::filesystem::path a = desk.picture("a.png"), b = desk.picture("b.png"),
                                    other = desk.driver.folder() / "x.npy";
        desk.picture("c.png");
        writeNpy(other, Tensor(Shape{90, 12})).value();
        const QPointF dataZone(60, 300);
        QVERIFY(desk.fall({{a, b}, {desk.notes}}, dataZone));
        QVERIFY(desk.driver.waitForRouter());
        QVERIFY2(desk.source().ends_with("collections/pictures-0001"), desk.source().c_str());

        std::filesystem::remove_all(desk.driver.folder() / "application/collections");
        QVERIFY(desk.fall({{a, b}, {other}}, dataZone));
        QVERIFY(desk.driver.waitForRouter());
        QCOMPARE(desk.source(), other.string());
        QVERIFY(!desk.hasCollections());
    }

    // One is being read for Compare, and what falls there next is of no use: it neither takes its place nor leaves the
    // page waiting.
    void pictureToCompare_staysThroughARefusal() {
        Desk desk;
        const std::filesystem::path large = desk.picture("large.png", kLarge), gone = desk.driver.folder() / "gone.png";
        QVERIFY(desk.fall({{large}, {gone}}, desk.compareZone()));
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.message().contains("gone.png: there is no such file"), kPatience);
        QVERIFY(desk.driver.waitForRouter());
        QCOMPARE(desk.name(), QString("large.png"));
        QVERIFY2(!desk.note().contains("opening"), qPrintable(desk.note()));
        QTRY_COMPARE_WITH_TIMEOUT(desk.shown(), kLarge, kPatience);
    }

    // The same when it turns out only on reading that it is no picture.
    void pictureToCompare_staysThroughADamagedOne() {
        Desk desk;
        const std::filesystem::path large = desk.picture("large.png", kLarge), bad = desk.driver.folder() / "bad.png";
        writeText(bad, "no picture");
        QVERIFY(desk.fall({{large}, {bad}}, desk.compareZone()));
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.message().contains("bad.png"), kPatience);
        QVERIFY(desk.driver.waitForRouter());
        QCOMPARE(desk.name(), QString("large.png"));
        QVERIFY2(!desk.note().contains("opening"), qPrintable(desk.note()));
        QTRY_COMPARE_WITH_TIMEOUT(desk.shown(), kLarge, kPatience);
    }

    void pictureToCompare_thatIsOvertaken_isHeardOfNoMore() {
        Desk desk;
        const std::filesystem::path large = desk.picture("large.png", kLarge), small = desk.picture("small.png");
        QVERIFY(desk.fall({{large}, {small}}, desk.compareZone()));
        QTRY_COMPARE_WITH_TIMEOUT(desk.name(), QString("small.png"), kPatience);
        QVERIFY2(!desk.note().contains("opening"), qPrintable(desk.note())); // nobody waits for the other
        QVERIFY(desk.driver.waitForRouter());
        QCOMPARE(desk.name(), QString("small.png"));
        QVERIFY2(!desk.note().contains("opening"), qPrintable(desk.note()));
        QTRY_COMPARE_WITH_TIMEOUT(desk.shown(), QSize(40, 30), kPatience);
    }

    // It works there alone, and whatever else is under way goes on.
    void modelOnTheDenoisePage_leavesTheDataAlone() {
        Desk desk;
        desk.makeSlowFolder();
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        exportModel(smallModel(), "safetensors", desk.driver.folder() / "net.safetensors", {}, *executor).value();
        desk.driver.key(Qt::Key_3, Qt::AltModifier);
        QVERIFY(desk.fall({{desk.slow}, {desk.driver.folder() / "net.safetensors"}}, kAnywhere));
        QVERIFY(desk.driver.waitForRouter());
        QCOMPARE(desk.source(), "folder:" + desk.slow.string());
        desk.driver.key(Qt::Key_3, Qt::AltModifier);
        QVERIFY(desk.driver.find<QComboBox>("Model")->currentText().contains("net.safetensors"));
        QVERIFY(!desk.driver.bench().controller().hasModel());
    }

    // By the time the disk answers, somebody may look at another page with a model of its own, or at one without.
    void modelForAPage_goesThere_whateverIsInFrontByThen() {
        Desk desk;
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        exportModel(smallModel(), "safetensors", desk.driver.folder() / "net.safetensors", {}, *executor).value();
        const auto chosen = [&] { return desk.driver.find<QComboBox>("Model")->currentText(); };
        workPool().setMaxThreadCount(1);
        for (const auto& [elsewhere, name] : {std::pair(Qt::Key_6, "first"), {Qt::Key_1, "second"}}) {
            const std::filesystem::path model = desk.driver.folder() / (std::string(name) + ".safetensors");
            std::filesystem::copy_file(desk.driver.folder() / "net.safetensors", model);
            QSemaphore mayLook;
            workPool().start([&] { mayLook.acquire(); });
            desk.driver.key(Qt::Key_3, Qt::AltModifier);
            QVERIFY(desk.driver.letFall({model}, kAnywhere));
            desk.driver.key(elsewhere, Qt::AltModifier);
            mayLook.release();
            QVERIFY(desk.driver.waitForRouter());
            QVERIFY(!desk.driver.has<QComboBox>("Model") || !chosen().contains(name));
            desk.driver.key(Qt::Key_3, Qt::AltModifier);
            QVERIFY2(chosen().contains(name), qPrintable(chosen()));
            QVERIFY(!desk.driver.bench().controller().hasModel());
        }
    }

    // On the Denoise page a picture that cannot be read does not take the place of one that is on its way.
    void pictureToDenoise_staysThroughADamagedOne() {
        Desk desk;
        desk.driver.key(Qt::Key_3, Qt::AltModifier);
        auto* page = desk.driver.window().findChild<DenoisePage*>();
        QSemaphore mayRead;
        page->open({QStringLiteral("slow.png"), {}, [&] {
                        mayRead.acquire();
                        return Result<DecodedImage>(DecodedImage{Tensor(Shape{1, 50, 60})});
                    }});
        writeText(desk.driver.folder() / "bad.png", "no picture");
        QVERIFY(desk.driver.drop(urlsOf({desk.driver.folder() / "bad.png"}), kAnywhere));
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.message().contains("bad.png"), kPatience);
        QCOMPARE(desk.driver.find<QLabel>("What is needed")->text(), QStringLiteral("opening slow.png…"));
        mayRead.release();
        QTRY_VERIFY_WITH_TIMEOUT(desk.driver.has<QLabel>("About the result"), kPatience);
        QVERIFY(desk.driver.find<QLabel>("About the result")->text().startsWith("slow.png"));
    }
};

QTEST_MAIN(TestDropRouter)
#include "tst_drop_router.moc"
