#include <cmath>

#include <QtTest>

#include "core/analysis/ImageMetrics.h"
#include "core/analysis/ReconstructionMetrics.h"
#include "core/base/Contract.h"
#include "core/base/Random.h"

using namespace hourglass;

namespace {

std::vector<float> randomValues(size_t count, uint64_t seed) {
    std::vector<float> values(count);
    RandomStream(seed).fillUniform(values);
    return values;
}

bool close(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

MetricMap inBatchesOf(size_t batch, const Shape& shape, const std::vector<float>& clean,
                      const std::vector<float>& output, const std::vector<float>& noisy) {
    const auto size = static_cast<size_t>(shape.elements());
    ReconstructionMetrics metrics(shape, true);
    for (size_t begin = 0; begin < clean.size(); begin += batch * size) {
        const size_t count = std::min(batch * size, clean.size() - begin);
        metrics.add(std::span(clean).subspan(begin, count), std::span(output).subspan(begin, count),
                    std::span(noisy).subspan(begin, count));
    }
    return metrics.values();
}

} // namespace

class TestReconstructionMetrics : public QObject {
    Q_OBJECT

private slots:
    void values_byHand_closedForm() {
        const std::vector<float> clean{1, 0, 0, 1}, output{0.5f, 0, 0, 0.25f}; // two samples of two values
        ReconstructionMetrics metrics(Shape{2}, false);
        metrics.add(clean, output);
        const MetricMap values = metrics.values();
        QCOMPARE(metrics.samples(), 2);
        QCOMPARE(values.at("mse"), (0.25 + 0.5625) / 4);
        QCOMPARE(values.at("mse_sum"), (0.25 + 0.5625) / 2);
        QVERIFY(close(values.at("bce"), (std::log(2.0) + std::log(4.0)) / 4, 1e-12));
        QCOMPARE(values.at("fvu"), 0.8125 / 1.0); // each element has deviation 2 · 0.25
        QCOMPARE(values.at("cosine"), 1.0);
        QCOMPARE(values.at("l2_ratio"), (0.5 + 0.25) / 2);
        QCOMPARE(values.count("psnr"), size_t{0});
    }

    void values_batchSize_bitIdentical() {
        const Shape shape{1, 12, 13};
        const size_t count = 17 * 12 * 13;
        const auto clean = randomValues(count, 1), output = randomValues(count, 2), noisy = randomValues(count, 3);
        const MetricMap whole = inBatchesOf(17, shape, clean, output, noisy);
        QCOMPARE(whole.size(), size_t{10});
        for (size_t batch : {1, 2, 5, 16})
            QVERIFY(inBatchesOf(batch, shape, clean, output, noisy) == whole);
    }

    void psnrAndSsim_averagedPerPicture() {
        const Shape shape{3, 12, 12};
        const size_t size = 3 * 12 * 12;
        const auto clean = randomValues(2 * size, 4), output = randomValues(2 * size, 5);
        const auto first = [&](const auto& v) { return std::span(v).first(size); };
        const auto second = [&](const auto& v) { return std::span(v).last(size); };
        ReconstructionMetrics metrics(shape, true);
        metrics.add(clean, output);
        QVERIFY(close(metrics.values().at("psnr"),
                      (psnr(first(clean), first(output)) + psnr(second(clean), second(output))) / 2, 1e-12));
        QVERIFY(close(metrics.values().at("ssim"),
                      (ssim(first(clean), first(output), shape) + ssim(second(clean), second(output), shape)) / 2,
                      1e-12));
        QCOMPARE(metrics.values().count("noisy_psnr"), size_t{0});
    }

    void perfect_explainsAll() {
        const auto clean = randomValues(5 * 144, 6);
        ReconstructionMetrics metrics(Shape{1, 12, 12}, true);
        metrics.add(clean, clean, clean);
        const MetricMap values = metrics.values();
        QCOMPARE(values.at("explained_variance"), 1.0);
        QCOMPARE(values.at("mse"), 0.0);
        QCOMPARE(values.at("psnr"), kMostPsnr);
        QCOMPARE(values.at("noisy_psnr"), kMostPsnr);
        QVERIFY(close(values.at("ssim"), 1, 1e-12));
        QVERIFY(close(values.at("cosine"), 1, 1e-12));
    }

    void dataMean_explainsNothing() {
        const size_t size = 30, count = 40;
        auto clean = randomValues(size * count, 7);
        for (float& value : clean)
            value += 100; // a large mean must not drown the variance
        std::vector<float> mean(size * count);
        for (size_t i = 0; i < size; ++i) {
            double sum = 0;
            for (size_t n = 0; n < count; ++n)
                sum += static_cast<double>(clean[n * size + i]);
            for (size_t n = 0; n < count; ++n)
                mean[n * size + i] = static_cast<float>(sum / count);
        }
        ReconstructionMetrics metrics(Shape{30}, false);
        metrics.add(clean, mean);
        QVERIFY(close(metrics.values().at("explained_variance"), 0, 1e-6)); // the mean is rounded to float32
        QCOMPARE(metrics.values().count("bce"), size_t{0});
    }

    void degenerate_metricsLeftOut() {
        ReconstructionMetrics metrics(Shape{3}, false);
        QVERIFY(metrics.values().empty());
        const std::vector<float> zeros(6);
        metrics.add(zeros, zeros);
        const MetricMap values = metrics.values();
        QCOMPARE(values.count("fvu"), size_t{0});    // nothing varies
        QCOMPARE(values.count("cosine"), size_t{0}); // nothing has a direction
        QCOMPARE(values.at("bce"), 0.0);
    }

    void bce_saturatedWrong_bounded() {
        const std::vector<float> clean{1, 0}, output{0, 1};
        ReconstructionMetrics metrics(Shape{2}, false);
        metrics.add(clean, output);
        QCOMPARE(metrics.values().at("bce"), 100.0);
    }

    void add_mismatch_contract() {
        ReconstructionMetrics metrics(Shape{2}, false);
        const std::vector<float> four(4), two(2), three(3);
        QVERIFY_EXCEPTION_THROWN(metrics.add(four, two), ContractError);
        QVERIFY_EXCEPTION_THROWN(metrics.add(three, three), ContractError);
        metrics.add(two, two, two);
        QVERIFY_EXCEPTION_THROWN(metrics.add(two, two), ContractError);
        QVERIFY_EXCEPTION_THROWN(ReconstructionMetrics(Shape{2, 4, 4}, true), ContractError);
    }
};

QTEST_APPLESS_MAIN(TestReconstructionMetrics)
#include "tst_reconstruction_metrics.moc"
