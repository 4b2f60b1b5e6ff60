// The coach beside a run: it speaks, is heeded or sent away, and keeps to what it was told.

#include "tests/bridge/Desk.h"
#include "ui/bridge/CoachService.h"

using namespace hourglass;
using namespace hourglass::test;
using State = TrainingController::State;

namespace {

using Changes = std::vector<std::pair<std::string, Json>>;

// Codes that are worth nothing at this β.
const Changes kCollapsing = {{"model.family", "variational"},
                             {"model.code_size", 4},
                             {"objective.beta", 200},
                             {"training.epochs", 6},
                             {"data.limit", 100}};
const Changes kDiverging = {{"optimizer.kind", "sgd"},
                            {"optimizer.learning_rate", 10},
                            {"model.output_activation", "identity"},
                            {"data.limit", 100}};

struct Desk {
    TemporaryFolder folder;
    hourglass::Settings settings{toText(folder / "settings.ini")};
    ComputeThread compute;
    Workbench bench{compute, settings, RunStore(folder / "runs")};
    CoachService coach{bench};

    explicit Desk(const Changes& options) { bench.document().reset(smallExperiment(options), {}); }
    void run() {
        bench.start();
        QVERIFY(bench.controller().isActive());
        QTRY_VERIFY_WITH_TIMEOUT(!bench.controller().isActive(), kPatience);
    }
    double beta() const {
        return const_cast<Desk*>(this)->bench.document().experiment().options().real("objective.beta");
    }
};

} // namespace

class TestCoachService : public QObject {
    Q_OBJECT

private slots:
    void advice_isTaken_inOneEdit_thatUndoTakesBack() {
        Desk desk(kCollapsing);
        QVERIFY(!desk.coach.advice());
        QSignalSpy changed(&desk.coach, &CoachService::changed);
        desk.run();
        QVERIFY2(desk.coach.text().endsWith(" of 4 latents have collapsed: lower β?"), qPrintable(desk.coach.text()));
        QCOMPARE(desk.coach.action(), QString("Lower β"));
        QCOMPARE(desk.coach.changes(), QStringList{"β: 200 → 50"});
        QVERIFY(changed.count() >= 1 && changed.count() < 6);
        desk.coach.apply();
        QCOMPARE(desk.beta(), 50.0);
        QVERIFY(!desk.coach.advice());
        QCOMPARE(desk.bench.document().undoLabel(), QString("Lower β"));
        desk.bench.document().undo();
        QCOMPARE(desk.beta(), 200.0);
        QVERIFY(!desk.bench.document().canUndo());
        QVERIFY(!desk.coach.advice()); // whoever takes it back has heard it
    }

    void adviceTaken_isNotRepeated_untilItCouldHelp() {
        Desk desk(kCollapsing);
        desk.run();
        desk.coach.apply();
        desk.bench.document().set("training.epochs", 10).value();
        desk.run(); // goes on, in the same run
        QCOMPARE(desk.bench.run()->epochs, 10);
        QVERIFY(!desk.coach.advice());
        desk.bench.document().set("training.epochs", 12).value();
        desk.run();
        QVERIFY(desk.coach.advice() && desk.coach.changes().front().startsWith("β: 50 → 1"));
    }

    void dismissed_isSilent_untilAnotherRun() {
        Desk desk(kCollapsing);
        desk.run();
        desk.coach.dismiss();
        QVERIFY(!desk.coach.advice());
        desk.bench.document().set("training.epochs", 8).value(); // the experiment changes, the run goes on
        desk.run();
        QVERIFY(!desk.coach.advice());
        desk.bench.document().set("model.code_size", 5).value();
        desk.run();
        QCOMPARE(desk.bench.runName(), QString("shapes-0002"));
        QVERIFY2(desk.coach.text().endsWith(" of 5 latents have collapsed: lower β?"), qPrintable(desk.coach.text()));
    }

    // β of a sparse autoencoder is another one; and who has lowered it already need not be told.
    void experimentThatIsAnother_isNotAdvised() {
        Desk desk(kCollapsing);
        desk.run();
        desk.bench.document().set("model.family", "sparse").value();
        QVERIFY(!desk.coach.advice());
        desk.bench.document().undo();
        QVERIFY(desk.coach.advice());
        desk.bench.document().set("objective.beta", 50.0).value();
        QVERIFY(!desk.coach.advice());
    }

    void divergence_halvesTheRate_andIsForgottenWithTheNextRun() {
        Desk desk(kDiverging);
        desk.run();
        QCOMPARE(desk.bench.controller().state(), State::Failed);
        QVERIFY2(desk.coach.text().contains("ran away in epoch 1"), qPrintable(desk.coach.text()));
        QCOMPARE(desk.coach.changes(), QStringList{"Learning rate: 10 → 5"});
        desk.coach.apply();
        desk.bench.document().set("optimizer.learning_rate", 1e-3).value();
        desk.bench.document().set("training.epochs", 9).value(); // longer than it would keep quiet
        desk.run();
        QCOMPARE(desk.bench.controller().state(), State::Idle);
        QVERIFY(!desk.coach.advice());
    }

    void otherFailures_areNoDivergence() {
        Desk desk(Changes{{"data.source", "folder:/nowhere"}});
        desk.bench.start();
        QTRY_COMPARE_WITH_TIMEOUT(desk.bench.controller().state(), State::Failed, kPatience);
        QVERIFY(!desk.coach.advice());
        Desk another(Changes{{"data.limit", 100}});
        another.run();
        writeText(another.bench.run()->folder / "checkpoints/last.safetensors", "damaged");
        another.bench.document().set("training.epochs", 9).value();
        another.run();
        QCOMPARE(another.bench.controller().state(), State::Failed);
        QVERIFY(another.bench.run().has_value() && !another.coach.advice());
    }

    // A run from another day has all that was measured, and what there is to say about it.
    void openedRun_hasItsMeasurements_andItsAdvice() {
        Desk desk(kCollapsing);
        desk.run();
        const RunMeasurements before = desk.bench.measurements();
        const std::vector<HistoryRow> rows(before.rows.begin(), before.rows.end());
        QVERIFY(before.code != nullptr && before.code->epoch == 6);
        Desk another(Changes{});
        QVERIFY(another.bench.openRun(desk.bench.run()->folder));
        const RunMeasurements after = another.bench.measurements();
        QVERIFY(after.code != nullptr);
        QVERIFY(*after.code == *before.code);
        QCOMPARE(after.rows.size(), rows.size());
        QVERIFY(std::ranges::equal(after.columns, before.columns));
        QCOMPARE(another.coach.text(), desk.coach.text());
        another.bench.reset();
        QVERIFY(another.bench.measurements().rows.empty() && !another.coach.advice());
    }

    // While it trains, what it has measured so far.
    void measurements_followTheRun() {
        Desk desk({{"training.epochs", 1000000}, {"data.limit", 100}});
        desk.bench.start();
        QTRY_VERIFY_WITH_TIMEOUT(desk.bench.measurements().code != nullptr && desk.bench.measurements().code->epoch > 2,
                                 kPatience);
        QCOMPARE(desk.bench.measurements().rows.size(), desk.bench.controller().rows().size());
        desk.bench.controller().stop();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.bench.controller().isActive(), kPatience);
        desk.bench.start(); // prepares: what was measured before is still there
        QVERIFY(desk.bench.measurements().code != nullptr && !desk.bench.measurements().rows.empty());
        desk.bench.controller().stop();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.bench.controller().isActive(), kPatience);
        QVERIFY(desk.bench.measurements().code->step <= desk.bench.measurements().rows.back().step);
    }
};

QTEST_GUILESS_MAIN(TestCoachService)
#include "tst_coach_service.moc"
