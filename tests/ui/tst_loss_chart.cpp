// Curve arithmetic, and the chart as a person uses it: looking, hovering, zooming, exporting.

#include <QtTest>
#include <QtWidgets>

#include <cmath>
#include <limits>

#include "tests/support/TestSupport.h"
#include "ui/widgets/CurveCanvas.h"
#include "ui/widgets/LossChart.h"
#include "ui/widgets/Theme.h"

using namespace hourglass;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void fill(LossChart& chart, int steps) {
    for (int i = 1; i <= steps; ++i)
        chart.append(Curve::Training, i, 0.02 + 0.2 * std::exp(-i / (steps / 5.0)));
    for (int epoch = 1; epoch <= 10; ++epoch)
        chart.append(Curve::Validation, epoch * steps / 10.0, 0.025 + 0.2 * std::exp(-epoch / 2.0));
    chart.setStepsPerEpoch(steps / 10.0);
    chart.setBest(steps * 0.7);
}

int pixelsLike(const QImage& image, const QColor& wanted) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            const QColor c = image.pixelColor(x, y);
            count += std::abs(c.red() - wanted.red()) + std::abs(c.green() - wanted.green()) +
                         std::abs(c.blue() - wanted.blue()) <
                     40;
        }
    return count;
}

void wheel(QWidget* target, QPointF at, int turn) {
    QWheelEvent event(at, target->mapToGlobal(at), {}, {0, turn}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QCoreApplication::sendEvent(target, &event);
}

} // namespace

class TestLossChart : public QObject {
    Q_OBJECT

private slots:
    // Where there is no room for all of it, the unit ends in dots and the tip has it.
    void unit_thatDoesNotFit_isInTheTip() {
        LossChart chart(QStringLiteral("Reconstruction"), QStringLiteral("BCE per sample, summed over all elements"));
        const auto headings = chart.findChildren<QLabel*>();
        const auto heading = std::find_if(headings.begin(), headings.end(),
                                          [](const QLabel* label) { return label->text().contains("Reconstruction"); });
        QVERIFY(heading != headings.end());
        chart.resize(1400, 300);
        chart.show();
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        QVERIFY2((*heading)->toolTip().isEmpty(), qPrintable((*heading)->toolTip()));
        chart.resize(chart.minimumSizeHint().width(), 300);
        QTRY_VERIFY((*heading)->toolTip().contains("summed over all elements"));
    }

    void smoothed_debiased_matchesFormula() {
        const std::vector<double> values{4, 2, 8};
        const std::vector<double> result = smoothed(values, 0.5);
        QCOMPARE(result[0], 4.0);
        QCOMPARE(result[1], (0.25 * 4 + 0.5 * 2) / 0.75);
        QCOMPARE(result[2], (0.125 * 4 + 0.25 * 2 + 0.5 * 8) / 0.875);
    }
    void smoothed_weightZero_isIdentity() {
        const std::vector<double> values{1, 5, -2};
        QCOMPARE(smoothed(values, 0), values);
    }
    void smoothed_constant_staysConstant() {
        for (double value : smoothed(std::vector<double>(500, 3.0), 0.999))
            QVERIFY(std::abs(value - 3) < 1e-9);
    }
    void smoothed_nan_passesWithoutSpreading() {
        const std::vector<double> result = smoothed(std::vector<double>{1, kNaN, 1}, 0.6);
        QVERIFY(std::isnan(result[1]));
        QCOMPARE(result[2], 1.0);
    }

    void decimated_longCurve_keepsExtremesAndOrder() {
        std::vector<QPointF> points;
        for (int i = 0; i < 10000; ++i)
            points.emplace_back(i, i == 4321 ? 99 : i == 6789 ? -99 : std::sin(i * 0.01));
        const std::vector<QPointF> kept = decimated(points, 0, 9999, 500);
        QVERIFY(kept.size() <= 2 * 502);
        QVERIFY(std::find(kept.begin(), kept.end(), QPointF(4321, 99)) != kept.end());
        QVERIFY(std::find(kept.begin(), kept.end(), QPointF(6789, -99)) != kept.end());
        QVERIFY(std::is_sorted(kept.begin(), kept.end(), [](auto a, auto b) { return a.x() < b.x(); }));
    }
    void decimated_shortOrEmpty_unchanged() {
        QVERIFY(decimated({}, 0, 1, 10).empty());
        const std::vector<QPointF> points{{0, 1}, {1, kNaN}, {2, 3}};
        QCOMPARE(decimated(points, 0, 2, 10).size(), size_t{2});
    }
    void decimated_window_keepsOneNeighbourEachSide() {
        std::vector<QPointF> points;
        for (int i = 0; i < 100; ++i)
            points.emplace_back(i, i);
        const std::vector<QPointF> kept = decimated(points, 40, 50, 1000);
        QCOMPARE(kept.front().x(), 39.0);
        QCOMPARE(kept.back().x(), 51.0);
    }

    void robustRange_outlier_clipped() {
        std::vector<double> values(1000, 0);
        for (size_t i = 0; i < values.size(); ++i)
            values[i] = 1 + 0.001 * static_cast<double>(i);
        values[3] = 1e6;
        const ValueRange range = robustRange(values);
        QVERIFY(range.high < 4 && range.high > 1.98);
        QVERIFY(range.low < 1.02);
    }
    void robustRange_degenerate_neverEmpty() {
        for (const std::vector<double>& values : {std::vector<double>{}, {5.0}, {0.0, 0.0}, {kNaN}}) {
            const ValueRange range = robustRange(values);
            QVERIFY(range.high > range.low);
        }
    }

    void axisTicks_roundAndInside_data() {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<bool>("isLog");
        QTest::addColumn<QString>("labels");
        QTest::newRow("linear") << 0.0 << 1.0 << false << "0 0.2 0.4 0.6 0.8 1";
        QTest::newRow("one round value") << 0.01 << 0.19 << false << "0.05 0.1 0.15";
        QTest::newRow("small") << 0.0101 << 0.0149 << false << "0.011 0.012 0.013 0.014";
        QTest::newRow("decades") << -4.0 << 0.0 << true << "1e-4 1e-3 0.01 0.1 1";
        QTest::newRow("part of a decade") << std::log10(0.02) << std::log10(0.05) << true << "0.02 0.03 0.04 0.05";
    }
    void axisTicks_roundAndInside() {
        QFETCH(double, low);
        QFETCH(double, high);
        QFETCH(bool, isLog);
        QStringList labels;
        for (const AxisTick& tick : axisTicks({low, high}, 5, isLog))
            labels << tick.label;
        QTEST(labels.join(' '), "labels");
    }

    void append_goingBack_dropsWhatCameAfter() {
        CurveData data;
        for (int i = 1; i <= 10; ++i)
            data.append(Curve::Training, i, i);
        data.append(Curve::Training, 5, 50);
        QCOMPARE(data.raw(Curve::Training).size(), size_t{5});
        QCOMPARE(data.smooth(Curve::Training).size(), size_t{5});
        QCOMPARE(data.raw(Curve::Training).back(), QPointF(5, 50));
    }

    void smoothing_trainingOnly_validationAsMeasured() {
        CurveData data;
        data.setSmoothing(0.9);
        for (int i = 1; i <= 10; ++i)
            for (const Curve curve : {Curve::Training, Curve::Validation})
                data.append(curve, i, i);
        QCOMPARE(data.smooth(Curve::Validation), data.raw(Curve::Validation));
        QVERIFY(data.smooth(Curve::Training).back().y() < 9);
    }

    void drawing_curves_visibleInTheirColours() {
        LossChart chart("Reconstruction", "MSE");
        chart.resize(600, 300);
        chart.show();
        fill(chart, 1000);
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        chart.canvas()->refresh();
        const QImage picture = chart.grab().toImage();
        QVERIFY(pixelsLike(picture, theme::trainCurve(chart.palette())) > 200);
        QVERIFY(pixelsLike(picture, theme::validationCurve(chart.palette())) > 200);
        QVERIFY(pixelsLike(picture, theme::bestMark(chart.palette())) > 20);
    }
    void longRun_pointsDrawn_boundedByWidth() {
        LossChart chart("Reconstruction", "MSE");
        chart.resize(600, 300);
        chart.show();
        fill(chart, 10000);
        chart.canvas()->refresh();
        QCOMPARE(chart.pointCount(Curve::Training), 10000);
        QVERIFY(chart.canvas()->drawnPoints() > 200);
        QVERIFY(chart.canvas()->drawnPoints() <= 2 * 602 * chart.devicePixelRatioF());
    }
    void hover_showsNearestValues() {
        LossChart chart("Reconstruction", "MSE");
        chart.resize(600, 300);
        chart.show();
        fill(chart, 100);
        QTRY_VERIFY(chart.canvas()->chart()->plotArea().left() > 20); // the axes have their place
        QSignalSpy picked(&chart, &LossChart::picked);
        const QPoint middle = chart.canvas()->chart()->plotArea().center().toPoint();
        QTest::mouseMove(chart.canvas()->viewport(), middle);
        QTRY_VERIFY(!chart.canvas()->hoverLines().isEmpty());
        QVERIFY2(chart.canvas()->hoverLines().join('|').contains("step 50"),
                 qPrintable(chart.canvas()->hoverLines().join('|')));
        QTest::mouseClick(chart.canvas()->viewport(), Qt::LeftButton, {}, middle);
        QCOMPARE(picked.count(), 1);
        QCOMPARE(picked[0][0].toDouble(), 50.0);
    }
    void wheelDragDoubleClick_zoomPanReset() {
        LossChart chart("Reconstruction", "MSE");
        chart.resize(600, 300);
        chart.show();
        fill(chart, 1000);
        CurveCanvas* canvas = chart.canvas();
        canvas->refresh();
        const QPointF middle = canvas->chart()->plotArea().center();
        wheel(canvas->viewport(), middle, 360);
        const ValueRange zoomed = canvas->viewRange();
        QVERIFY(canvas->isZoomed());
        QVERIFY(std::abs((zoomed.low + zoomed.high) / 2 - 500) < 3);
        QTest::mousePress(canvas->viewport(), Qt::LeftButton, {}, middle.toPoint());
        QTest::mouseMove(canvas->viewport(), middle.toPoint() + QPoint(60, 0));
        QTest::mouseRelease(canvas->viewport(), Qt::LeftButton, {}, middle.toPoint() + QPoint(60, 0));
        QVERIFY(canvas->viewRange().low < zoomed.low);
        QTest::mouseDClick(canvas->viewport(), Qt::LeftButton, {}, middle.toPoint());
        QVERIFY(!canvas->isZoomed());
    }
    void keyboard_walksZoomsPicks() {
        LossChart chart("Reconstruction", "MSE");
        chart.resize(600, 300);
        chart.show();
        fill(chart, 100);
        QSignalSpy picked(&chart, &LossChart::picked);
        QTest::keyClick(chart.canvas(), Qt::Key_Right);
        QTest::keyClick(chart.canvas(), Qt::Key_Right);
        QTest::keyClick(chart.canvas(), Qt::Key_Return);
        QCOMPARE(picked.count(), 1);
        QTest::keyClick(chart.canvas(), Qt::Key_Plus);
        QVERIFY(chart.canvas()->isZoomed());
        QTest::keyClick(chart.canvas(), Qt::Key_0);
        QVERIFY(!chart.canvas()->isZoomed());
    }
    void smoothing_slider_coversTheRange() {
        LossChart chart("Reconstruction", "MSE");
        QVERIFY(std::abs(chart.smoothing() - 0.6) < 1e-12);
        auto* slider = chart.findChild<QSlider*>();
        QTest::keyClick(slider, Qt::Key_Home);
        QCOMPARE(chart.smoothing(), 0.0);
        QTest::keyClick(slider, Qt::Key_End);
        QVERIFY(std::abs(chart.smoothing() - 0.999) < 1e-9);
    }

    void writeCsv_holdsEveryPoint() {
        LossChart chart("Reconstruction", "MSE");
        fill(chart, 100);
        const test::TemporaryFolder folder;
        const QString path = QString::fromStdString((folder / "curve.csv").string());
        QVERIFY(chart.writeCsv(path).ok());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QList<QByteArray> rows = file.readAll().trimmed().split('\n');
        QCOMPARE(rows.size(), 101);
        QCOMPARE(rows[0], QByteArray("step,epoch,training,training_smoothed,validation"));
        QVERIFY(rows[1].startsWith("1,0.1,0.2"));
        QCOMPARE(rows[10].split(',').size(), 5);
        QVERIFY(!rows[10].split(',')[4].isEmpty());
    }
    void writeCsv_diskFull_keepsPreviousFile() {
        LossChart chart("Reconstruction", "MSE");
        fill(chart, 20000);
        const test::TemporaryFolder folder;
        test::writeText(folder / "curve.csv", "before");
        const QString path = QString::fromStdString((folder / "curve.csv").string());
        Result<void> written;
        {
            const test::FullDisk full(4096);
            written = chart.writeCsv(path);
        }
        QVERIFY(!written);
        QVERIFY(QString::fromStdString(written.error().message()).contains("curve.csv"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("before"));
    }
    void writePng_readsBack() {
        LossChart chart("Reconstruction", "MSE");
        chart.resize(600, 300);
        chart.show();
        fill(chart, 100);
        const test::TemporaryFolder folder;
        const QString path = QString::fromStdString((folder / "curve.png").string());
        QVERIFY(chart.writePng(path).ok());
        QVERIFY(QImage(path).width() > 600);
    }
    void empty_saysWhatToDo() {
        LossChart chart("Reconstruction", "MSE");
        chart.resize(400, 250);
        chart.show();
        const QImage before = chart.grab().toImage();
        chart.setEmptyText({});
        QVERIFY(before != chart.grab().toImage());
    }
};

QTEST_MAIN(TestLossChart)
#include "tst_loss_chart.moc"
