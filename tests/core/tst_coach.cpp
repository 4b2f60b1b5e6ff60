// What the coach says of a run's curves: each advice where it belongs, and silence everywhere else.

#include <QtTest>

#include <cmath>
#include <numbers>

#include "core/base/Random.h"
#include "core/training/Coach.h"
#include "tests/support/SmallRuns.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

using Settings = std::vector<std::pair<std::string, Json>>;
using Course = std::function<double(double epoch)>; // a loss after so many epochs

constexpr int kStepsPerEpoch = 100, kRowsPerEpoch = 5;

Experiment planned(int epochs, const Settings& settings = {}) {
    Experiment experiment = Experiment::create().value();
    experiment.set("training.epochs", epochs).value();
    for (const auto& [key, value] : settings)
        experiment.set(key, value).value();
    return experiment;
}

Experiment variational(const Settings& settings = {}) {
    Experiment experiment = Experiment::create("variational").value();
    experiment.set("training.epochs", 30).value();
    for (const auto& [key, value] : settings)
        experiment.set(key, value).value();
    return experiment;
}

struct Curves {
    std::vector<std::string> columns = {"loss", "validation_loss", "validation_active_units"};
    std::vector<HistoryRow> rows = {};

    std::optional<Advice> advise(const Experiment& experiment, int64_t epochs = -1, bool hasDiverged = false) const {
        const size_t count =
            epochs < 0 ? rows.size() : std::min(rows.size(), static_cast<size_t>(epochs) * kRowsPerEpoch);
        return hourglass::advise({.rows = std::span(rows).first(count),
                                  .columns = columns,
                                  .options = experiment.options(),
                                  .hasDiverged = hasDiverged});
    }
    std::string keyAt(const Experiment& experiment, int64_t epochs) const {
        const std::optional<Advice> advice = advise(experiment, epochs);
        return advice ? advice->key : "";
    }
};

// A history as the trainer writes it, with normal noise of the given deviations.
Curves curves(
    int epochs, const Course& training, const Course& validation, double noiseOfTraining = 0,
    double noiseOfValidation = 0, uint64_t seed = 0, const Course& active = [](double) { return 20.0; }) {
    Curves made;
    const RandomStream stream(seed, 5);
    uint64_t draw = 0;
    for (int i = 1; i <= epochs * kRowsPerEpoch; ++i) {
        const double epoch = static_cast<double>(i) / kRowsPerEpoch;
        const auto noisy = [&](const Course& course, double noise) {
            return course(epoch) + noise * static_cast<double>(stream.normal(draw++));
        };
        HistoryRow row{.step = i * kStepsPerEpoch / kRowsPerEpoch,
                       .epoch = epoch,
                       .learningRate = 1e-3,
                       .values = {noisy(training, noiseOfTraining), std::nan(""), std::nan("")},
                       .note = {}};
        if (i % kRowsPerEpoch == 0) {
            row.values[1] = noisy(validation, noiseOfValidation);
            row.values[2] = active(epoch);
        }
        made.rows.push_back(std::move(row));
    }
    return made;
}

// Loss falling from `high` to `low`, by e in `epochs`.
Course falling(double high, double low, double epochs) {
    return [=](double epoch) { return low + (high - low) * std::exp(-epoch / epochs); };
}

// Falls as `course` does and rises by `rise` an epoch after `turn`, softly.
Course rising(const Course& course, double turn, double rise) {
    return [=](double epoch) { return course(epoch) + rise * std::log1p(std::exp(epoch - turn)); };
}

// A run that has learnt what it can by the sixth epoch.
Curves flat(int epochs, uint64_t seed = 0) {
    return curves(epochs, falling(30, 10, 1), falling(30, 11, 1), 0.2, 0.05, seed);
}

// The first of them in which that can be told by its end.
Curves toldFlat(int epochs) {
    for (uint64_t seed = 0; seed < 50; ++seed)
        if (const Curves made = flat(epochs, seed); made.advise(planned(100)))
            return made;
    qFatal("no plateau is ever told of");
}

std::string filled(const Advice& advice) {
    return fillTemplate(advice.text, advice.arguments);
}

} // namespace

class TestCoach : public QObject {
    Q_OBJECT

private slots:
    void overfitting_isSeenSoonAfterTheTurn_andNamesIt_data() {
        QTest::addColumn<double>("noise");
        QTest::addColumn<int>("latest");
        QTest::newRow("smooth") << 0.0 << 14;
        QTest::newRow("noisy") << 0.05 << 16;
        QTest::newRow("noisier") << 0.2 << 22;
    }
    void overfitting_isSeenSoonAfterTheTurn_andNamesIt() {
        QFETCH(double, noise);
        QFETCH(int, latest);
        const Experiment experiment = planned(40);
        for (uint64_t seed = 0; seed < 50; ++seed) {
            const Curves made = curves(40, falling(30, 8, 4), rising(falling(30, 10, 2), 7, 0.3), 0.3, noise, seed);
            for (int epoch = 1; epoch <= 9; ++epoch)
                QCOMPARE(made.keyAt(experiment, epoch), std::string());
            for (int epoch = latest; epoch <= 40; ++epoch)
                QCOMPARE(made.keyAt(experiment, epoch), std::string("overfitting"));
            const Advice advice = *made.advise(experiment);
            const int since = std::stoi(advice.arguments.at(0));
            QVERIFY2(since >= 4 && since <= 10, filled(advice).c_str());
            QVERIFY((advice.changes == Settings{{"training.early_stopping", true}}));
        }
    }

    void overfitting_isSilent_whereTheRunWillStopByItself() {
        const Curves made = curves(20, falling(30, 8, 4), rising(falling(30, 10, 2), 7, 0.3));
        QVERIFY(!made.advise(planned(20, {{"training.early_stopping", true}, {"training.patience", 50}})));
        const Advice other = *made.advise(planned(20, {{"training.monitor", "train_loss"}}));
        QCOMPARE(other.changes.size(), size_t{2}); // or it would watch a loss that falls
    }

    // Chance may put the best among the last eight epochs: then it is told of later.
    void plateau_isSeenAfterEpochsWithoutGain() {
        const Experiment experiment = planned(40);
        int told = 0;
        for (uint64_t seed = 0; seed < 50; ++seed) {
            const Curves made = flat(40, seed);
            bool isTold = false;
            for (int epoch = 1; epoch <= 40; ++epoch) {
                const std::optional<Advice> advice = made.advise(experiment, epoch);
                QVERIFY(!advice ||
                        (advice->key == "plateau" && epoch >= 12 && std::stoi(advice->arguments.at(0)) >= 8));
                isTold = isTold || advice;
            }
            told += isTold;
        }
        QVERIFY2(told >= 45, qPrintable(QString::number(told)));
    }

    void plateau_lowersTheRate_andGoesOnWhereTheRunHasEnded() {
        const Curves made = toldFlat(40);
        QVERIFY((made.advise(planned(100))->changes == Settings{{"optimizer.learning_rate", 3e-4}}));
        QVERIFY((made.advise(planned(40))->changes ==
                 Settings{{"optimizer.learning_rate", 3e-4}, {"training.epochs", 60}}));
        for (const Settings& settings :
             {Settings{{"optimizer.schedule", "cosine"}}, {{"training.early_stopping", true}}})
            QVERIFY(!made.advise(planned(40, settings))); // which deal with it
    }

    void plateau_afterTheRateWasLowered_waitsAgain() {
        Curves made = toldFlat(30);
        const Curves after = flat(45);
        made.rows.insert(made.rows.end(), after.rows.begin() + 30 * kRowsPerEpoch, after.rows.end());
        for (HistoryRow& row : made.rows)
            row.learningRate = row.epoch > 30 ? 3e-4 : 1e-3;
        QCOMPARE(made.keyAt(planned(100), 30), std::string("plateau"));
        for (int epoch = 31; epoch <= 42; ++epoch)
            QCOMPARE(made.keyAt(planned(100), epoch), std::string());
    }

    // Where training went on after validation's best, or validation still falls behind a lucky epoch, a lower rate is
    // not what is missing.
    void plateau_whereTheRateIsNotToBlame_isNone() {
        const auto withBestAt = [](int epoch, double loss, Curves made) {
            made.rows[static_cast<size_t>(epoch * kRowsPerEpoch - 1)].values[1] = loss;
            return made;
        };
        const Curves trainingWentOn = withBestAt(8, 9.7, curves(40, falling(30, 5, 3), falling(30, 10, 1), 0.1, 0.05));
        const Curves stillFalling = withBestAt(12, 9.1, curves(40, falling(30, 10, 1), falling(13, 8, 30), 0.1, 0.05));
        for (const Curves& made : {trainingWentOn, stillFalling})
            for (int epoch = 1; epoch <= 40; ++epoch)
                QCOMPARE(made.keyAt(planned(100), epoch), std::string());
        const Curves neither = withBestAt(12, 9.7, curves(40, falling(30, 10, 1), falling(30, 10, 1), 0.1, 0.05));
        QCOMPARE(neither.keyAt(planned(100), 40), std::string("plateau"));
    }

    // A network that died in its first epoch: the mean of that epoch is no course that training went on with.
    void deadNetwork_isNoOverfitting() {
        for (uint64_t seed = 0; seed < 20; ++seed) {
            const Curves made = curves(
                40, [](double t) { return t <= 1 ? 180.0 : 70.0; }, [](double t) { return t < 1.5 ? 75.0 : 80.5; }, 3,
                0, seed);
            for (int epoch = 1; epoch <= 40; ++epoch)
                QVERIFY(made.keyAt(planned(100), epoch) != "overfitting");
        }
    }

    // Half of what made it speak keeps it from falling silent; less does not.
    void advice_isKept_untilLittleSpeaksForIt() {
        const auto validation = [](double t) {
            const double rise = t < 20 ? 0.09 * std::max(0.0, t - 10) : t < 30 ? 0.42 : 0.05; // 0.6 is asked for
            return falling(40, 10, 1)(std::min(t, 10.0)) + (t > 10 ? rise : 0.0);
        };
        const Curves made = curves(40, falling(30, 5, 15), validation);
        std::string course, shown;
        for (int epoch = 1; epoch <= 40; ++epoch)
            if (const std::string now = made.keyAt(planned(100), epoch); now != shown)
                course += fmt::format("{} {}; ", epoch, shown = now);
        QVERIFY2(course == "16 overfitting; 34 ; ", course.c_str()); // as the averages have noticed
    }

    // Until there is a new best, whatever training does.
    void plateau_isKept_untilThereIsANewBest() {
        Curves made = curves(
            40, [](double t) { return t < 25 ? 10 + 10 * std::exp(-t) : 10 - 0.5 * (t - 25); },
            [](double t) { return t == 10   ? 10.9
                                  : t == 36 ? 10.8
                                            : 11 + 10 * std::exp(-t); });
        for (int epoch = 20; epoch < 36; ++epoch)
            QCOMPARE(made.keyAt(planned(100), epoch), std::string("plateau"));
        QCOMPARE(made.keyAt(planned(100), 36), std::string());
    }

    // What ordinary runs look like, with all noises and all lengths: 480 histories of 40 epochs each.
    void ordinaryRuns_areLeftAlone() {
        const Experiment experiment = planned(100);
        struct Shape {
            const char* name;
            Course training, validation;
        };
        const std::vector<Shape> shapes = {
            {"still falling", falling(30, 5, 25), falling(30, 7, 25)},
            {"falling slowly", falling(30, 10, 60), falling(31, 11, 60)},
            {"like a power", [](double t) { return 10 + 10 / std::sqrt(t); },
             [](double t) { return 11 + 10 / std::sqrt(t); }},
            {"validation ends before training", falling(30, 5, 12), falling(30, 9, 3)},
            {"validation never falls", falling(30, 5, 25), [](double) { return 11.0; }},
            {"rises by a hair", falling(30, 5, 25), rising(falling(30, 10, 2), 10, 0.006)},
            {"negative", falling(10, -900, 20), falling(10, -850, 20)},
            {"a bound", falling(300, 240, 15), falling(290, 243, 15)},
        };
        int heard = 0;
        for (const Shape& shape : shapes)
            for (const double share : {0.0, 0.003, 0.02})
                for (uint64_t seed = 0; seed < 20; ++seed) {
                    const double noise = share * (shape.training(1) - shape.training(40));
                    const Curves made = curves(40, shape.training, shape.validation, 3 * noise, noise, seed);
                    for (int epoch = 1; epoch <= 40; ++epoch)
                        if (const std::optional<Advice> advice = made.advise(experiment, epoch)) {
                            ++heard;
                            qWarning("%s, noise %g, seed %d, epoch %d: %s", shape.name, share, static_cast<int>(seed),
                                     epoch, filled(*advice).c_str());
                        }
                }
        QCOMPARE(heard, 0);
    }

    // Where training rises too (β was raised, the weights were restored), it is something else.
    void bothRise_isNoOverfitting() {
        const Curves made =
            curves(30, rising(falling(30, 8, 3), 12, 0.3), rising(falling(30, 10, 3), 12, 0.3), 0.1, 0.05);
        for (int epoch = 1; epoch <= 30; ++epoch)
            QVERIFY(made.keyAt(planned(100), epoch) != "overfitting");
    }

    // One bad epoch, or a few, are no trend.
    void spikes_areNoTrend() {
        const Experiment experiment = planned(100);
        for (const int at : {8, 15, 30, 38})
            for (const int length : {1, 2}) {
                const auto spiky = [=](double t) {
                    return falling(30, 10, 10)(t) + (t > at && t <= at + length ? 8.0 : 0.0);
                };
                const Curves made = curves(40, falling(30, 9, 10), spiky, 0.1, 0.02);
                for (int epoch = 1; epoch <= 40; ++epoch)
                    QCOMPARE(made.keyAt(experiment, epoch), std::string());
            }
    }

    // Whatever comes and goes, it comes and goes seldom.
    void advice_doesNotFlicker() {
        const Experiment experiment = planned(100);
        for (uint64_t seed = 0; seed < 40; ++seed) {
            const Curves made = curves(80, falling(30, 8, 10), rising(falling(30, 10, 3), 12, 0.05), 0.3, 0.25, seed);
            int changes = 0;
            std::string shown, course;
            for (int epoch = 1; epoch <= 80; ++epoch)
                if (const std::string now = made.keyAt(experiment, epoch); now != shown) {
                    ++changes;
                    shown = now;
                    course += fmt::format(" {} {}", epoch, now);
                }
            QVERIFY2(changes <= 3, course.c_str());
        }
    }

    void collapse_isTold_withWhatWouldHelp() {
        const auto made = [](double collapsed) {
            return curves(10, falling(300, 240, 3), falling(300, 242, 3), 0, 0, 0,
                          [collapsed](double epoch) { return epoch < 3 ? 0 : 20 - collapsed; });
        };
        const Advice strong = *made(12).advise(variational({{"objective.beta", 8}}));
        QCOMPARE(filled(strong), std::string("12 of 20 latents have collapsed: lower β?"));
        QVERIFY((strong.changes == Settings{{"objective.beta", 2.0}}));
        QVERIFY((made(12).advise(variational({{"objective.beta", 2}}))->changes == Settings{{"objective.beta", 1.0}}));
        QVERIFY((made(12).advise(variational())->changes == Settings{{"objective.free_bits", 0.05}}));
        QVERIFY((made(12).advise(variational({{"objective.loss", "mse"}}))->changes ==
                 Settings{{"objective.loss", "gaussian"}}));
        QVERIFY(!made(12).advise(variational({{"objective.free_bits", 0.05}})));
        QVERIFY(!made(8).advise(variational({{"objective.beta", 8}}))); // some do in every good run
        QVERIFY(!made(12).advise(planned(30)));                         // whose code cannot collapse
    }

    void collapse_whileBetaWarmsUp_isNotYetOne() {
        const Curves made = curves(10, falling(300, 240, 3), falling(300, 242, 3), 0, 0, 0, [](double) { return 2.0; });
        QCOMPARE(made.keyAt(variational(), 2), std::string("collapse"));
        const Experiment warming = variational({{"objective.warmup_steps", 6 * kStepsPerEpoch}});
        for (int epoch = 1; epoch <= 7; ++epoch)
            QCOMPARE(made.keyAt(warming, epoch), std::string());
        QCOMPARE(made.keyAt(warming, 8), std::string("collapse"));
    }

    void divergence_halvesTheRate() {
        Curves made = curves(3, falling(30, 10, 3), falling(30, 11, 3));
        made.rows.pop_back();
        const Advice advice = *made.advise(planned(30), -1, true);
        QCOMPARE(filled(advice), std::string("The loss ran away in epoch 3: a lower learning rate?"));
        QVERIFY((advice.changes == Settings{{"optimizer.learning_rate", 5e-4}}));
        const Advice atOnce = *Curves().advise(planned(30, {{"optimizer.learning_rate", 10}}), -1, true);
        QVERIFY((atOnce.changes == Settings{{"optimizer.learning_rate", 5.0}}));
    }

    void changes_canBeSet() {
        const auto canBeSet = [](const Advice& advice, Experiment experiment) {
            for (const auto& [key, value] : advice.changes)
                experiment.set(key, value).value();
            return true;
        };
        const Curves rises = curves(20, falling(30, 8, 4), rising(falling(30, 10, 2), 7, 0.3));
        const Curves stalled = toldFlat(40);
        const Curves collapsed =
            curves(10, falling(300, 240, 3), falling(300, 242, 3), 0, 0, 0, [](double) { return 1.0; });
        QVERIFY(canBeSet(*rises.advise(planned(20)), planned(20)));
        QVERIFY(canBeSet(*stalled.advise(planned(40)), planned(40)));
        for (const Settings& settings : {Settings{}, {{"objective.beta", 9}}, {{"objective.loss", "mse"}}})
            QVERIFY(canBeSet(*collapsed.advise(variational(settings)), variational(settings)));
    }

    // A real one: β so large that the code is worth nothing; and an ordinary one beside it.
    void realRuns_theCollapsedIsToldOf_theOrdinaryIsLeftAlone() {
        const TemporaryFolder folder;
        const auto adviceOf = [&](const char* name, const Settings& settings) {
            const Experiment experiment = smallExperiment(settings);
            train(experiment, smallPictures(300), folder / name).value();
            const History history = History::load(folder.path() / name / "history.csv").value();
            return hourglass::advise(
                {.rows = history.rows(), .columns = history.columns(), .options = experiment.options()});
        };
        const Settings common = {{"model.family", "variational"}, {"training.epochs", 15}, {"model.code_size", 4}};
        Settings heavy = common;
        heavy.emplace_back("objective.beta", 200);
        const std::optional<Advice> told = adviceOf("heavy", heavy);
        QVERIFY(told.has_value());
        QCOMPARE(filled(*told), std::string("4 of 4 latents have collapsed: lower β?"));
        QVERIFY(!adviceOf("ordinary", common));
        QVERIFY(!adviceOf("plain", {{"training.epochs", 30}}));
        QVERIFY(!adviceOf("denoising", {{"model.family", "denoising"}, {"training.epochs", 15}}));
    }
};

QTEST_APPLESS_MAIN(TestCoach)
#include "tst_coach.moc"
