#include <QtTest>

#include <cmath>
#include <thread>

#include "core/base/AtomicFile.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/formats/Safetensors.h"
#include "core/training/Checkpoint.h"
#include "tests/support/SmallModels.h"
#include "tests/support/SmallRuns.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

std::string bytesOf(const std::filesystem::path& path) {
    return readFile(path).value();
}

} // namespace

// Going on with a run: bit for bit, and what is said when that cannot be.
class TestResume : public QObject {
    Q_OBJECT

private slots:
    void resume_anyStep_bitForBit_data() {
        QTest::addColumn<int>("firstStop");
        QTest::addColumn<int>("secondStop");
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("precision");
        QTest::addColumn<Settings>("settings");
        std::vector<std::pair<std::string, Settings>> kinds;
        for (const Family* family : families())
            kinds.emplace_back(family->id(), Settings{});
        // That edit weights after each step: their bf16 copies must follow, too.
        kinds.emplace_back("sparse", Settings{{"objective.sparsity", "l1"}, {"model.code_activation", "relu"}});
        kinds.emplace_back("contractive", Settings{{"objective.contracts", "code"}});
        for (const auto& [family, settings] : kinds) {
            const std::string name = settings.empty() ? family : family + " " + settings.front().second.dump();
            for (const auto& [first, second] : {std::pair{1, 1}, {3, 4}, {4, 5}, {7, 1}, {15, 0}})
                QTest::newRow(fmt::format("{} {}+{}", name, first, second).c_str())
                    << first << second << QString::fromStdString(family) << QString("f32") << settings;
            if (nativeBf16())
                QTest::newRow(fmt::format("bf16 {}", name).c_str())
                    << 3 << 4 << QString::fromStdString(family) << QString("bf16") << settings;
        }
    }
    void resume_anyStep_bitForBit() {
        QFETCH(int, firstStop);
        QFETCH(int, secondStop);
        QFETCH(QString, family);
        QFETCH(QString, precision);
        QFETCH(Settings, settings);
        settings.insert(settings.begin(), {{"model.family", family.toStdString()},
                                           {"model.code_size", 4},
                                           {"training.precision", precision.toStdString()},
                                           {"optimizer.ema_decay", 0.9},
                                           {"optimizer.clip_norm", 1.0},
                                           {"optimizer.schedule", "cosine"},
                                           {"optimizer.warmup_steps", 3}});
        const Experiment experiment = smallExperiment(settings);
        const OpenedDataset data = smallPictures();
        const TemporaryFolder folder;
        train(experiment, data, folder / "whole").value();
        int64_t from = 0;
        for (const int stop : {firstStop, secondStop, 0}) {
            const TrainingResult part = train(experiment, data, folder / "cut", stop).value();
            QCOMPARE(part.resumedFromStep, from);
            from = part.steps;
            if (part.phase == RunPhase::Finished)
                break;
        }
        for (const char* file :
             {"checkpoints/last.safetensors", "checkpoints/best.safetensors", "history.csv", "code_statistics.json"})
            QVERIFY2(bytesOf(folder.path() / "whole" / file) == bytesOf(folder.path() / "cut" / file), file);
    }

    void finishedRun_resumed_returnsItsResult_andGoesOnWithMoreEpochs() {
        const TemporaryFolder folder;
        const OpenedDataset data = smallPictures();
        const auto first = train(smallExperiment(), data, folder / "run").value();
        const auto again = train(smallExperiment(), data, folder / "run").value();
        QCOMPARE(again.steps, first.steps);
        QCOMPARE(again.metrics.at("loss"), first.metrics.at("loss"));
        const auto more = train(smallExperiment({{"training.epochs", 6}}), data, folder / "run").value();
        QCOMPARE(more.epochs, 6);
        QCOMPARE(more.resumedFromStep, first.steps);
    }

    void learningRateSetWhileRunning_outlivesResuming_untilTheExperimentAsksForAnother() {
        const TemporaryFolder folder;
        {
            const RunFolder run = RunFolder::open(folder / "run", smallExperiment(), RunFolder::Mode::Create).value();
            TrainerMailbox mailbox;
            mailbox.setOptions({{"optimizer.learning_rate", 0.125}});
            std::stop_source stop;
            const auto executor = makeOneDnnExecutor();
            RecordingSink sink;
            Trainer({.executor = *executor,
                     .mailbox = &mailbox,
                     .gradientHook = [&](std::span<float>) { stop.request_stop(); }})
                .run(smallExperiment(), smallPictures(), run, sink, stop.get_token())
                .value();
        }
        const auto rateAfterResuming = [&](const Experiment& experiment) {
            RecordingSink sink;
            train(experiment, smallPictures(), folder / "run", 1, RunFolder::Mode::Resume, &sink).value();
            return sink.rows.back().learningRate;
        };
        QCOMPARE(rateAfterResuming(smallExperiment()), 0.125);
        QCOMPARE(rateAfterResuming(smallExperiment({{"optimizer.learning_rate", 0.03}})), 0.03);
        QCOMPARE(rateAfterResuming(smallExperiment({{"optimizer.learning_rate", 0.03}})), 0.03);
    }

    // The history says what changed and when, though the run ended before its next row.
    void valueSetJustBeforeStopping_isInTheHistory() {
        const TemporaryFolder folder;
        {
            const RunFolder run = RunFolder::open(folder / "run", smallExperiment(), RunFolder::Mode::Create).value();
            TrainerMailbox mailbox;
            std::stop_source stop;
            mailbox.setOptions({{"optimizer.learning_rate", 0.125}});
            mailbox.post([&](const JobContext&) { stop.request_stop(); });
            const auto executor = makeOneDnnExecutor();
            RecordingSink sink;
            Trainer({.executor = *executor, .mailbox = &mailbox})
                .run(smallExperiment(), smallPictures(), run, sink, stop.get_token())
                .value();
            QVERIFY(sink.rows.empty());
        }
        int64_t steps = 0;
        const auto notes = [&](const Experiment& experiment) {
            RecordingSink sink;
            steps = train(experiment, smallPictures(), folder / "run", 0, RunFolder::Mode::Resume, &sink).value().steps;
            QStringList told;
            for (const HistoryRow& row : sink.rows)
                for (const QString& note : QString::fromStdString(row.note).split("; "))
                    if (note.startsWith("optimizer."))
                        told << note;
            return told;
        };
        const QString first = "optimizer.learning_rate=0.125 after step 0";
        QCOMPARE(notes(smallExperiment()), QStringList{first});
        // What the experiment asks for anew is noted, too.
        const QString second = QString("optimizer.learning_rate=0.03 after step %1").arg(steps);
        QCOMPARE(notes(smallExperiment({{"optimizer.learning_rate", 0.03}, {"training.epochs", 9}})),
                 (QStringList{first, second}));
        QCOMPARE(notes(smallExperiment({{"optimizer.learning_rate", 0.03}, {"training.epochs", 12}})),
                 (QStringList{first, second}));
        // Asked for while there was nothing to train: heard of once there is.
        notes(smallExperiment({{"optimizer.learning_rate", 0.02}, {"training.epochs", 12}}));
        const QString third = QString("optimizer.learning_rate=0.02 after step %1").arg(steps);
        QCOMPARE(notes(smallExperiment({{"optimizer.learning_rate", 0.02}, {"training.epochs", 15}})),
                 (QStringList{first, second, third}));
    }

    void weightSetWhileRunning_data() {
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("option");
        QTest::addColumn<QString>("term");
        QTest::newRow("variational") << "variational"
                                     << "objective.beta"
                                     << "loss.kl";
        QTest::newRow("sparse") << "sparse"
                                << "objective.beta"
                                << "loss.sparsity";
        QTest::newRow("contractive") << "contractive"
                                     << "objective.lambda"
                                     << "loss.contraction";
    }

    // A weight of 0 takes its term away, of training and validation alike, also after resuming; asked for again by the
    // experiment it is back.
    void weightSetWhileRunning() {
        QFETCH(const QString, family);
        QFETCH(const QString, option);
        QFETCH(const QString, term);
        const auto experiment = [&](std::vector<std::pair<std::string, Json>> more = {}) {
            more.insert(more.begin(), {"model.family", family.toStdString()});
            return smallExperiment(more);
        };
        const TemporaryFolder folder;
        auto run =
            std::make_unique<RunFolder>(RunFolder::open(folder / "run", experiment(), RunFolder::Mode::Create).value());
        TrainerMailbox mailbox;
        mailbox.setOptions({{option.toStdString(), 0.0}, {"objective.unheard_of", 1.0}, {"model.code_size", 2.0}});
        std::stop_source stop;
        RecordingSink first;
        const auto executor = makeOneDnnExecutor();
        int steps = 0;
        Trainer({.executor = *executor,
                 .mailbox = &mailbox,
                 .gradientHook =
                     [&](std::span<float>) {
                         if (++steps == 7) // of 4 in an epoch
                             stop.request_stop();
                     }})
            .run(experiment(), smallPictures(), *run, first, stop.get_token())
            .value();
        run.reset(); // and its lock
        const auto last = [&](const RecordingSink& sink, const std::string& column) {
            const std::vector<std::string>& columns = *sink.snapshots.back()->columns;
            const auto at = std::find(columns.begin(), columns.end(), column);
            double value = std::nan("");
            for (const HistoryRow& row : sink.rows)
                if (const double next = row.values[static_cast<size_t>(at - columns.begin())]; std::isfinite(next))
                    value = next;
            return value;
        };
        QVERIFY(QString::fromStdString(first.rows.front().note).startsWith(option + "=0 after step "));
        QCOMPARE(last(first, term.toStdString()), 0.0);
        QCOMPARE(last(first, "validation_" + term.toStdString()), 0.0);

        RecordingSink second, third;
        train(experiment(), smallPictures(), folder / "run", 0, RunFolder::Mode::Resume, &second).value();
        QCOMPARE(last(second, term.toStdString()), 0.0);
        QCOMPARE(last(second, "validation_" + term.toStdString()), 0.0);
        train(experiment({{option.toStdString(), 0.5}, {"training.epochs", 6}}), smallPictures(), folder / "run", 0,
              RunFolder::Mode::Resume, &third)
            .value();
        QVERIFY(last(third, term.toStdString()) > 0);
        QVERIFY(last(third, "validation_" + term.toStdString()) > 0);
    }

    void earlyStopped_resumed_staysAsItIs_untilMorePatienceIsAskedFor() {
        const TemporaryFolder folder;
        const auto stopping = [](int patience) {
            return smallExperiment({{"training.epochs", 50},
                                    {"training.early_stopping", true},
                                    {"training.patience", patience},
                                    {"training.min_delta", 1000}});
        };
        const auto first = train(stopping(2), smallPictures(), folder / "run").value();
        const std::string bytes = bytesOf(folder / "run/checkpoints/last.safetensors");
        std::filesystem::remove(folder / "run/result.json"); // killed before the result was written
        const auto again = train(stopping(2), smallPictures(), folder / "run").value();
        QCOMPARE(again.steps, first.steps);
        QCOMPARE(again.metrics.at("loss"), first.metrics.at("loss"));
        QVERIFY(bytesOf(folder / "run/checkpoints/last.safetensors") == bytes);
        QCOMPARE(train(stopping(4), smallPictures(), folder / "run").value().epochs, first.epochs + 2);
    }

    void divergence_neverOverwritesAGoodCheckpoint() {
        const TemporaryFolder folder;
        const auto wild = [](double rate, int epochs) {
            return smallExperiment({{"optimizer.kind", "sgd"},
                                    {"optimizer.learning_rate", rate},
                                    {"optimizer.schedule", "plateau"},
                                    {"model.output_activation", "identity"},
                                    {"training.batch_size", 1000}, // one step an epoch: the next loss comes too late
                                    {"training.epochs", epochs}});
        };
        for (const double rate : {0.5, 3.0, 9.0, 10.0}) {
            const std::filesystem::path run = folder / fmt::format("run{}", rate);
            QVERIFY(!train(wild(rate, 200), smallPictures(), run));
            if (!std::filesystem::exists(run / "checkpoints/last.safetensors"))
                continue;
            const SafetensorsFile last = openSafetensors(run / "checkpoints/last.safetensors").value();
            for (const TensorEntry& entry : last.tensors) {
                const Tensor tensor = last.read(entry.name).value();
                for (const float value : tensor.values())
                    QVERIFY2(std::isfinite(value), entry.name.c_str());
            }
        }
    }

    void replacing_keepsTheOldRun_untilTheNewOneHasACheckpoint() {
        const TemporaryFolder folder;
        train(smallExperiment(), smallPictures(), folder / "run").value();
        const std::string before = bytesOf(folder / "run/checkpoints/last.safetensors");
        const auto impossible =
            train(smallExperiment({{"objective.loss", "bce"}, {"model.output_activation", "identity"}}),
                  smallPictures(), folder / "run", 0, RunFolder::Mode::Replace);
        QVERIFY(!impossible);
        QVERIFY(bytesOf(folder / "run/checkpoints/last.safetensors") == before);
        QVERIFY(std::filesystem::exists(folder / "run/result.json"));
        train(smallExperiment({{"training.seed", 9}}), smallPictures(), folder / "run", 0, RunFolder::Mode::Replace)
            .value();
        QVERIFY(bytesOf(folder / "run/checkpoints/last.safetensors") != before);
        QVERIFY(!std::filesystem::exists(folder / "run/.replaced"));
    }

    void changedData_areRefusedByAResumption() {
        const TemporaryFolder folder;
        Experiment experiment = smallExperiment();
        experiment.record["hash x.npy"] = "0123";
        train(experiment, smallPictures(), folder / "run", 3).value();
        QVERIFY(train(experiment, smallPictures(), folder / "run", 3).ok());
        experiment.record["hash x.npy"] = "4567";
        const auto refused = train(experiment, smallPictures(), folder / "run");
        QVERIFY(!refused);
        QVERIFY(refused.error().message().find("not those it was trained on") != std::string::npos);
    }

    void damagedHistory_isKeptAside() {
        const TemporaryFolder folder;
        train(smallExperiment(), smallPictures(), folder / "run", 3).value();
        writeText(folder / "run/history.csv", "garbage");
        train(smallExperiment(), smallPictures(), folder / "run").value();
        QCOMPARE(bytesOf(folder / "run/history.csv.bad"), std::string("garbage"));
        QVERIFY(History::load(folder / "run/history.csv").ok());
    }

    // As a version wrote it that measured less.
    void historyWithFewerColumns_isGoneOnWith() {
        const TemporaryFolder folder;
        train(smallExperiment(), smallPictures(), folder / "run", 6).value();
        const History whole = History::load(folder / "run/history.csv").value();
        std::vector<std::string> columns = whole.columns();
        columns.pop_back();
        History less(columns);
        for (HistoryRow row : whole.rows()) {
            row.values.pop_back();
            less.append(row);
        }
        writeText(folder / "run/history.csv", less.toCsv());
        train(smallExperiment(), smallPictures(), folder / "run").value();
        QVERIFY(!std::filesystem::exists(folder / "run/history.csv.bad"));
        const History now = History::load(folder / "run/history.csv").value();
        QCOMPARE(now.columns(), whole.columns());
        QCOMPARE(now.rows()[0].values[0], whole.rows()[0].values[0]);
        QVERIFY(std::isnan(now.rows()[3].values.back()));
        QVERIFY(std::isfinite(now.rows().back().values.back()));
        less.setColumns({"something else"});
        QCOMPARE(less.columns(), columns);
    }

    void damagedCheckpoint_isAnErrorThatNamesTheFile() {
        const TemporaryFolder folder;
        train(smallExperiment(), smallPictures(), folder / "run", 3).value();
        const auto path = folder / "run/checkpoints/last.safetensors";
        const std::string whole = bytesOf(path);
        for (size_t length = 0; length < whole.size(); length += whole.size() / 23) {
            writeText(path, whole.substr(0, length));
            const auto result = train(smallExperiment(), smallPictures(), folder / "run");
            QVERIFY(!result);
            QVERIFY2(result.error().message().find("last.safetensors") != std::string::npos,
                     result.error().message().c_str());
        }
    }
};

QTEST_APPLESS_MAIN(TestResume)
#include "tst_resume.moc"
