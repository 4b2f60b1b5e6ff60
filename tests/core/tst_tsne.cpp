#include <cmath>

#include <QtTest>

#include "core/analysis/TSne.h"
#include "core/analysis/TSneObjective.h"
#include "core/base/Contract.h"
#include "core/base/Parallel.h"
#include "core/base/Random.h"

using namespace hourglass;

namespace {

Tensor randomCodes(int64_t rows, int64_t dimensions, uint64_t seed) {
    Tensor codes(Shape{rows, dimensions});
    RandomStream(seed).fillNormal(codes.values());
    return codes;
}

// Row i belongs to blob i % 3; blobs are 20 apart along one axis each.
Tensor threeBlobs(int64_t rows) {
    Tensor codes = randomCodes(rows, 10, 5);
    for (int64_t i = 0; i < rows; ++i)
        codes.sample(i)[static_cast<size_t>(i % 3)] += 20;
    return codes;
}

TSneLayout laidOut(const Tensor& codes, const TSneOptions& options) {
    return *tSne(codes, options).value();
}

bool isFinite(const Tensor& tensor) {
    return std::ranges::all_of(tensor.values(), [](float value) { return std::isfinite(value); });
}

double extent(const Tensor& points, size_t axis) {
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (int64_t i = 0; i < points.shape()[0]; ++i) {
        low = std::min(low, static_cast<double>(points.sample(i)[axis]));
        high = std::max(high, static_cast<double>(points.sample(i)[axis]));
    }
    return high - low;
}

} // namespace

class TestTSne : public QObject {
    Q_OBJECT

private slots:
    void layout_separateBlobs_stayTogether() {
        const Tensor codes = threeBlobs(300);
        const TSneLayout layout = laidOut(codes, {.iterations = 400});
        QCOMPARE(layout.points.shape(), Shape({300, 2}));
        QCOMPARE(layout.perplexity, 30.0);
        const std::vector<Neighbour> neighbours = nearestToEveryRow(layout.points, 10);
        int64_t agreeing = 0;
        for (size_t n = 0; n < neighbours.size(); ++n)
            agreeing += neighbours[n].row % 3 == static_cast<int64_t>(n / 10) % 3 ? 1 : 0;
        qInfo("%lld of 3000 neighbours of the same blob, divergence %.4f", static_cast<long long>(agreeing),
              layout.klDivergence);
        QVERIFY(agreeing > 2970);
        QVERIFY(extent(layout.points, 0) > 5 && extent(layout.points, 0) < 500);
        QVERIFY(layout.klDivergence > 0 && layout.klDivergence < 1);
    }

    void layout_threadsAndRepeats_sameBits() {
        const Tensor codes = threeBlobs(700);
        const auto layoutWith = [&](int threads, uint64_t seed) {
            const ComputeThreadsScope scope(threads);
            return laidOut(codes, {.iterations = 60, .seed = seed});
        };
        const TSneLayout one = layoutWith(1, 0), two = layoutWith(2, 0), other = layoutWith(2, 1);
        QVERIFY(std::ranges::equal(one.points.values(), two.points.values()));
        QCOMPARE(one.klDivergence, two.klDivergence);
        QVERIFY(!std::ranges::equal(one.points.values(), other.points.values()));
    }

    void progress_everyTenIterations_thenTheResult() {
        const Tensor codes = threeBlobs(90);
        std::vector<int64_t> heard;
        std::vector<float> last;
        double first = 0, divergence = 0;
        const auto result = tSne(codes, {.perplexity = 10, .iterations = 105},
                                 [&](int64_t iteration, int64_t total, std::span<const float> layout, double kl) {
                                     QCOMPARE(total, 105);
                                     first = heard.empty() ? kl : first;
                                     heard.push_back(iteration);
                                     last.assign(layout.begin(), layout.end());
                                     divergence = kl;
                                 });
        QCOMPARE(heard, (std::vector<int64_t>{0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 105}));
        const TSneLayout& layout = *result.value();
        QVERIFY(std::ranges::equal(layout.points.values(), last));
        QCOMPARE(layout.klDivergence, divergence);
        QVERIFY(divergence < first);
        // Of the points that are shown, not of those before or after.
        const std::vector<Neighbour> neighbours = nearestToEveryRow(codes, 30);
        TSneObjective objective(jointAffinities(neighbours, 30, conditionalAffinities(neighbours, 30, 10)));
        std::vector<PlanePoint> points, gradient(90);
        for (int64_t i = 0; i < 90; ++i)
            points.push_back(
                {static_cast<double>(layout.points.sample(i)[0]), static_cast<double>(layout.points.sample(i)[1])});
        const double normaliser = objective.gradient(points, 1, 0, gradient);
        QVERIFY(std::abs(objective.divergence(points, normaliser) - divergence) < 1e-3);
    }

    void stop_atOnceAndWhileMoving_nothing() {
        std::stop_source before, moving;
        before.request_stop();
        int heard = 0;
        const auto never = tSne(
            threeBlobs(60), {}, [&](int64_t, int64_t, std::span<const float>, double) { ++heard; }, before.get_token());
        QVERIFY(never.ok() && !never->has_value());
        QCOMPARE(heard, 0);
        const auto stopped = tSne(
            threeBlobs(60), {.iterations = 1'000'000'000},
            [&](int64_t, int64_t, std::span<const float>, double) {
                if (++heard == 3)
                    moving.request_stop();
            },
            moving.get_token());
        QVERIFY(stopped.ok() && !stopped->has_value());
        QCOMPARE(heard, 3);
    }

    void fewCodes_lowerPerplexity_data() {
        QTest::addColumn<qint64>("rows");
        QTest::addColumn<double>("perplexity");
        QTest::newRow("4") << qint64{4} << 1.0;
        QTest::newRow("5") << qint64{5} << 4.0 / 3;
        QTest::newRow("10") << qint64{10} << 3.0;
        QTest::newRow("31") << qint64{31} << 10.0;
        QTest::newRow("91") << qint64{91} << 30.0;
        QTest::newRow("100") << qint64{100} << 30.0;
    }

    void fewCodes_lowerPerplexity() {
        QFETCH(qint64, rows);
        QFETCH(double, perplexity);
        const TSneLayout layout = laidOut(threeBlobs(rows), {});
        QCOMPARE(layout.perplexity, perplexity);
        QVERIFY(isFinite(layout.points));
        qInfo("%lld codes: %.3g wide, divergence %.3g", static_cast<long long>(rows), extent(layout.points, 0),
              layout.klDivergence);
        QVERIFY(extent(layout.points, 0) > 1e-2 && extent(layout.points, 0) < 2000);
    }

    void degenerateCodes_partAndStayFinite() {
        const TSneLayout equal = laidOut(Tensor(Shape{50, 3}), {.iterations = 300});
        QVERIFY(isFinite(equal.points) && std::isfinite(equal.klDivergence));
        QVERIFY(extent(equal.points, 0) > 0.1 && extent(equal.points, 1) > 0.1);

        const TSneLayout line = laidOut(randomCodes(200, 1, 6), {.perplexity = 10, .iterations = 300});
        qInfo("codes on a line: %.3g by %.3g", extent(line.points, 0), extent(line.points, 1));
        QVERIFY(isFinite(line.points));
        QVERIFY(extent(line.points, 0) > 1 && extent(line.points, 1) > 1);

        Tensor twice = randomCodes(100, 5, 7); // every code twice
        for (int64_t i = 0; i < 50; ++i)
            std::ranges::copy(twice.sample(i), twice.sample(50 + i).begin());
        QVERIFY(isFinite(laidOut(twice, {.perplexity = 10, .iterations = 300}).points));
    }

    void badInput_saysWhat() {
        const auto message = [](const Tensor& codes, const TSneOptions& options) {
            const auto result = tSne(codes, options);
            return result.ok() || result.error().code() != ErrorCode::InvalidArgument ? std::string()
                                                                                      : result.error().message();
        };
        QCOMPARE(message(Tensor(Shape{3, 2}), {}),
                 std::string("A t-SNE layout needs at least 4 codes; there are 3. Choose more samples."));
        QVERIFY(!message(Tensor(Shape{0, 2}), {}).empty());
        for (const float value : {NAN, HUGE_VALF, -HUGE_VALF}) {
            Tensor codes = randomCodes(20, 3, 8);
            codes.sample(7)[1] = value;
            QCOMPARE(message(codes, {}),
                     std::string("The table of codes holds a value that is infinite or not a number, first in row 7."));
        }
        Tensor huge = randomCodes(20, 3, 8);
        for (float& value : huge.values())
            value = std::copysign(3e38f, value);
        QCOMPARE(message(huge, {}), std::string("The codes are too large for distances between them."));
        for (const double perplexity : {0.0, 0.99, -1.0, 501.0, double{NAN}, HUGE_VAL})
            QVERIFY(!message(randomCodes(20, 3, 8), {.perplexity = perplexity}).empty());
        QVERIFY(!message(randomCodes(20, 3, 8), {.iterations = 0}).empty());
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(tSne(Tensor(Shape{5, 2, 2}))), ContractError);
    }
};

QTEST_APPLESS_MAIN(TestTSne)
#include "tst_tsne.moc"
