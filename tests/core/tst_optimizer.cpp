#include <QtTest>

#include <cmath>

#include "core/base/Parallel.h"
#include "core/base/Random.h"
#include "core/exec/kernels/Bf16.h"
#include "core/exec/kernels/ParameterUpdate.h"
#include "core/exec/kernels/Targets.h"
#include "core/optim/Optimizer.h"
#include "core/optim/Schedule.h"

using namespace hourglass;

namespace {

OptionValues optionsWith(const std::vector<std::pair<std::string, Json>>& settings) {
    OptionValues values(optimizerOptions());
    for (const auto& [key, value] : settings)
        values.set(key, value).value();
    return values;
}

// The published algorithms in double precision, one number at a time.
struct Scalar {
    double p, m = 0, v = 0, ema;
    explicit Scalar(double start) : p(start), ema(start) {}

    void step(const OptionValues& o, double gradient, double rate, int t) {
        const std::string kind = o.text("optimizer.kind");
        const double decay = o.real("optimizer.weight_decay");
        if (kind == "adamw")
            p -= rate * decay * p;
        else
            gradient += decay * p;
        if (kind == "sgd") {
            m = o.real("optimizer.momentum") * m + gradient;
            p -= rate * m;
        } else {
            const double b1 = o.real("optimizer.beta1"), b2 = o.real("optimizer.beta2");
            m = b1 * m + (1 - b1) * gradient;
            v = b2 * v + (1 - b2) * gradient * gradient;
            const double mHat = m / (1 - std::pow(b1, t)), vHat = v / (1 - std::pow(b2, t));
            p -= rate * mHat / (std::sqrt(vHat) + o.real("optimizer.epsilon"));
        }
        const double average = std::min(o.real("optimizer.ema_decay"), (1.0 + t) / (10.0 + t));
        ema = average * ema + (1 - average) * p;
    }
};

bool roundedIsCurrent(const ParameterStore& store) {
    return std::ranges::equal(store.arena(), std::span(store.rounded(), store.arena().size()),
                              [](float value, uint16_t bits) { return floatToBf16(value) == bits; });
}

std::shared_ptr<ParameterStore> storeOf(int64_t count) {
    Graph graph;
    graph.parameter("w", {count});
    graph.parameter("b", {3});
    return std::make_shared<ParameterStore>(std::make_shared<ArenaLayout>(graph));
}

} // namespace

class TestOptimizer : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { limitKernelTarget(); } // as executors do: to what ONEDNN_MAX_CPU_ISA allows

    void step_followsThePublishedAlgorithm_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<double>("weightDecay");
        QTest::addColumn<double>("clip");
        for (const char* kind : {"adam", "adamw", "sgd"})
            for (const double decay : {0.0, 0.1})
                for (const double clip : {0.0, 0.5})
                    QTest::addRow("%s decay %g clip %g", kind, decay, clip) << QString(kind) << decay << clip;
    }
    void step_followsThePublishedAlgorithm() {
        QFETCH(QString, kind);
        QFETCH(double, weightDecay);
        QFETCH(double, clip);
        const OptionValues options = optionsWith({{"optimizer.kind", kind.toStdString()},
                                                  {"optimizer.weight_decay", weightDecay},
                                                  {"optimizer.clip_norm", clip},
                                                  {"optimizer.ema_decay", 0.95}});
        constexpr int64_t kCount = 20011; // several chunks, the last one short
        const auto store = storeOf(kCount);
        const RandomStream random(4);
        random.fillNormal(store->values("w"));
        AlignedBuffer<float> gradients(store->arena().size());
        store->rounded(); // from now on the steps write it
        Optimizer optimizer(options, store, gradients.span());
        std::vector<Scalar> expected;
        for (const float start : store->values("w"))
            expected.emplace_back(static_cast<double>(start));
        for (int t = 1; t <= 5; ++t) {
            const std::span<float> g = gradients.span().first(kCount);
            random.fillNormal(g, static_cast<uint64_t>(t) * 1000);
            double norm = 0;
            for (const float value : g)
                norm += static_cast<double>(value) * static_cast<double>(value);
            norm = std::sqrt(norm);
            const double rate = 0.01 / t;
            const double reported = optimizer.step(rate);
            QVERIFY(std::abs(reported - (clip > 0 ? norm : 0)) < 1e-4 * norm);
            const double factor = clip > 0 ? std::min(1.0, clip / norm) : 1.0;
            for (size_t i = 0; i < expected.size(); ++i)
                expected[i].step(options, factor * static_cast<double>(g[i]), rate, t);
        }
        const std::span<const float> average = optimizer.averagedWeights();
        for (size_t i = 0; i < expected.size(); ++i) {
            QVERIFY(std::abs(static_cast<double>(store->values("w")[i]) - expected[i].p) < 2e-6);
            QVERIFY(std::abs(static_cast<double>(average[i]) - expected[i].ema) < 2e-6);
        }
        for (size_t i = kCount; i < store->arena().size(); ++i)
            QCOMPARE(store->arena()[i], 0.0f); // padding, and a parameter without gradient
        QVERIFY(roundedIsCurrent(*store));
        QCOMPARE(optimizer.steps(), 5);
    }

    void step_keepsTheRoundedWeightsCurrent() {
        const auto store = storeOf(20000);
        RandomStream(5).fillNormal(store->values("w"));
        const RandomStream random(6);
        AlignedBuffer<float> gradients(store->arena().size());
        random.fillNormal(gradients.span());
        Optimizer optimizer(optionsWith({}), store, gradients.span());
        optimizer.step(1e-2); // nobody reads them yet
        QVERIFY(store->roundedToWrite().empty());
        QVERIFY(roundedIsCurrent(*store));
        optimizer.step(1e-2); // writes them on its way
        QCOMPARE(store->rounded()[7], floatToBf16(store->values("w")[7]));
        QVERIFY(roundedIsCurrent(*store));
        store->values("w")[7] = 3.0f;
        store->touch();
        QVERIFY(roundedIsCurrent(*store));
    }

    void step_sameBitsForAnyNumberOfThreads() {
        const auto after = [](int threads) {
            const ComputeThreadsScope scope(threads);
            const auto store = storeOf(50'001);
            RandomStream(7).fillNormal(store->values("w"));
            AlignedBuffer<float> gradients(store->arena().size());
            RandomStream(8).fillNormal(gradients.span());
            Optimizer optimizer(optionsWith({{"optimizer.clip_norm", 1.0}}), store, gradients.span());
            for (int i = 0; i < 3; ++i)
                optimizer.step(1e-2);
            const std::span<const float> arena = std::as_const(*store).arena();
            return std::vector<float>(arena.begin(), arena.end());
        };
        const std::vector<float> one = after(1);
        QVERIFY(one == after(2) && one == after(7));
    }

    void step_momentsWithoutGradients_fadeToZero() {
        const auto store = storeOf(64);
        AlignedBuffer<float> gradients(store->arena().size());
        std::ranges::fill(gradients.span(), 1e-3f);
        Optimizer optimizer(optionsWith({}), store, gradients.span());
        optimizer.step(1e-3);
        std::ranges::fill(gradients.span(), 0.0f);
        for (int i = 0; i < 2000; ++i)
            optimizer.step(1e-3);
        for (const NamedArena& moment : optimizer.arenas())
            if (moment.name == "m")
                for (const float value : moment.values)
                    QVERIFY(value == 0.0f); // rounding to nearest would leave 5.6e-45, which is slow
    }

    void sumOfSquares_manyPartsOfOddLengths() {
        for (const int64_t count : {0, 1, 17, 8193, 600'007}) {
            std::vector<float> values(static_cast<size_t>(count));
            RandomStream(9).fillNormal(values);
            double expected = 0;
            for (const float value : values)
                expected += static_cast<double>(value) * static_cast<double>(value);
            const double one = [&] {
                const ComputeThreadsScope scope(1);
                return sumOfSquares(values);
            }();
            QVERIFY(std::abs(one - expected) <= 1e-6 * expected);
            const ComputeThreadsScope scope(3);
            QCOMPARE(sumOfSquares(values), one);
        }
    }

    void schedule_constantStepCosineWarmUp() {
        const Schedule constant(optionsWith({}), 100, 10);
        QCOMPARE(constant.learningRate(0.5, 77), 0.5);
        const Schedule step(optionsWith({{"optimizer.schedule", "step"}, {"optimizer.step_every", 2}}), 100, 10);
        QCOMPARE(step.learningRate(1.0, 19), 1.0);
        QCOMPARE(step.learningRate(1.0, 20), 0.5);
        QCOMPARE(step.learningRate(1.0, 45), 0.25);
        const Schedule cosine(
            optionsWith(
                {{"optimizer.schedule", "cosine"}, {"optimizer.warmup_steps", 10}, {"optimizer.final_factor", 0.1}}),
            110, 10);
        QCOMPARE(cosine.learningRate(1.0, 0), 0.1);
        QCOMPARE(cosine.learningRate(1.0, 9), 1.0);
        QVERIFY(std::abs(cosine.learningRate(1.0, 60) - 0.55) < 1e-12);
        QVERIFY(std::abs(cosine.learningRate(1.0, 110) - 0.1) < 1e-12);
        QVERIFY(std::abs(cosine.learningRate(1.0, 5000) - 0.1) < 1e-12);
    }

    void schedule_plateau_dropsAfterPatience() {
        Schedule plateau(optionsWith({{"optimizer.schedule", "plateau"}, {"optimizer.plateau_patience", 2}}), 100, 10);
        for (const double loss : {3.0, 2.0, 2.0})
            plateau.epochEnded(loss);
        QCOMPARE(plateau.learningRate(1.0, 0), 1.0);
        plateau.epochEnded(2.5);
        QCOMPARE(plateau.learningRate(1.0, 0), 0.5);
        Schedule resumed(optionsWith({{"optimizer.schedule", "plateau"}, {"optimizer.plateau_patience", 2}}), 100, 10);
        resumed.setPlateau(plateau.plateau());
        for (Schedule* schedule : {&plateau, &resumed}) {
            schedule->epochEnded(2.0);
            schedule->epochEnded(1.0);
            schedule->epochEnded(1.0);
        }
        QCOMPARE(resumed.plateau(), plateau.plateau());
        QCOMPARE(resumed.learningRate(1.0, 0), 0.5);
    }
};

QTEST_APPLESS_MAIN(TestOptimizer)
#include "tst_optimizer.moc"
