// The map of the Latent page while what it shows changes: other samples, other layouts, many points.

#include "tests/ui/LatentPageDriver.h"

#include <set>

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
};

QTEST_MAIN(TestLatentMap)
#include "tst_latent_map.moc"
