#include <cmath>

#include <QtTest>

#include "core/analysis/GaussianFit.h"
#include "core/base/Contract.h"
#include "core/base/Parallel.h"
#include "core/base/Random.h"

using namespace hourglass;

namespace {

// Correlated, unlike variances, mean off zero.
Tensor randomCodes(int64_t rows, int64_t dimensions, uint64_t seed) {
    Tensor codes(Shape{rows, dimensions});
    RandomStream(seed).fillNormal(codes.values());
    for (int64_t i = 0; i < rows; ++i) {
        const std::span<float> code = codes.sample(i);
        for (size_t k = 0; k < code.size(); ++k)
            code[k] = 2 + static_cast<float>(k + 1) * code[k] + (k > 0 ? 0.5f * code[k - 1] : 0);
    }
    return codes;
}

double meanOf(const Tensor& codes, size_t k) {
    double sum = 0;
    for (int64_t i = 0; i < codes.shape()[0]; ++i)
        sum += static_cast<double>(codes.sample(i)[k]);
    return sum / static_cast<double>(codes.shape()[0]);
}

double covarianceOf(const Tensor& codes, size_t a, size_t b) {
    const double meanA = meanOf(codes, a), meanB = meanOf(codes, b);
    double sum = 0;
    for (int64_t i = 0; i < codes.shape()[0]; ++i)
        sum += (static_cast<double>(codes.sample(i)[a]) - meanA) * (static_cast<double>(codes.sample(i)[b]) - meanB);
    return sum / static_cast<double>(codes.shape()[0]);
}

} // namespace

class TestGaussianFit : public QObject {
    Q_OBJECT

private slots:
    void fit_meanAndCovarianceOfTheCodes() {
        const Tensor codes = randomCodes(700, 5, 1);
        const GaussianFit gaussian = GaussianFit::fit(codes).value();
        for (size_t a = 0; a < 5; ++a) {
            QVERIFY(std::abs(gaussian.mean()[a] - meanOf(codes, a)) < 1e-12);
            for (size_t b = 0; b < 5; ++b) {
                const double scale =
                    gaussian.deviation(static_cast<int64_t>(a)) * gaussian.deviation(static_cast<int64_t>(b));
                const double covariance = gaussian.covariance(static_cast<int64_t>(a), static_cast<int64_t>(b));
                QVERIFY(std::abs(covariance - covarianceOf(codes, a, b)) < 1e-6 * scale);
            }
            QVERIFY(std::abs(gaussian.deviation(static_cast<int64_t>(a)) - std::sqrt(covarianceOf(codes, a, a))) <
                    1e-5);
        }
    }

    // Within five standard errors: σ/√n of a mean, √((σ_aa σ_bb + σ_ab²)/n) of a covariance.
    void samples_distributedAsFitted() {
        const GaussianFit gaussian = GaussianFit::fit(randomCodes(700, 4, 2)).value();
        const int64_t count = 40'000;
        for (const double temperature : {1.0, 0.5}) {
            const Tensor samples = gaussian.sample(count, 3, temperature);
            const double heat = temperature * temperature, n = static_cast<double>(count);
            for (int64_t a = 0; a < 4; ++a) {
                const auto indexA = static_cast<size_t>(a);
                QVERIFY(std::abs(meanOf(samples, indexA) - gaussian.mean()[indexA]) <
                        5 * temperature * gaussian.deviation(a) / std::sqrt(n));
                for (int64_t b = 0; b < 4; ++b) {
                    const double expected = gaussian.covariance(a, b);
                    const double error =
                        std::sqrt((gaussian.covariance(a, a) * gaussian.covariance(b, b) + expected * expected) / n);
                    QVERIFY(std::abs(covarianceOf(samples, indexA, static_cast<size_t>(b)) - heat * expected) <
                            5 * heat * error);
                }
            }
        }
    }

    void sample_dependsOnItsOwnNumberOnly() {
        const GaussianFit gaussian = GaussianFit::fit(randomCodes(50, 6, 4)).value();
        const Tensor few = gaussian.sample(3, 7), many = gaussian.sample(200, 7), other = gaussian.sample(3, 8);
        QVERIFY(std::ranges::equal(few.values(), many.values().first(18)));
        QVERIFY(!std::ranges::equal(few.values(), other.values()));
        QVERIFY(!std::ranges::equal(many.sample(0), many.sample(1)));
        const ComputeThreadsScope one(1);
        QVERIFY(std::ranges::equal(gaussian.sample(200, 7).values(), many.values()));
    }

    void temperatureZero_mean() {
        const GaussianFit gaussian = GaussianFit::fit(randomCodes(50, 3, 4)).value();
        const Tensor samples = gaussian.sample(2, 0, 0);
        for (size_t k = 0; k < 3; ++k)
            QCOMPARE(samples.sample(1)[k], static_cast<float>(gaussian.mean()[k]));
        QCOMPARE(gaussian.sample(0, 0).shape(), Shape({0, 3}));
        QVERIFY_EXCEPTION_THROWN(gaussian.sample(1, 0, -1), ContractError);
        QVERIFY_EXCEPTION_THROWN(gaussian.sample(1, 0, NAN), ContractError);
    }

    // Two codes span a line: every sample lies on it.
    void fewerCodesThanDimensions_staysInTheirSpan() {
        const Tensor codes = randomCodes(2, 40, 5);
        const Tensor samples = GaussianFit::fit(codes).value().sample(100, 1);
        double longest = 0;
        for (int64_t i = 0; i < 100; ++i) {
            double along = 0, length = 0, off = 0;
            for (size_t k = 0; k < 40; ++k) {
                const double way = static_cast<double>(codes.sample(1)[k]) - static_cast<double>(codes.sample(0)[k]);
                along += (static_cast<double>(samples.sample(i)[k]) - meanOf(codes, k)) * way;
                length += way * way;
            }
            for (size_t k = 0; k < 40; ++k) {
                const double way = static_cast<double>(codes.sample(1)[k]) - static_cast<double>(codes.sample(0)[k]);
                off += std::pow(static_cast<double>(samples.sample(i)[k]) - meanOf(codes, k) - along / length * way, 2);
            }
            QVERIFY(std::sqrt(off / length) < 1e-6);
            longest = std::max(longest, std::abs(along / length));
        }
        QVERIFY(longest > 0.5 && longest < 2.5); // σ is half the way between them
        QVERIFY(GaussianFit::fit(randomCodes(1, 3, 5)).value().deviation(2) == 0);
    }

    void standard_identity() {
        const GaussianFit prior = GaussianFit::standard(4);
        for (int64_t a = 0; a < 4; ++a)
            for (int64_t b = 0; b < 4; ++b)
                QCOMPARE(prior.covariance(a, b), a == b ? 1.0 : 0.0);
        const Tensor cold = prior.sample(10, 1, 0.5), warm = prior.sample(10, 1, 1);
        for (size_t i = 0; i < 40; ++i)
            QCOMPARE(cold.values()[i], warm.values()[i] / 2);
    }

    // A spatial code may have as many dimensions as a picture has values.
    void standard_ofManyDimensions_costsNoMoreThanItsSamples() {
        const GaussianFit prior = GaussianFit::standard(1'000'000); // a matrix of which would take terabytes
        const Tensor samples = prior.sample(2, 1);
        double squares = 0;
        for (const float value : samples.values())
            squares += double(value) * double(value);
        QVERIFY(std::abs(squares / double(samples.elements()) - 1) < 0.01); // 7 standard deviations
        QCOMPARE(prior.deviation(999'999), 1.0);
        QCOMPARE(prior.covariance(3, 999'999), 0.0);
    }

    void badCodes_refused() {
        Tensor codes = randomCodes(5, 3, 6);
        codes.sample(3)[0] = NAN;
        QCOMPARE(GaussianFit::fit(codes).error().message(),
                 std::string("The table of codes holds a value that is infinite or not a number, first in row 3."));
        QCOMPARE(GaussianFit::fit(Tensor(Shape{0, 3})).error().message(),
                 std::string("A Gaussian needs codes, and there are none. Choose some samples."));
    }
};

QTEST_APPLESS_MAIN(TestGaussianFit)
#include "tst_gaussian_fit.moc"
