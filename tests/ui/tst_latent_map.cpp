// The map of the Latent page while what it shows changes: other samples, other layouts, many points.

#include "tests/ui/LatentPageDriver.h"

#include <QRegularExpression>

#include <set>

#include "core/base/Random.h"
#include "core/data/MemoryDataset.h"
#include "core/formats/Npy.h"
#include "ui/bridge/PoolJob.h"
#include "ui/widgets/ImageStrip.h"
#include "ui/widgets/ScatterColours.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

// As many colours as classes, each point in that of its own.
void compareClassColours(LatentPageDriver& page) {
    const LatentCodes& codes = *page.map()->codes();
    QCOMPARE(static_cast<int64_t>(page.scatter()->count()), codes.size());
    std::set<QRgb> found;
    for (int i = 0; i < page.scatter()->count(); ++i) {
        const QColor expected = scatter::categoryColour(page.scatter()->palette(), codes.samples->label(i).value());
        QCOMPARE(page.scatter()->colourOf(i), expected);
        found.insert(expected.rgb());
    }
    QVERIFY(found.size() > 2);
}

// Many codes of many values, which take a while to be looked at.
std::shared_ptr<const LatentCodes> manyCodes(const LatentCodes& like) {
    constexpr int64_t kCount = 10'000;
    auto codes = std::make_shared<LatentCodes>(like);
    codes->codes = Tensor({kCount, 32});
    RandomStream(3).fillNormal(codes->codes.values());
    MemoryDataset::Content content;
    content.rows = kCount;
    content.sampleShape = Shape{1};
    content.floats = RawBuffer<float>::allocate(kCount).value();
    std::fill_n(content.floats.data(), kCount, 0.5f);
    for (int64_t i = 0; i < kCount; ++i)
        content.labels.push_back(static_cast<int>(i % 3));
    codes->samples = std::make_shared<MemoryDataset>(std::move(content));
    codes->samplesHash = 1;
    codes->thumbnails = {};
    codes->errors.assign(kCount, 0.1f);
    codes->lookAtAll();
    return codes;
}

} // namespace

class TestLatentMap : public QObject {
    Q_OBJECT

private slots:
    // 50 samples by t-SNE, then 150, then 50 again: whatever was current or chosen is none of theirs.
    void byNeighbours_otherSamples_areThereAtOnce() {
        LatentPageDriver page(5, 0.25);
        page.useModel();
        QCOMPARE(page.scatter()->count(), 50);
        page.driver.find<QComboBox>("Layout")->setCurrentIndex(2);
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("t-SNE with"), qPrintable(page.note()), kPatience);
        compareClassColours(page);
        auto* samples = page.driver.find<QComboBox>("Samples");
        const auto show = [&](Qt::Key key, const QString& name) {
            samples->setFocus();
            page.driver.key(key);
            QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.map()->codes()->samplesName == name,
                                      qPrintable(page.note()), kPatience);
            compareClassColours(page); // before there is a layout
            QCOMPARE(page.scatter()->current(), -1);
            QVERIFY(page.scatter()->chosen().empty());
            QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("t-SNE with"), qPrintable(page.note()), kPatience);
            compareClassColours(page);
        };
        show(Qt::Key_Down, QStringLiteral("Training part"));
        page.clickPoint(140);
        QVERIFY(page.scatter()->current() >= 0);
        page.scatter()->setCurrent(149);
        page.scatter()->setFocus();
        page.driver.key(Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(page.scatter()->chosen().size(), 150u);
        show(Qt::Key_Up, QStringLiteral("Validation part"));
        QCOMPARE(page.driver.find<ImageStrip>("Chosen samples")->sampleCount(), 0);
        QCOMPARE(page.driver.find<ImageStrip>("Nearest neighbours")->sampleCount(), 0);
    }

    // As many samples as before are not the same samples.
    void otherSamples_asManyAsBefore_nothingIsMarked() {
        LatentPageDriver page;
        page.useModel();
        page.scatter()->setCurrent(12);
        page.scatter()->setChosen({3, 4});
        const auto first = page.map()->codes();
        page.driver.click(page.driver.find<QToolButton>("Encode")); // the same ones
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.map()->codes() != first, qPrintable(page.note()), kPatience);
        QCOMPARE(page.scatter()->current(), 12);
        QCOMPARE(page.scatter()->chosen(), std::vector<int>({3, 4}));
        page.driver.find<QComboBox>("Samples")->setFocus();
        page.driver.key(Qt::Key_Down);
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.note().contains("Training part"), qPrintable(page.note()),
                                  kPatience);
        QCOMPARE(page.scatter()->count(), 100);
        QCOMPARE(page.scatter()->current(), -1);
        QVERIFY(page.scatter()->chosen().empty());
    }

    void layoutByNeighbours_saysHowFastItIs_andHowLongItTakes() {
        LatentPageDriver page;
        page.useModel();
        QStringList said;
        connect(page.map(), &LatentMap::working, this, [&](double, const QString& text) { said << text; });
        page.driver.find<QComboBox>("Layout")->setCurrentIndex(2);
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("t-SNE with"), qPrintable(page.note()), kPatience);
        const QRegularExpression expected(R"(^t-SNE [\d,]+ of 1,000 · KL [\d.]+ · [\d,.]+/s · [\d.]+ s left$)");
        QVERIFY2(expected.match(said.last()).hasMatch(), qPrintable(said.last()));
    }

    void problem_isForgottenWithWhatItWasOf() {
        LatentPageDriver page;
        page.useModel();
        Tensor few({3, 32, 32});
        for (int64_t i = 0; i < few.elements(); ++i)
            few.data()[i] = static_cast<float>(i % 89) / 89;
        writeNpy(page.driver.folder() / "few.npy", few).value();
        QVERIFY(page.drop(page.driver.folder() / "few.npy"));
        QTRY_VERIFY2_WITH_TIMEOUT(page.isDone() && page.note().contains("3 samples"), qPrintable(page.note()),
                                  kPatience);
        auto* layout = page.driver.find<QComboBox>("Layout");
        layout->setFocus();
        page.driver.key(Qt::Key_End); // t-SNE
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().contains("at least 4"), qPrintable(page.note()), kPatience);
        QCOMPARE(page.scatter()->count(), 3);
        page.driver.key(Qt::Key_Home);
        QVERIFY2(page.note().startsWith("3 samples"), qPrintable(page.note()));
        // The pad's: until the next place is decoded.
        emit page.page()->service().probeFailed(QStringLiteral("The decoder is gone."));
        QCOMPARE(page.note(), QStringLiteral("The decoder is gone."));
        page.showTool(2);
        page.driver.click(page.driver.find<QToolButton>("Reset the place"));
        QTRY_VERIFY2_WITH_TIMEOUT(page.note().startsWith("3 samples"), qPrintable(page.note()), kPatience);
    }

    void clusters_onTheirWay_areSaid_andCanBeStopped() {
        LatentPageDriver page;
        page.useModel();
        page.map()->setCodes(manyCodes(*page.map()->codes()));
        auto* colour = page.driver.find<QComboBox>("Colour by");
        colour->setCurrentIndex(1);
        page.driver.find<QSpinBox>("Clusters")->setValue(28);
        QTRY_VERIFY_WITH_TIMEOUT(page.driver.has<QProgressBar>("Encoding progress"), kPatience);
        QCOMPARE(page.driver.find<QLabel>("Remaining time")->text(), QStringLiteral("looking for 28 clusters"));
        page.scatter()->setFocus();
        page.driver.key(Qt::Key_Escape);
        QVERIFY(page.scatter()->isVisible());
        QVERIFY(!page.driver.has<QProgressBar>("Encoding progress"));
        QCOMPARE(colour->currentText(), QStringLiteral("Class")); // as they still are
        compareClassColours(page);
        colour->setCurrentIndex(1);
        QTRY_VERIFY_WITH_TIMEOUT(page.map()->clusters() != nullptr, kPatience);
        QCOMPARE(page.map()->clusters()->labels.size(), 10'000u);
        QVERIFY(!page.driver.has<QProgressBar>("Encoding progress"));
    }

    // There are as many of the new ones, and nobody has asked for their clusters.
    void clusters_ofOldCodes_areNotTaken() {
        LatentPageDriver page;
        page.useModel();
        auto* colour = page.driver.find<QComboBox>("Colour by");
        colour->setCurrentIndex(1);
        QTRY_VERIFY_WITH_TIMEOUT(page.map()->clusters() != nullptr, kPatience);
        page.driver.find<QSpinBox>("Clusters")->setValue(3);
        colour->setCurrentIndex(0);
        page.map()->setCodes(std::make_shared<LatentCodes>(*page.map()->codes()));
        QVERIFY(page.map()->clusters() == nullptr);
        quietPool().waitForDone(); // the answers are on their way, and what is posted now comes after them
        bool isAnswered = false;
        QMetaObject::invokeMethod(
            this, [&] { isAnswered = true; }, Qt::QueuedConnection);
        QTRY_VERIFY_WITH_TIMEOUT(isAnswered, kPatience);
        QVERIFY(page.map()->clusters() == nullptr);
    }
};

QTEST_MAIN(TestLatentMap)
#include "tst_latent_map.moc"
