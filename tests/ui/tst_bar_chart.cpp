// The bars, looked at: where they stand, which are marked, what mouse and keys find.

#include <QtTest>
#include <QtWidgets>

#include "core/training/Trainer.h"
#include "ui/panels/StatisticsBars.h"
#include "ui/widgets/BarChart.h"
#include "ui/widgets/Theme.h"

using namespace hourglass;

namespace {

QColor colourAt(const QImage& picture, QPointF place) {
    return picture.pixelColor((place * picture.devicePixelRatio()).toPoint());
}

Bars four() {
    return {.values = {1.0, 4.0, 0.001, 2.0}, .marked = {false, false, true, false}, .describe = [](int index) {
                return QString("bar %1").arg(index + 1);
            }};
}

CodeStatistics statistics() {
    return {.epoch = 5,
            .step = 50,
            .samples = 100,
            .means = {0.05, 0.2, 0.04},
            .spreads = {0.1, 0.3, 0},
            .unitValues = {},
            .histogram = {.width = 0.25, .first = -1, .counts = {10, 30}, .zeros = 60}};
}

} // namespace

class TestBarChart : public QObject {
    Q_OBJECT

private slots:
    void bars_areAsTallAsTheirValues_inTheirColours() {
        BarChart chart;
        chart.resize(400, 200);
        chart.setBars(four());
        const QImage picture = chart.grab().toImage();
        QVERIFY(std::abs(chart.barRect(1).height() / chart.barRect(0).height() - 4) < 0.01);
        QVERIFY(chart.barRect(0).right() < chart.barRect(1).left());
        QVERIFY(chart.plotRect().contains(chart.barRect(1)));
        QCOMPARE(colourAt(picture, chart.barRect(1).center()), theme::trainCurve(chart.palette()));
        QCOMPARE(colourAt(picture, chart.barRect(2).center()), theme::validationCurve(chart.palette())); // seen, if low
        // Above a marked bar there is a pattern, above another there is none.
        const auto coloursAbove = [&](int index) {
            QSet<QRgb> colours;
            const QRectF bar = chart.barRect(index);
            for (double y = chart.plotRect().top() + 2; y < chart.barRect(1).bottom() - 10;
                 y += 1 / picture.devicePixelRatio())
                if (const double toLine = chart.barRect(1).bottom() - y; toLine > 0)
                    colours << colourAt(picture, {bar.center().x(), y}).rgb();
            return colours.size();
        };
        QVERIFY(coloursAbove(2) > 2);
        QVERIFY(coloursAbove(0) <= 3); // the bar, the window, a line of the grid
    }

    void negativeValues_hangBelowZero() {
        BarChart chart;
        chart.resize(400, 200);
        chart.setBars({.values = {2, -1}});
        QVERIFY(std::abs(chart.barRect(0).bottom() - chart.barRect(1).top()) < 1e-9);
        QVERIFY(std::abs(chart.barRect(0).height() / chart.barRect(1).height() - 2) < 1e-9);
        chart.setBars({.values = {-2, -1}});
        QVERIFY(chart.plotRect().contains(chart.barRect(0)));
        chart.setBars({.values = {0, 0}});
        QVERIFY(!chart.grab().isNull());
    }

    void mouseAndKeys_findTheBars() {
        BarChart chart;
        chart.resize(400, 200);
        chart.setBars(four());
        chart.show();
        QVERIFY(QTest::qWaitForWindowActive(&chart));
        chart.setFocus();
        for (int i = 0; i < 4; ++i) {
            QTest::mouseMove(&chart, QPoint(static_cast<int>(chart.barRect(i).center().x()), 20)); // above it too
            QCOMPARE(chart.current(), i);
        }
        QTest::mouseMove(&chart, QPoint(1, 20));
        QCOMPARE(chart.current(), -1);
        const std::pair<Qt::Key, int> keys[] = {{Qt::Key_Left, 3},  {Qt::Key_Right, 3}, {Qt::Key_Home, 0},
                                                {Qt::Key_Right, 1}, {Qt::Key_End, 3},   {Qt::Key_Escape, -1}};
        for (const auto& [key, place] : keys) {
            QTest::keyClick(&chart, key);
            QCOMPARE(chart.current(), place);
        }
        QTest::keyClick(&chart, Qt::Key_Home);
        QCOMPARE(chart.accessibleDescription(), QString("bar 1"));
        chart.setBars({.values = {1}}); // fewer: the place that is left
        QCOMPARE(chart.current(), 0);
        chart.setBars({});
        QCOMPARE(chart.current(), -1);
        QTest::keyClick(&chart, Qt::Key_Right);
        QCOMPARE(chart.current(), -1);
    }

    // A code of many units has several in each pixel: none of them may be lost that stands out.
    void moreBarsThanPixels_showTheLargest() {
        BarChart chart;
        chart.resize(300, 200);
        Bars bars{.values = std::vector<double>(50'000, 0.01)};
        bars.values[25'001] = 5;
        chart.setBars(bars);
        const QImage picture = chart.grab().toImage();
        const double y = chart.plotRect().center().y();
        int found = 0;
        for (int x = 0; x < picture.width(); ++x)
            found += picture.pixelColor(x, static_cast<int>(y * picture.devicePixelRatio())) ==
                     theme::trainCurve(chart.palette());
        QVERIFY2(found >= 1 && found <= 2, qPrintable(QString::number(found)));
    }

    void colours_areReadableOnLightAndDark() {
        for (const QColor& window : {QColor(0xef, 0xef, 0xef), QColor(0x2b, 0x2d, 0x30)}) {
            QPalette palette;
            palette.setColor(QPalette::Window, window);
            palette.setColor(QPalette::WindowText, window.lightness() > 128 ? Qt::black : Qt::white);
            QVERIFY(theme::contrast(theme::trainCurve(palette), window) >= 3);
            QVERIFY(theme::contrast(theme::validationCurve(palette), window) >= 3);
        }
    }

    void emptyState_isExplained() {
        BarChart chart;
        chart.resize(300, 200);
        const QImage before = chart.grab().toImage();
        chart.setEmptyText("Nothing yet.");
        QVERIFY(chart.grab().toImage() != before);
    }

    // What the statistics of a code become.
    void codeBars_sayWhatIsSilent_andWhatIsLeftOut() {
        const Experiment sparse = Experiment::create("sparse").value();
        const WatchEntry means{
            .kind = WatchEntry::Kind::Units, .key = "code.means", .title = "Mean", .unit = "activation"};
        const StatisticsBars units = statisticsBars(statistics(), means, sparse.options());
        QCOMPARE(units.words, (QStringList{"1 of 3 silent", "epoch 5"}));
        QVERIFY((units.bars.marked == std::vector{false, false, true}));
        QCOMPARE(units.bars.describe(1), QString("unit 2: 0.2 activation"));
        QCOMPARE(units.bars.describe(2), QString("unit 3: 0.04 activation, silent"));
        QCOMPARE(*units.bars.level, 0.05);
        QVERIFY(!statisticsBars(statistics(), means, Experiment::create().value().options()).bars.level);

        const WatchEntry histogram{.kind = WatchEntry::Kind::Histogram, .key = "histogram", .title = "Histogram"};
        const StatisticsBars bins = statisticsBars(statistics(), histogram, sparse.options());
        QCOMPARE(bins.words, (QStringList{"60.0 % are exactly 0, not drawn", "epoch 5"}));
        QVERIFY((bins.bars.edges == std::vector{-0.25, 0.0, 0.25}));
        QCOMPARE(bins.bars.describe(1), QString("0 to 0.25: 30.0 % of values"));

        CodeStatistics variational = statistics();
        variational.unitValues["kl"] = {1.5, 0.001, 0.0099};
        const WatchEntry kl{.kind = WatchEntry::Kind::Units, .key = "unit.kl", .title = "KL", .unit = "nats"};
        const StatisticsBars collapsed =
            statisticsBars(variational, kl, Experiment::create("variational").value().options());
        QCOMPARE(collapsed.words.front(), QString("2 of 3 collapsed"));
        QCOMPARE(collapsed.bars.describe(1), QString("unit 2: 1e-3 nats, collapsed"));
        const WatchEntry unknown{.kind = WatchEntry::Kind::Units, .key = "unit.other", .title = "?"};
        QVERIFY(statisticsBars(variational, unknown, sparse.options()).bars.values.empty());
    }

    void watchEntries_areThoseOfTheFamily_eachWithItsUnit_data() {
        QTest::addColumn<QString>("family");
        QTest::addColumn<QStringList>("settings");
        QTest::addColumn<QStringList>("expected");
        const QStringList code = {"Active units: of 5", "PSNR: dB", "Mean by unit: activation",
                                  "Spread by unit: standard deviation", "Activation histogram: % of values"};
        QTest::newRow("undercomplete") << "undercomplete" << QStringList() << code;
        QTest::newRow("variational") << "variational" << QStringList()
                                     << QStringList{"KL divergence: nats per sample", "KL by dimension: nats",
                                                    "Negative ELBO: nats per sample", "Squared error: per value",
                                                    "Loss: Reconstruction + KL divergence per sample"} +
                                            code;
        QTest::newRow("β-VAE") << "variational" << QStringList{"objective.beta=4"}
                               << QStringList{"KL term: β × nats per sample", "KL divergence: nats per sample",
                                              "Loss: Reconstruction + KL term per sample"};
        QTest::newRow("sparse") << "sparse" << QStringList()
                                << QStringList{"Sparsity: β × KL from ρ per sample",
                                               "Mean activation: over units and samples"} +
                                       code;
        QTest::newRow("sparse, L1, mean")
            << "sparse" << QStringList{"objective.sparsity=l1", "objective.reduction=element_mean"}
            << QStringList{"Sparsity: λ × L1 norm per value", "Loss: Reconstruction + Sparsity per value"};
        QTest::newRow("sparse, L1, ReLU")
            << "sparse" << QStringList{"objective.sparsity=l1", "model.code_activation=relu"}
            << QStringList{"L0: units above 0 per sample", "Mean activation: over units and samples"};
        QTest::newRow("contractive") << "contractive" << QStringList()
                                     << QStringList{"Contraction: λ × ‖J‖² per sample",
                                                    "Jacobian norm of the code: root mean square",
                                                    "Jacobian norm of the reconstruction: root mean square"} +
                                            code;
        QTest::newRow("BCE") << "undercomplete" << QStringList{"objective.loss=bce"}
                             << QStringList{"Squared error: per value"};
    }
    void watchEntries_areThoseOfTheFamily_eachWithItsUnit() {
        QFETCH(QString, family);
        QFETCH(QStringList, settings);
        QFETCH(QStringList, expected);
        Experiment experiment = Experiment::create(family.toStdString()).value();
        experiment.set("model.code_size", 5).value();
        for (const QString& setting : settings)
            experiment
                .set(setting.section('=', 0, 0).toStdString(), parseOptionText(setting.section('=', 1).toStdString()))
                .value();
        const auto model = buildModel(experiment.options(), Shape{1, 6, 6}).value();
        const auto said = [&](bool isValidated) {
            QStringList lines;
            for (const WatchEntry& entry :
                 watchEntries(historyColumns(*model, isValidated), experiment.options(), model->unitValueNames()))
                lines << entry.title + ": " + entry.unit;
            return lines;
        };
        for (const QString& line : expected)
            QVERIFY2(said(true).contains(line), qPrintable(line + " is not in\n" + said(true).join('\n')));
        QStringList titles = said(true);
        for (QString& title : titles)
            title = title.section(':', 0, 0);
        QCOMPARE(titles.removeDuplicates(), 0);
        if (settings.isEmpty()) // all that there is, but for the total
            QCOMPARE(said(true).size(), expected.size() + (said(true).join('\n').contains("Loss:") &&
                                                           !expected.join('\n').contains("Loss:")));
        // Without a validation part the code is measured all the same, on some of the training samples; errors are not.
        const QStringList unvalidated = said(false);
        for (const QString& line : said(true))
            QVERIFY2(unvalidated.contains(line) != (line.startsWith("PSNR") || line.startsWith("Squared error")),
                     qPrintable(line + " in\n" + unvalidated.join('\n')));
    }
};

QTEST_MAIN(TestBarChart)
#include "tst_bar_chart.moc"
