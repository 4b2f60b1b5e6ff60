#include <cmath>
#include <numeric>
#include <set>

#include <QtTest>

#include "core/analysis/Histogram.h"
#include "core/analysis/Roc.h"
#include "core/base/Contract.h"
#include "core/base/Random.h"

using namespace hourglass;

namespace {

struct Labelled {
    std::vector<float> scores;
    std::vector<bool> isAnomaly;
};

// Anomalies a little higher; `levels` different scores at most, so that there are ties within and between classes.
Labelled randomScores(size_t count, uint32_t levels, uint64_t seed) {
    const RandomStream random(seed);
    Labelled labelled;
    for (size_t i = 0; i < count; ++i) {
        const bool isAnomaly = random.uniform(2 * i) < 0.3f;
        labelled.isAnomaly.push_back(isAnomaly);
        labelled.scores.push_back(static_cast<float>(random.below(2 * i + 1, levels) + (isAnomaly ? levels / 4 : 0)));
    }
    return labelled;
}

// By its definition, over all pairs.
double naiveArea(const Labelled& labelled) {
    int64_t halves = 0, pairs = 0;
    for (size_t i = 0; i < labelled.scores.size(); ++i)
        for (size_t j = 0; j < labelled.scores.size(); ++j)
            if (labelled.isAnomaly[i] && !labelled.isAnomaly[j]) {
                ++pairs;
                halves += labelled.scores[i] > labelled.scores[j]    ? 2
                          : labelled.scores[i] == labelled.scores[j] ? 1
                                                                     : 0;
            }
    return static_cast<double>(halves) / (2 * static_cast<double>(pairs));
}

double areaUnder(const std::vector<RocPoint>& curve) {
    double area = 0;
    for (size_t i = 1; i < curve.size(); ++i)
        area += (curve[i].falsePositiveRate - curve[i - 1].falsePositiveRate) *
                (curve[i].truePositiveRate + curve[i - 1].truePositiveRate) / 2;
    return area;
}

} // namespace

class TestRoc : public QObject {
    Q_OBJECT

private slots:
    void area_knownCases() {
        const auto area = [](std::vector<float> scores, std::vector<bool> isAnomaly) {
            return rocOf(scores, isAnomaly)->area;
        };
        QCOMPARE(area({1, 2, 3, 4}, {false, false, true, true}), 1.0);
        QCOMPARE(area({1, 2, 3, 4}, {true, true, false, false}), 0.0);
        QCOMPARE(area({5, 5, 5}, {true, false, false}), 0.5);
        QCOMPARE(area({0.1f, 0.4f, 0.35f, 0.8f}, {false, false, true, true}), 0.75); // 3 of 4 pairs
        QCOMPARE(area({1, 2, 2, HUGE_VALF}, {false, false, true, true}), 0.875);     // one of 4 pairs tied
    }

    void area_random_equalsDefinitionAndCurve() {
        for (const uint32_t levels : {1u, 3u, 20u, 1000u, 1u << 20}) {
            const Labelled labelled = randomScores(700, levels, levels);
            const Roc roc = rocOf(labelled.scores, labelled.isAnomaly).value();
            QCOMPARE(roc.area, naiveArea(labelled)); // the same whole numbers: no tolerance
            QVERIFY(std::abs(areaUnder(roc.curve) - roc.area) < 1e-12);
        }
    }

    void curve_pointPerScore_asCounted() {
        const Labelled labelled = randomScores(300, 40, 1);
        const std::vector<RocPoint> curve = rocOf(labelled.scores, labelled.isAnomaly)->curve;
        const std::set<float> different(labelled.scores.begin(), labelled.scores.end());
        QCOMPARE(curve.size(), different.size() + 1);
        QCOMPARE(curve.front().falsePositiveRate + curve.front().truePositiveRate, 0.0);
        QCOMPARE(curve.back().falsePositiveRate + curve.back().truePositiveRate, 2.0);
        for (size_t i = 0; i < curve.size(); ++i) {
            const ConfusionCounts counts = confusionAt(curve[i].threshold, labelled.scores, labelled.isAnomaly);
            QCOMPARE(counts.truePositiveRate(), curve[i].truePositiveRate);
            QCOMPARE(counts.falsePositiveRate(), curve[i].falsePositiveRate);
            if (i > 0) {
                QVERIFY(curve[i].threshold < curve[i - 1].threshold);
                QVERIFY(curve[i].truePositiveRate >= curve[i - 1].truePositiveRate);
                QVERIFY(curve[i].falsePositiveRate >= curve[i - 1].falsePositiveRate);
            }
        }
    }

    void confusion_scoreAtThreshold_isNormal() {
        const std::vector<float> scores = {1, 2, 3, 2, 3};
        const std::vector<bool> isAnomaly = {false, false, false, true, true};
        QCOMPARE(confusionAt(2, scores, isAnomaly), (ConfusionCounts{1, 1, 2, 1}));
        QCOMPARE(confusionAt(0, scores, isAnomaly), (ConfusionCounts{2, 3, 0, 0}));
        QCOMPARE(confusionAt(3, scores, isAnomaly), (ConfusionCounts{0, 0, 3, 2}));
        const ConfusionCounts normalOnly = confusionAt(2, {{1, 3}}, {false, false});
        QCOMPARE(normalOnly.falsePositiveRate(), 0.5);
        QCOMPARE(normalOnly.truePositiveRate(), 0.0);
        QVERIFY_EXCEPTION_THROWN(confusionAt(0, scores, {true}), ContractError);
    }

    // What is looked up in sorted scores is what the passes over all of them find.
    void sortedScores_giveTheSame() {
        const std::vector<float> scores{2, 1, 3, 2, 5, 1, 2};
        const std::vector<bool> isAnomaly{true, false, true, false, true, true, false};
        const std::vector<int64_t> descending{4, 2, 6, 0, 3, 1, 5};
        const Roc roc = rocOf(scores, isAnomaly, descending).value(), expected = rocOf(scores, isAnomaly).value();
        QCOMPARE(roc.area, expected.area);
        QCOMPARE(roc.curve.size(), expected.curve.size());
        for (size_t i = 0; i < roc.curve.size(); ++i)
            QCOMPARE(roc.curve[i].truePositiveRate, expected.curve[i].truePositiveRate);
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(rocOf(scores, isAnomaly, {{0, 1}})), ContractError);
        const std::vector<float> ascending{1, 1, 2, 2, 2, 3, 5};
        for (const double quantile : {0.0, 0.1, 0.5, 0.95, 1.0})
            QCOMPARE(quantileOfSorted(ascending, quantile), quantileThreshold(scores, quantile).value());
        QVERIFY_EXCEPTION_THROWN(quantileOfSorted({}, 0.5), ContractError);
    }

    void rocOf_oneClassOrNoNumber_saysWhy() {
        const auto message = [](std::vector<float> scores, std::vector<bool> isAnomaly) {
            const auto roc = rocOf(scores, isAnomaly);
            return roc.ok() || roc.error().code() != ErrorCode::InvalidArgument ? std::string() : roc.error().message();
        };
        const std::string no = "There is no ROC: it compares anomalies with normal samples, and ";
        QCOMPARE(message({1, 2}, {false, false}), no + "all samples are labelled normal.");
        QCOMPARE(message({1, 2}, {true, true}), no + "all samples are labelled anomalies.");
        QCOMPARE(message({}, {}), no + "there are no samples.");
        QVERIFY(message({1, 2, NAN}, {true, false, true}).starts_with("The score of row 2 is not a number"));
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(rocOf({{1, 2}}, {true})), ContractError);
    }

    void quantile_leavesItsShareAbove() {
        const std::vector<float> scores = {7, 3, 9, 1, 5, 10, 2, 8, 6, 4};
        const auto threshold = [&](double quantile) { return quantileThreshold(scores, quantile).value(); };
        QCOMPARE(threshold(0.9), 9.0);
        QCOMPARE(threshold(0.91), 10.0);
        QCOMPARE(threshold(0.7), 7.0); // although 0.7 * 10 is not 7 in every rounding
        QCOMPARE(threshold(0.05), 1.0);
        QCOMPARE(threshold(0), 1.0);
        QCOMPARE(threshold(1), 10.0);
        for (int percent = 1; percent < 100; ++percent) { // never one more false alarm, nor one fewer, than it says
            std::vector<float> hundred(100);
            std::iota(hundred.begin(), hundred.end(), 1.0f);
            QCOMPARE(quantileThreshold(hundred, percent / 100.0).value(), static_cast<double>(percent));
        }
    }

    void quantile_badInput_saysWhat() {
        const std::vector<float> scores = {1, NAN};
        QVERIFY(quantileThreshold(scores, 0.5).error().message().starts_with("The score of row 1 is not a number"));
        QVERIFY(!quantileThreshold({}, 0.5).ok());
        for (const double quantile : {-0.01, 1.01, double{NAN}})
            QVERIFY(!quantileThreshold({{1, 2}}, quantile).ok());
    }

    void histogram_bins_asTheirEdgesSay() {
        const Histogram histogram =
            histogramOf({{0, 0.5f, 1, 1.5f, 4, -1, 5, NAN, HUGE_VALF}}, {.bins = 4, .low = 0, .high = 4}).value();
        QCOMPARE(histogram.edges, (std::vector<double>{0, 1, 2, 3, 4}));
        QCOMPARE(histogram.counts, (std::vector<int64_t>{2, 2, 0, 1}));
        QCOMPARE(histogram.below, 1);
        QCOMPARE(histogram.above, 2);
        QCOMPARE(histogram.notNumbers, 1);
    }

    void histogram_ownRange_countsAll() {
        std::vector<float> values(1000);
        RandomStream(2).fillNormal(values);
        for (const bool logarithmic : {false, true}) {
            for (float& value : values)
                value = logarithmic ? std::exp(5 * value) : value;
            const Histogram histogram = histogramOf(values, {.bins = 30, .logarithmic = logarithmic}).value();
            QCOMPARE(histogram.edges.size(), size_t{31});
            QCOMPARE(std::accumulate(histogram.counts.begin(), histogram.counts.end(), int64_t{0}), 1000);
            QCOMPARE(histogram.edges.front(), static_cast<double>(std::ranges::min(values)));
            QCOMPARE(histogram.edges.back(), static_cast<double>(std::ranges::max(values)));
            for (size_t i = 2; i < 31; ++i) { // equal widths, or equal ratios
                const std::vector<double>& e = histogram.edges;
                const double here = logarithmic ? e[i] / e[i - 1] : e[i] - e[i - 1];
                QVERIFY(std::abs(here / (logarithmic ? e[1] / e[0] : e[1] - e[0]) - 1) < 1e-9);
            }
        }
    }

    void histogram_unusualValues_aRangeAllTheSame() {
        const Histogram same = histogramOf({{3, 3, 3}}, {.bins = 3}).value();
        QCOMPARE(same.counts, (std::vector<int64_t>{0, 3, 0}));
        QCOMPARE(histogramOf({{0, 0}}, {.bins = 3})->counts, (std::vector<int64_t>{0, 2, 0}));
        QCOMPARE(histogramOf({{2, 2}}, {.bins = 3, .logarithmic = true})->counts, (std::vector<int64_t>{0, 2, 0}));
        const Histogram none = histogramOf({}, {.bins = 2}).value();
        QCOMPARE(none.edges, (std::vector<double>{0, 0.5, 1}));
        const Histogram signs = histogramOf({{-1, 0, 1, 10}}, {.bins = 1, .logarithmic = true}).value();
        QCOMPARE(signs.below, 2);
        QCOMPARE(signs.counts, (std::vector<int64_t>{2}));
    }

    void histogram_badOptions_refused() {
        for (const HistogramOptions& options :
             {HistogramOptions{.bins = 0}, HistogramOptions{.bins = 10'001}, HistogramOptions{.low = 2, .high = 1},
              HistogramOptions{.low = NAN, .high = 1}, HistogramOptions{.low = 0, .high = HUGE_VAL},
              HistogramOptions{.low = 0, .high = 1, .logarithmic = true}}) {
            const auto histogram = histogramOf({{1, 2}}, options);
            QVERIFY(!histogram.ok() && histogram.error().code() == ErrorCode::InvalidArgument);
        }
    }
};

QTEST_APPLESS_MAIN(TestRoc)
#include "tst_roc.moc"
