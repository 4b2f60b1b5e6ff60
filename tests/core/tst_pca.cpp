#include <algorithm>
#include <cmath>
#include <numeric>

#include <QtTest>

#include "core/analysis/Pca.h"
#include "core/base/Contract.h"
#include "core/base/Random.h"

using namespace hourglass;

namespace {

Tensor randomSamples(int64_t rows, int64_t dimensions, uint64_t seed) {
    Tensor samples(Shape{rows, dimensions});
    RandomStream(seed).fillNormal(samples.values());
    for (int64_t i = 0; i < samples.elements(); ++i) // unlike variances, mean off zero
        samples.data()[i] = 3 + samples.data()[i] * static_cast<float>(1 + i % dimensions);
    return samples;
}

double squaredError(const Tensor& a, const Tensor& b) {
    double sum = 0;
    for (int64_t i = 0; i < a.elements(); ++i)
        sum += std::pow(static_cast<double>(a.data()[i]) - static_cast<double>(b.data()[i]), 2);
    return sum;
}

bool close(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

} // namespace

class TestPca : public QObject {
    Q_OBJECT

private slots:
    void fit_pointsOnALine_itsDirection() {
        Tensor samples(Shape{5, 2});
        for (int64_t n = 0; n < 5; ++n) { // along (3, -4) / 5 from (1, 2)
            samples.data()[2 * n] = 1 + 3 * static_cast<float>(n - 2);
            samples.data()[2 * n + 1] = 2 - 4 * static_cast<float>(n - 2);
        }
        const Pca pca = Pca::fit(samples);
        QVERIFY(close(pca.mean()[0], 1, 1e-12) && close(pca.mean()[1], 2, 1e-12));
        QVERIFY(close(pca.components().data()[0], -0.6, 1e-6) && close(pca.components().data()[1], 0.8, 1e-6));
        QVERIFY(close(pca.variances()[0], 25 * 2, 1e-9)); // mean of (0, ±1, ±2)² is 2
        QVERIFY(close(pca.variances()[1], 0, 1e-9));
    }

    void components_orthonormal() {
        const Pca pca = Pca::fit(randomSamples(700, 12, 1)); // more than one chunk of rows
        for (int64_t i = 0; i < 12; ++i) {
            for (int64_t j = 0; j < 12; ++j) {
                double product = 0;
                for (size_t d = 0; d < 12; ++d)
                    product += static_cast<double>(pca.components().sample(i)[d] * pca.components().sample(j)[d]);
                QVERIFY(close(product, i == j ? 1 : 0, 1e-5));
            }
        }
    }

    void reconstruct_allComponents_exact() {
        const Tensor samples = randomSamples(600, 9, 2);
        const Pca pca = Pca::fit(samples);
        QVERIFY(squaredError(pca.reconstruct(pca.project(samples)), samples) < 1e-6);
    }

    // Eckart and Young: what k components leave is the sum of the other eigenvalues.
    void reconstruct_fewComponents_leavesOtherVariances() {
        const int64_t rows = 600;
        const Tensor samples = randomSamples(rows, 9, 3);
        const Pca all = Pca::fit(samples), three = Pca::fit(samples, 3);
        QCOMPARE(three.componentCount(), 3);
        double left = three.totalVariance();
        for (size_t k = 0; k < 3; ++k) {
            QVERIFY(close(three.variances()[k], all.variances()[k], 1e-9));
            left -= three.variances()[k];
        }
        const double error =
            squaredError(three.reconstruct(three.project(samples)), samples) / static_cast<double>(rows);
        QVERIFY(close(error, left, 1e-3));
    }

    void project_variances_asPromised() {
        const Tensor samples = randomSamples(500, 6, 4);
        const Pca pca = Pca::fit(samples, 2);
        const Tensor codes = pca.project(samples);
        for (int64_t k = 0; k < 2; ++k) {
            double sum = 0, squares = 0;
            for (int64_t n = 0; n < 500; ++n) {
                sum += static_cast<double>(codes.sample(n)[static_cast<size_t>(k)]);
                squares += std::pow(static_cast<double>(codes.sample(n)[static_cast<size_t>(k)]), 2);
            }
            QVERIFY(close(sum / 500, 0, 1e-4));
            QVERIFY(close(squares / 500, pca.variances()[static_cast<size_t>(k)], 1e-3));
        }
    }

    // The components of a product with fewer rows are those of the covariance.
    void fit_fewerRowsThanDimensions_sameComponents() {
        const Tensor few = randomSamples(30, 80, 6);
        Tensor thrice({90, 80}); // has as many rows as it takes to go by the covariance, which is the same
        for (int64_t n = 0; n < 90; ++n)
            std::ranges::copy(few.sample(n % 30), thrice.sample(n).begin());
        const Pca byRows = Pca::fit(few, 12), whole = Pca::fit(thrice);
        QVERIFY(close(byRows.totalVariance(), whole.totalVariance(), 1e-9));
        for (int64_t k = 0; k < 12; ++k) {
            QVERIFY(close(byRows.variances()[size_t(k)], whole.variances()[size_t(k)], 1e-9));
            for (int64_t i = 0; i < 80; ++i)
                QVERIFY(close(byRows.components().sample(k)[size_t(i)], whole.components().sample(k)[size_t(i)], 1e-5));
        }
    }

    // Few rows, most of them repeated: as many components as are asked for, orthonormal, and at once, where the
    // covariance of so many dimensions would take minutes.
    void fit_rowsOfLowRank_completed_data() {
        QTest::addColumn<int>("distinct");
        QTest::newRow("all alike") << 1;
        QTest::newRow("seven") << 7;
    }
    void fit_rowsOfLowRank_completed() {
        QFETCH(int, distinct);
        const Tensor some = randomSamples(distinct, 5000, 7);
        Tensor rows({60, 5000});
        for (int64_t n = 0; n < 60; ++n)
            std::ranges::copy(some.sample(n % distinct), rows.sample(n).begin());
        const Pca pca = Pca::fit(rows, 80); // more than there are rows
        QCOMPARE(pca.componentCount(), 80);
        for (int64_t i = 0; i < 80; ++i) {
            QCOMPARE(pca.variances()[size_t(i)] > 0, i < distinct - 1);
            for (int64_t j = 0; j <= i; ++j) {
                const std::span<const float> a = pca.components().sample(i), b = pca.components().sample(j);
                const double product = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
                QVERIFY(close(product, i == j ? 1 : 0, 1e-5));
            }
        }
        const Tensor again = pca.reconstruct(pca.project(rows));
        QVERIFY(squaredError(again, rows) < 1e-9 * squaredError(rows, Tensor(rows.shape())));
    }

    void badShapes_contract() {
        QVERIFY_EXCEPTION_THROWN(Pca::fit(Tensor(Shape{2, 3, 4})), ContractError);
        QVERIFY_EXCEPTION_THROWN(Pca::fit(Tensor(Shape{2, 3}), 4), ContractError);
        const Pca pca = Pca::fit(randomSamples(4, 3, 5), 2);
        QVERIFY_EXCEPTION_THROWN(pca.project(Tensor(Shape{1, 4})), ContractError);
        QVERIFY_EXCEPTION_THROWN(pca.reconstruct(Tensor(Shape{1, 3})), ContractError);
        QCOMPARE(pca.reconstruct(Tensor(Shape{0, 2})).shape(), Shape({0, 3}));
    }
};

QTEST_APPLESS_MAIN(TestPca)
#include "tst_pca.moc"
