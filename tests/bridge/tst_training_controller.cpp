#include "tests/bridge/Desk.h"

#include <thread>

using namespace hourglass;
using namespace hourglass::test;
using State = TrainingController::State;

class TestTrainingController : public QObject {
    Q_OBJECT

    struct Desk {
        TemporaryFolder folder;
        ComputeThread compute;
        TrainingController controller{compute};
        QList<State> states;
        std::vector<HistoryRow> rows;
        QList<RunPhase> ends;
        QStringList failures;

        Desk() {
            QObject::connect(&controller, &TrainingController::stateChanged, &controller,
                             [this](State state) { states << state; });
            QObject::connect(
                &controller, &TrainingController::rowsAdded, &controller,
                [this](const std::vector<HistoryRow>& added) { rows.insert(rows.end(), added.begin(), added.end()); });
            QObject::connect(&controller, &TrainingController::finished, &controller,
                             [this](const TrainingResult& result) { ends << result.phase; });
            QObject::connect(&controller, &TrainingController::failed, &controller,
                             [this](const QString& message) { failures << message; });
        }
        int64_t step() const { return controller.snapshot() ? controller.snapshot()->step : 0; }
    };

private slots:
    void run_goesThroughItsStates_andDeliversEveryRow() {
        Desk desk;
        desk.controller.start(smallRequest(desk.folder / "run", {{"training.epochs", 40}}));
        QCOMPARE(desk.controller.state(), State::Preparing);
        QVERIFY(desk.controller.isActive());
        QTRY_COMPARE_WITH_TIMEOUT(desk.ends.size(), 1, kPatience);
        QCOMPARE(desk.ends.first(), RunPhase::Finished);
        QCOMPARE(desk.controller.state(), State::Idle);
        QCOMPARE(desk.states.first(), State::Preparing);
        QCOMPARE(desk.states.last(), State::Idle);
        QVERIFY(desk.controller.hasModel());
        // On disk and delivered: the same rows, none dropped though snapshots may be.
        const History stored = History::load(desk.folder / "run/history.csv").value();
        QCOMPARE(desk.rows.size(), stored.rows().size());
        for (size_t i = 0; i < desk.rows.size(); ++i)
            QCOMPARE(desk.rows[i].step, stored.rows()[i].step);
        QCOMPARE(desk.controller.rows().size(), desk.rows.size());
        QCOMPARE(desk.controller.snapshot()->phase, RunPhase::Finished);
    }

    void stop_savesAndCanBeGoneOnWith() {
        Desk desk;
        desk.controller.start(smallRequest(desk.folder / "run", kEndless));
        QTRY_VERIFY_WITH_TIMEOUT(desk.step() > 5, kPatience);
        desk.controller.stop();
        QCOMPARE(desk.controller.state(), State::Stopping);
        QTRY_COMPARE_WITH_TIMEOUT(desk.ends.size(), 1, kPatience);
        QCOMPARE(desk.ends.first(), RunPhase::Stopped);
        const int64_t stopped = desk.rows.back().step;
        QVERIFY(std::filesystem::exists(desk.folder / "run/checkpoints/last.safetensors"));

        desk.rows.clear();
        desk.controller.start(smallRequest(desk.folder / "run", kEndless, RunFolder::Mode::Resume));
        QTRY_VERIFY_WITH_TIMEOUT(desk.step() > stopped + 5, kPatience);
        QVERIFY(desk.rows.front().step <= stopped); // those before the resumption are delivered again
        desk.controller.stop();
        QTRY_COMPARE_WITH_TIMEOUT(desk.ends.size(), 2, kPatience);
    }

    void stop_whilePreparing_ends() {
        Desk desk;
        desk.controller.start(smallRequest(desk.folder / "run", kEndless));
        desk.controller.stop();
        QTRY_COMPARE_WITH_TIMEOUT(desk.ends.size(), 1, kPatience);
        QCOMPARE(desk.ends.first(), RunPhase::Stopped);
    }

    void pause_stepEpoch_continue() {
        Desk desk;
        desk.controller.start(smallRequest(desk.folder / "run", kEndless));
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller.state(), State::Running, kPatience);
        desk.controller.setPaused(true);
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller.state(), State::Paused, kPatience);
        const int64_t epoch = desk.controller.snapshot()->epoch;
        desk.controller.stepEpoch();
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller.snapshot()->epoch, epoch + 1, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller.state(), State::Paused, kPatience);
        QCOMPARE(desk.step(), (epoch + 1) * 4);
        desk.controller.setPaused(false);
        QTRY_VERIFY_WITH_TIMEOUT(desk.step() > (epoch + 3) * 4, kPatience);
        desk.controller.stop();
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller.state(), State::Idle, kPatience);
    }

    void learningRate_changesWhileRunning() {
        Desk desk;
        desk.controller.start(smallRequest(desk.folder / "run", kEndless));
        QTRY_VERIFY_WITH_TIMEOUT(desk.step() > 0, kPatience);
        desk.controller.setOptions({{"optimizer.learning_rate", 0.0078125}});
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller.snapshot()->learningRate, 0.0078125, kPatience);
        desk.controller.stop();
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller.state(), State::Idle, kPatience);
    }

    void destroyedWhileRunning_leavesACheckpoint() {
        const TemporaryFolder folder;
        ComputeThread compute;
        {
            TrainingController controller(compute);
            controller.start(smallRequest(folder / "run", kEndless));
            QTRY_VERIFY_WITH_TIMEOUT(controller.snapshot() && controller.snapshot()->step > 3, kPatience);
        }
        QVERIFY(std::filesystem::exists(folder / "run/checkpoints/last.safetensors"));
        // The lock is free again, and nothing of it arrives at another controller.
        TrainingController second(compute);
        second.start(smallRequest(folder / "run", {}, RunFolder::Mode::Replace));
        QTRY_COMPARE_WITH_TIMEOUT(second.state(), State::Idle, kPatience);
    }

    void computeThreadDestroyed_endsTheRun() {
        const TemporaryFolder folder;
        auto compute = std::make_unique<ComputeThread>();
        auto controller = std::make_unique<TrainingController>(*compute);
        controller->start(smallRequest(folder / "run", kEndless));
        QTRY_VERIFY_WITH_TIMEOUT(controller->snapshot() && controller->snapshot()->step > 3, kPatience);
        compute.reset();
        controller.reset();
        QVERIFY(std::filesystem::exists(folder / "run/checkpoints/last.safetensors"));
    }

    void missingData_failsWithTheReason_andCanStartAgain() {
        Desk desk;
        auto request = smallRequest(desk.folder / "run", {{"data.source", "folder:/nowhere/at/all"}});
        request.data.reset();
        desk.controller.start(std::move(request));
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller.state(), State::Failed, kPatience);
        QVERIFY2(desk.controller.errorText().contains("/nowhere/at/all"), qPrintable(desk.controller.errorText()));
        QCOMPARE(desk.failures.size(), 1);
        desk.controller.start(smallRequest(desk.folder / "other"));
        QTRY_COMPARE_WITH_TIMEOUT(desk.ends.size(), 1, kPatience);
    }

    void divergence_failsAndNamesTheStep() {
        Desk desk;
        desk.controller.start(smallRequest(desk.folder / "run", {{"optimizer.kind", "sgd"},
                                                                 {"optimizer.learning_rate", 10},
                                                                 {"model.output_activation", "identity"},
                                                                 {"training.epochs", 40}}));
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller.state(), State::Failed, kPatience);
        QVERIFY2(desk.controller.errorText().contains("at step"), qPrintable(desk.controller.errorText()));
    }

    // Of a run that ended nothing arrives after the next has begun.
    void secondRun_getsNothingOfTheFirst() {
        Desk desk;
        for (int i = 0; i < 5; ++i) {
            desk.rows.clear();
            desk.controller.start(smallRequest(desk.folder / ("run" + std::to_string(i)), {{"training.epochs", 3}}));
            QTRY_COMPARE_WITH_TIMEOUT(desk.ends.size(), i + 1, kPatience);
            int64_t last = 0;
            for (const HistoryRow& row : desk.rows) {
                QVERIFY(row.step > last);
                last = row.step;
            }
            QCOMPARE(last, 12);
        }
    }

    void jobs_withoutModel_areRefused_withOneTheyRun() {
        Desk desk;
        QVERIFY(!desk.controller.postModelJob([](const JobContext&, Executor&) {}));
        desk.controller.start(smallRequest(desk.folder / "run", kEndless));
        QTRY_VERIFY_WITH_TIMEOUT(desk.step() > 0, kPatience);
        std::atomic<int64_t> seen = -1;
        QVERIFY(desk.controller.postModelJob([&](const JobContext& context, Executor&) { seen = context.step; }));
        QTRY_VERIFY_WITH_TIMEOUT(seen >= 0, kPatience);
        desk.controller.stop();
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller.state(), State::Idle, kPatience);
        seen = -1;
        QVERIFY(desk.controller.postModelJob(
            [&](const JobContext& context, Executor&) { seen = context.model.codeElements(); }));
        QTRY_COMPARE_WITH_TIMEOUT(seen.load(), 4, kPatience);
    }

    void openModel_loadsARun_orSaysWhyNot() {
        Desk desk;
        desk.controller.start(smallRequest(desk.folder / "run"));
        QTRY_COMPARE_WITH_TIMEOUT(desk.ends.size(), 1, kPatience);
        TrainingController other(desk.compute);
        QSignalSpy changed(&other, &TrainingController::modelChanged), failed(&other, &TrainingController::modelFailed);
        other.openModel(desk.folder / "nothing");
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        QVERIFY(!other.hasModel());
        other.openModel(desk.folder / "run");
        QTRY_COMPARE_WITH_TIMEOUT(changed.count(), 1, kPatience);
        QVERIFY(other.hasModel());
    }

    void openModel_thenDestroyed_isHarmless() {
        const TemporaryFolder folder;
        ComputeThread compute;
        for (int i = 0; i < 20; ++i) {
            TrainingController controller(compute);
            controller.openModel(folder / "nothing");
        }
    }
};

QTEST_GUILESS_MAIN(TestTrainingController)
#include "tst_training_controller.moc"
