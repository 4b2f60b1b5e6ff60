#include <cmath>
#include <limits>

#include <QtTest>

#include "core/analysis/ImageMetrics.h"
#include "core/base/Contract.h"
#include "core/base/Random.h"

using namespace hourglass;

namespace {

std::vector<float> randomPicture(const Shape& shape, uint64_t seed) {
    std::vector<float> values(static_cast<size_t>(shape.elements()));
    RandomStream(seed).fillUniform(values);
    return values;
}

// Something with structure, so that SSIM is neither near 0 nor 1.
std::vector<float> degraded(const std::vector<float>& picture, uint64_t seed) {
    std::vector<float> values(picture.size());
    RandomStream(seed).fillUniform(values);
    for (size_t i = 0; i < values.size(); ++i)
        values[i] = 0.7f * picture[i] + 0.3f * values[i];
    return values;
}

// Word for word from the definition: every window gathered on its own, moments about the mean in two passes.
double plainSsim(const std::vector<float>& a, const std::vector<float>& b, const Shape& shape) {
    const auto grayAt = [&](const std::vector<float>& v, int64_t y, int64_t x) {
        const auto at = [&](int64_t c) { return double(v[size_t((c * shape[1] + y) * shape[2] + x)]); };
        return shape[0] == 1 ? at(0) : 0.299 * at(0) + 0.587 * at(1) + 0.114 * at(2);
    };
    const auto side = [](int64_t length) { return length >= 11 ? 11 : length % 2 == 1 ? length : length - 1; };
    const int64_t rows = side(shape[1]), columns = side(shape[2]);
    double sum = 0, windows = 0;
    for (int64_t top = 0; top + rows <= shape[1]; ++top) {
        for (int64_t left = 0; left + columns <= shape[2]; ++left) {
            const auto each = [&](auto&& term) {
                double total = 0, norm = 0;
                for (int64_t y = 0; y < rows; ++y) {
                    for (int64_t x = 0; x < columns; ++x) {
                        const double dy = double(y - rows / 2), dx = double(x - columns / 2);
                        const double weight = std::exp(-(dx * dx + dy * dy) / 4.5);
                        norm += weight;
                        total += weight * term(grayAt(a, top + y, left + x), grayAt(b, top + y, left + x));
                    }
                }
                return total / norm;
            };
            const double ma = each([](double p, double) { return p; }), mb = each([](double, double q) { return q; });
            const double va = each([&](double p, double) { return (p - ma) * (p - ma); });
            const double vb = each([&](double, double q) { return (q - mb) * (q - mb); });
            const double cov = each([&](double p, double q) { return (p - ma) * (q - mb); });
            sum += (2 * ma * mb + 1e-4) * (2 * cov + 9e-4) / ((ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4));
            ++windows;
        }
    }
    return sum / windows;
}

bool close(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

} // namespace

class TestImageMetrics : public QObject {
    Q_OBJECT

private slots:
    void psnr_knownOffset_closedForm() {
        const std::vector<float> a(48, 0.25f), b(48, 0.375f); // exact in binary: mse is 1/64
        QCOMPARE(meanSquaredError(a, b), 1.0 / 64);
        QVERIFY(close(psnr(a, b), 10 * std::log10(64.0), 1e-12));
    }
    void psnr_equal_infinite() {
        const std::vector<float> a(5, 0.1f);
        QCOMPARE(psnr(a, a), std::numeric_limits<double>::infinity());
    }
    void psnr_notANumber_staysOne() {
        const std::vector<float> a(5, 0.1f), b(5, std::numeric_limits<float>::quiet_NaN());
        QVERIFY(std::isnan(psnr(a, b)));
    }

    void ssim_matchesDefinition_data() {
        QTest::addColumn<QList<int>>("shape");
        QTest::newRow("gray") << QList<int>{1, 28, 28};
        QTest::newRow("colour") << QList<int>{3, 19, 23};
        QTest::newRow("one window") << QList<int>{1, 11, 11};
        QTest::newRow("small: 7 by 9") << QList<int>{1, 8, 9};
        QTest::newRow("narrow") << QList<int>{3, 30, 2};
        QTest::newRow("a pixel") << QList<int>{1, 1, 1};
    }
    void ssim_matchesDefinition() {
        QFETCH(QList<int>, shape);
        const Shape size{shape[0], shape[1], shape[2]};
        const auto a = randomPicture(size, 1), b = degraded(a, 2);
        const double value = ssim(a, b, size);
        QVERIFY(close(value, plainSsim(a, b, size), 1e-11));
        QVERIFY(value < 1);
        QVERIFY(close(ssim(b, a, size), value, 1e-12));
        QVERIFY(close(ssim(a, a, size), 1, 1e-12));
    }
    void ssim_constantPictures_closedForm() {
        const std::vector<float> a(20 * 20, 0.25f), b(20 * 20, 0.5f);
        const double expected = (2 * 0.25 * 0.5 + 1e-4) / (0.25 * 0.25 + 0.5 * 0.5 + 1e-4);
        QVERIFY(close(ssim(a, b, {1, 20, 20}), expected, 1e-12));
    }
    void ssim_grayAsColour_same() {
        const auto a = randomPicture({1, 16, 16}, 3), b = degraded(a, 4);
        const auto tripled = [](const std::vector<float>& v) {
            std::vector<float> colour;
            for (int c = 0; c < 3; ++c)
                colour.insert(colour.end(), v.begin(), v.end());
            return colour;
        };
        QVERIFY(close(ssim(tripled(a), tripled(b), {3, 16, 16}), ssim(a, b, {1, 16, 16}), 1e-9));
    }
    void ssim_badShape_contract() {
        const std::vector<float> a(32);
        QVERIFY_EXCEPTION_THROWN(ssim(a, a, {2, 4, 4}), ContractError);
        QVERIFY_EXCEPTION_THROWN(ssim(a, a, {1, 4, 4}), ContractError);
        QVERIFY_EXCEPTION_THROWN(psnr(a, std::span(a).first(31)), ContractError);
    }

    void region_equalsCutOutPictures() {
        const Shape size{3, 20, 24};
        const auto a = randomPicture(size, 5), b = degraded(a, 6);
        std::vector<float> partA, partB;
        for (int64_t c = 0; c < 3; ++c)
            for (int64_t y = 4; y < 17; ++y)
                for (int64_t x = 9; x < 24; ++x) {
                    partA.push_back(a[size_t((c * 20 + y) * 24 + x)]);
                    partB.push_back(b[size_t((c * 20 + y) * 24 + x)]);
                }
        const RegionMetrics metrics = regionMetrics(a, b, size, {.x = 9, .y = 4, .width = 15, .height = 13});
        QCOMPARE(metrics.mse, meanSquaredError(partA, partB));
        QCOMPARE(metrics.psnr, psnr(partA, partB));
        QCOMPARE(metrics.ssim, ssim(partA, partB, {3, 13, 15}));
        const RegionMetrics whole = regionMetrics(a, b, size, {.width = 24, .height = 20});
        QCOMPARE(whole.ssim, ssim(a, b, size));
    }
    void region_outside_contract() {
        const std::vector<float> a(16);
        QVERIFY_EXCEPTION_THROWN(regionMetrics(a, a, {1, 4, 4}, {.x = 2, .y = 0, .width = 3, .height = 1}),
                                 ContractError);
        QVERIFY_EXCEPTION_THROWN(regionMetrics(a, a, {1, 4, 4}, {}), ContractError);
    }
};

QTEST_APPLESS_MAIN(TestImageMetrics)
#include "tst_image_metrics.moc"
