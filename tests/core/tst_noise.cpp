#include <QtTest>

#include <cmath>

#include "core/noise/NoiseRegistry.h"

// Each noise model: its statistics over a million values, and that it is a pure function of its stream.
// Tolerances are five standard errors of the statistic or more.

using namespace hourglass;

namespace {

constexpr size_t kCount = 1'000'000;

OptionValues options(const std::string& kind, const std::string& key = {}, const Json& value = {}) {
    OptionValues values{noiseOptions()};
    values.set("noise.kind", kind).value();
    if (!key.empty())
        values.set(key, value).value();
    return values;
}

std::vector<float> noisy(const OptionValues& values, float clean, size_t count = kCount, uint64_t id = 0) {
    std::vector<float> sample(count, clean);
    makeNoise(values).value()->apply(sample, {static_cast<int64_t>(count)}, RandomStream(1, 3, 0, id));
    return sample;
}

double mean(const std::vector<float>& values) {
    double sum = 0;
    for (const float value : values)
        sum += static_cast<double>(value);
    return sum / static_cast<double>(values.size());
}

double deviation(const std::vector<float>& values) {
    const double centre = mean(values);
    double sum = 0;
    for (const float value : values)
        sum += (static_cast<double>(value) - centre) * (static_cast<double>(value) - centre);
    return std::sqrt(sum / static_cast<double>(values.size()));
}

} // namespace

class TestNoise : public QObject {
    Q_OBJECT

private slots:
    void additive_moments_asDeclared_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<double>("clean");
        QTest::addColumn<double>("deviation");
        QTest::newRow("gaussian") << "gaussian" << 0.5 << 51.0 / 255;
        QTest::newRow("gaussian on black") << "gaussian" << 0.0 << 51.0 / 255;
        QTest::newRow("speckle") << "speckle" << 0.5 << 0.5 * 51.0 / 255;
        QTest::newRow("speckle on black") << "speckle" << 0.0 << 0.0;
        QTest::newRow("uniform") << "uniform" << 0.5 << 51.0 / 255;
    }
    void additive_moments_asDeclared() {
        QFETCH(QString, kind);
        QFETCH(double, clean);
        QFETCH(double, deviation);
        const std::vector<float> sample =
            noisy(options(kind.toStdString(), "noise.sigma", 51), static_cast<float>(clean));
        QVERIFY(std::abs(mean(sample) - clean) < 0.001 + 1e-9); // σ/√n = 0.0002
        QVERIFY(std::abs(::deviation(sample) - deviation) < 0.001);
    }

    void gaussian_shape_normal() {
        const std::vector<float> sample = noisy(options("gaussian", "noise.sigma", 255), 0.0f);
        double fourth = 0;
        size_t beyondTwo = 0;
        for (const float value : sample) {
            fourth += std::pow(static_cast<double>(value), 4);
            beyondTwo += std::abs(value) > 2.0f;
        }
        QVERIFY(std::abs(fourth / kCount - 3.0) < 0.05);                              // kurtosis; standard error 0.01
        QVERIFY(std::abs(static_cast<double>(beyondTwo) / kCount - 0.0455) < 0.0012); // 5 standard errors
        double product = 0;
        for (size_t i = 1; i < kCount; ++i)
            product += static_cast<double>(sample[i]) * static_cast<double>(sample[i - 1]);
        QVERIFY(std::abs(product / kCount) < 0.005); // neighbours independent
    }

    void fillNormal_sameNumbersAsOneByOne_andTheFormula() {
        const RandomStream stream(11, 2, 3, 4);
        std::vector<float> values(1003), uniforms(1003);
        stream.fillNormal(values, 5);
        stream.fillUniform(uniforms, 5);
        for (size_t i = 0; i < values.size(); ++i) {
            QCOMPARE(values[i], stream.normal(20 + i));
            QCOMPARE(uniforms[i], stream.uniform(20 + i));
            const uint64_t first = 20 + i / 2 * 2;
            const double u = static_cast<double>(stream.uniform(first)),
                         v = static_cast<double>(stream.uniform(first + 1));
            const double radius = std::sqrt(-2 * std::log(1 - u)), angle = 2 * M_PI * v;
            const double exact = i % 2 == 0 ? radius * std::cos(angle) : radius * std::sin(angle);
            QVERIFY(std::abs(static_cast<double>(values[i]) - exact) < 2e-6); // a few units in the last place of 5
        }
        std::vector<float> part(values.size() - 4);
        stream.fillNormal(part, 6);
        QVERIFY(std::equal(part.begin(), part.end(), values.begin() + 4));
    }

    void sigmaRange_oneDrawPerSample_withinRange() {
        double lowest = 1, highest = 0;
        for (uint64_t id = 0; id < 200; ++id) {
            const double sigma = deviation(noisy(options("gaussian", "noise.sigma", {10, 60}), 0.5f, 10000, id)) * 255;
            lowest = std::min(lowest, sigma / 60);
            highest = std::max(highest, sigma / 60);
            QVERIFY(sigma > 9.5 && sigma < 62);
        }
        QVERIFY(lowest < 0.25 && highest > 0.9);
    }

    void amounts_fractions_asDeclared() {
        const std::vector<float> masked = noisy(options("masking", "noise.amount", 0.3), 0.5f);
        const auto zeros = static_cast<double>(std::count(masked.begin(), masked.end(), 0.0f));
        QVERIFY(std::abs(zeros / kCount - 0.3) < 0.0025);
        QVERIFY(std::count(masked.begin(), masked.end(), 0.5f) + std::ptrdiff_t(zeros) ==
                std::ptrdiff_t(kCount)); // not rescaled
        const std::vector<float> salted = noisy(options("salt_and_pepper", "noise.amount", 0.2), 0.5f);
        for (const float extreme : {0.0f, 1.0f}) {
            const auto count = static_cast<double>(std::count(salted.begin(), salted.end(), extreme));
            QVERIFY(std::abs(count / kCount - 0.1) < 0.0016);
        }
        QCOMPARE(noisy(options("masking", "noise.amount", 0), 0.5f, 1000), std::vector<float>(1000, 0.5f));
        QCOMPARE(noisy(options("masking", "noise.amount", 1), 0.5f, 1000), std::vector<float>(1000, 0.0f));
    }

    void poisson_meanAndVariance_ofPhotons_data() {
        QTest::addColumn<double>("peak");
        QTest::addColumn<double>("clean");
        QTest::newRow("dark") << 10.0 << 0.05;
        QTest::newRow("few photons, inversion") << 10.0 << 1.0;
        QTest::newRow("just above the switch") << 12.5 << 1.0;
        QTest::newRow("many photons, rejection") << 400.0 << 0.5;
        QTest::newRow("very many") << 50000.0 << 1.0;
        QTest::newRow("black") << 30.0 << 0.0;
        QTest::newRow("below black") << 30.0 << -0.5;
    }
    void poisson_meanAndVariance_ofPhotons() {
        QFETCH(double, peak);
        QFETCH(double, clean);
        const size_t count = 200'000;
        const std::vector<float> sample =
            noisy(options("poisson", "noise.peak", peak), static_cast<float>(clean), count);
        const double expected = std::max(clean, 0.0), variance = expected / peak;
        QVERIFY(std::abs(mean(sample) - expected) <= 6 * std::sqrt(variance / count) + 1e-6);
        const double found = deviation(sample) * deviation(sample);
        QVERIFY(std::abs(found - variance) <= 0.03 * variance + 1e-12);
        for (const float value : sample) // whole photons
            QVERIFY(std::abs(value * static_cast<float>(peak) - std::round(value * static_cast<float>(peak))) < 0.01f);
    }

    void clip_onlyWhenAsked() {
        OptionValues values = options("gaussian", "noise.sigma", 255);
        const std::vector<float> free = noisy(values, 0.5f, 10000);
        QVERIFY(*std::max_element(free.begin(), free.end()) > 1.0f);
        values.set("noise.clip", true).value();
        const std::vector<float> clipped = noisy(values, 0.5f, 10000);
        for (size_t i = 0; i < free.size(); ++i)
            QCOMPARE(clipped[i], std::clamp(free[i], 0.0f, 1.0f));
    }

    void none_makesNull() { QVERIFY(makeNoise(options("none")).value() == nullptr); }

    void everyKind_pureFunctionOfItsStream_data() {
        QTest::addColumn<QString>("kind");
        for (const NoiseKind& kind : noiseKinds())
            if (kind.id != "none")
                QTest::addRow("%s", std::string(kind.id).c_str()) << QString::fromStdString(std::string(kind.id));
    }
    void everyKind_pureFunctionOfItsStream() {
        QFETCH(QString, kind);
        const OptionValues values = options(kind.toStdString());
        const std::vector<float> once = noisy(values, 0.5f, 3001, 7);
        QCOMPARE(noisy(values, 0.5f, 3001, 7), once);
        QVERIFY(noisy(values, 0.5f, 3001, 8) != once);
        // A longer sample starts with the same values.
        const std::vector<float> longer = noisy(values, 0.5f, 4000, 7);
        QVERIFY(std::equal(once.begin(), once.end(), longer.begin()));
    }

    void options_eachKey_documentedAndApplying() {
        const OptionTable table = noiseOptions();
        for (const OptionSpec& spec : table.specs()) {
            QVERIFY(!spec.label.empty() && !spec.help.empty());
            QVERIFY(spec.key.starts_with("noise."));
        }
        const OptionValues values = options("masking");
        QVERIFY(values.applies(*values.table().find("noise.amount")));
        QVERIFY(!values.applies(*values.table().find("noise.sigma")));
    }
};

QTEST_APPLESS_MAIN(TestNoise)
#include "tst_noise.moc"
