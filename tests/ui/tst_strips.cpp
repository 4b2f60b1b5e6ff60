// The small painted widgets (image strip, architecture strip), the log, and the event-loop monitor.

#include <QtTest>
#include <QtWidgets>

#include "tests/support/TestSupport.h"
#include "ui/widgets/ArchitectureStrip.h"
#include "ui/widgets/EventLoopMonitor.h"
#include "ui/widgets/ImageStrip.h"
#include "ui/widgets/LogModel.h"
#include "ui/widgets/LogView.h"
#include "ui/widgets/Theme.h"

using namespace hourglass;

namespace {

// Sample i of n has the level (i + 1) / n.
Tensor ramp(int64_t n, int64_t channels, int64_t size) {
    Tensor tensor({n, channels, size, size});
    for (int64_t i = 0; i < n; ++i)
        std::fill(tensor.sample(i).begin(), tensor.sample(i).end(), static_cast<float>(i + 1) / static_cast<float>(n));
    return tensor;
}

std::vector<LayerBlock> hourglassBlocks() {
    using Kind = LayerBlock::Kind;
    return {{"Input", "784", "28 × 28", 784, Kind::Input},
            {"Dense 1", "512", "ReLU", 512, Kind::Layer},
            {"Code", "32", "the bottleneck", 32, Kind::Code},
            {"Dense 2", "512", "ReLU", 512, Kind::Layer},
            {"Output", "784", "sigmoid", 784, Kind::Output}};
}

QColor colourAt(QWidget& widget, QPointF place) {
    const QImage picture = widget.grab().toImage();
    return picture.pixelColor((place * picture.devicePixelRatio()).toPoint());
}

} // namespace

class TestStrips : public QObject {
    Q_OBJECT

private slots:
    void imageStrip_showsEachSample() {
        ImageStrip strip;
        strip.resize(600, 200);
        strip.setRow(0, ramp(4, 1, 16));
        strip.setRow(2, ramp(4, 3, 16));
        QCOMPARE(strip.sampleCount(), 4);
        for (int row : {0, 2})
            for (int i = 0; i < 4; ++i)
                QVERIFY(std::abs(colourAt(strip, strip.imageRect(row, i).center()).red() - 255 * (i + 1) / 4) <= 1);
    }
    void imageStrip_scale_wholePixelsAndInside_data() {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<int>("samples");
        QTest::newRow("wide") << QSize(900, 200) << 8;
        QTest::newRow("narrow") << QSize(260, 500) << 8;
        QTest::newRow("many") << QSize(700, 300) << 40;
        QTest::newRow("tiny") << QSize(200, 90) << 12;
    }
    void imageStrip_scale_wholePixelsAndInside() {
        QFETCH(QSize, size);
        QFETCH(int, samples);
        ImageStrip strip;
        strip.resize(size);
        strip.setRow(0, ramp(samples, 1, 28));
        const double scale = strip.imageRect(0, 0).width() * strip.devicePixelRatioF() / 28;
        if (scale >= 1)
            QCOMPARE(scale, std::round(scale));
        // What is shown is inside, and large enough to be recognised; where all do not fit, some are left out.
        for (int i = 0; i < samples; ++i)
            if (const QRectF place = strip.imageRect(2, i); i == 0 || !place.isEmpty())
                QVERIFY2(QRectF(strip.rect()).contains(place) &&
                             place.height() >= std::min(24.0, 28 / strip.devicePixelRatioF()),
                         qPrintable(QString::number(i)));
    }
    void imageStrip_low_dropsCaptionsFirst() {
        ImageStrip strip;
        strip.resize(900, 3 * 28 + 12 + 2);
        strip.setRow(0, ramp(8, 1, 24));
        strip.setCaptions({"1 dB", "2 dB", "3 dB", "4 dB", "5 dB", "6 dB", "7 dB", "8 dB"});
        QVERIFY(!strip.imageRect(0, 7).isEmpty());
        QVERIFY(strip.imageRect(0, 0).height() >= 24.0 / strip.devicePixelRatioF());
    }
    void imageStrip_sameShape_updatesInPlace() {
        ImageStrip strip;
        strip.resize(600, 200);
        strip.setRow(0, ramp(4, 1, 16));
        const QRectF before = strip.imageRect(0, 1);
        Tensor black({4, 1, 16, 16});
        strip.setRow(0, black);
        QCOMPARE(strip.imageRect(0, 1), before);
        QCOMPARE(colourAt(strip, before.center()).red(), 0);
        strip.setRow(0, Tensor({4, 5}));
        QCOMPARE(strip.sampleCount(), 0);
    }
    void imageStrip_clickAndKeys_choose() {
        ImageStrip strip;
        strip.resize(600, 200);
        strip.setRow(0, ramp(6, 1, 16));
        strip.show();
        QSignalSpy activated(&strip, &ImageStrip::activated);
        QTest::mouseClick(&strip, Qt::LeftButton, {}, strip.imageRect(1, 2).center().toPoint());
        QCOMPARE(activated.last()[0].toInt(), 2);
        QTest::keyClick(&strip, Qt::Key_Right);
        QTest::keyClick(&strip, Qt::Key_Return);
        QCOMPARE(activated.last()[0].toInt(), 3);
        QTest::keyClick(&strip, Qt::Key_End);
        QTest::keyClick(&strip, Qt::Key_Right);
        QCOMPARE(strip.current(), 5);
    }

    void architecture_heights_logarithmic() {
        const std::vector<double> heights = ArchitectureStrip::relativeHeights(hourglassBlocks());
        QCOMPARE(heights[0], 1.0);
        QCOMPARE(heights[2], 0.15);
        QVERIFY(heights[1] > 0.8 && heights[1] < 1);
        QCOMPARE(ArchitectureStrip::relativeHeights({{"a", "1"}, {"b", "1"}}), (std::vector<double>{1.0, 1.0}));
        QVERIFY(ArchitectureStrip::relativeHeights({}).empty());
    }
    void architecture_codeStandsOut() {
        ArchitectureStrip strip;
        strip.resize(500, 140);
        strip.setBlocks(hourglassBlocks());
        QCOMPARE(colourAt(strip, strip.blockRect(2).center()), theme::validationCurve(strip.palette()));
        QVERIFY(strip.blockRect(2).height() < strip.blockRect(1).height());
        for (int i = 0; i < 5; ++i)
            QVERIFY(QRectF(strip.rect()).contains(strip.blockRect(i)));
    }
    void architecture_clickAndKeys_activate() {
        ArchitectureStrip strip;
        strip.resize(500, 140);
        strip.setBlocks(hourglassBlocks());
        strip.show();
        QSignalSpy activated(&strip, &ArchitectureStrip::blockActivated);
        QTest::mouseClick(&strip, Qt::LeftButton, {}, strip.blockRect(1).center().toPoint());
        QTest::keyClick(&strip, Qt::Key_Right);
        QTest::keyClick(&strip, Qt::Key_Return);
        QCOMPARE(activated.count(), 2);
        QCOMPARE(activated[0][0].toInt(), 1);
        QCOMPARE(activated[1][0].toInt(), 2);
    }

    void logModel_bounded_keepsNewest() {
        LogModel model(10);
        for (int i = 0; i < 25; ++i)
            model.append(LogLevel::Info, QString::number(i));
        QCOMPARE(model.rowCount(), 10);
        QVERIFY(model.line(0).endsWith("15") && model.line(9).endsWith("24"));
    }
    void logView_copyClearSave() {
        LogModel model;
        LogView view(&model);
        view.resize(400, 150);
        view.show();
        model.append(LogLevel::Info, "loaded");
        model.append(LogLevel::Warning, "‘a.png’ skipped");
        for (QToolButton* button : view.findChildren<QToolButton*>())
            if (button->accessibleName() == "Copy")
                QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(QApplication::clipboard()->text().contains("loaded\n"));
        QVERIFY(QApplication::clipboard()->text().contains("warning  ‘a.png’ skipped"));
        const test::TemporaryFolder folder;
        const QString path = QString::fromStdString((folder / "log.txt").string());
        QVERIFY(view.save(path).ok());
        QVERIFY(QFileInfo(path).size() > 20);
        const Result<void> bad = view.save(QString::fromStdString((folder / "no/such/log.txt").string()));
        QVERIFY(!bad && QString::fromStdString(bad.error().message()).contains("log.txt"));
        for (QToolButton* button : view.findChildren<QToolButton*>())
            if (button->accessibleName() == "Clear")
                QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(model.rowCount(), 0);
    }
    void logView_followsUnlessScrolledUp() {
        LogModel model;
        LogView view(&model);
        view.resize(400, 100);
        view.show();
        for (int i = 0; i < 100; ++i)
            model.append(LogLevel::Info, QString::number(i));
        QScrollBar* bar = view.findChild<QListView*>()->verticalScrollBar();
        QTRY_VERIFY(bar->maximum() > 0 && bar->value() == bar->maximum());
        bar->setValue(3);
        model.append(LogLevel::Info, "more");
        QCoreApplication::processEvents();
        QCOMPARE(bar->value(), 3);
    }

    void monitor_blockedLoop_reportsGap() {
        EventLoopMonitor monitor;
        monitor.start();
        QTRY_VERIFY(monitor.beats() > 3);
        QElapsedTimer busy;
        busy.start();
        while (busy.elapsed() < 60) { // the loop is kept away for 60 ms
        }
        QTRY_VERIFY(monitor.longestGap() >= std::chrono::milliseconds(60));
        monitor.stop();
    }
};

QTEST_MAIN(TestStrips)
#include "tst_strips.moc"
