// Data scored for anomalies in the background, what follows from a threshold over the scores, and what cannot be.

#include "core/base/AtomicFile.h"
#include "core/data/MemoryDataset.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/formats/Npy.h"
#include "core/inference/DataForModel.h"
#include "core/io/ExportModel.h"
#include "tests/bridge/Desk.h"
#include "tests/support/SmallModels.h"
#include "ui/bridge/AnomalyService.h"
#include "ui/bridge/AnomalyTriage.h"
#include "ui/bridge/PoolJob.h"
#include "ui/bridge/Settings.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

Experiment discs(const std::vector<std::pair<std::string, Json>>& more = {}) {
    std::vector<std::pair<std::string, Json>> settings = {
        {"data.source", "builtin:shapes"}, {"data.classes", "disc"}, {"data.limit", 400}, {"training.epochs", 3}};
    settings.insert(settings.end(), more.begin(), more.end());
    return smallExperiment(settings);
}

// The service at its controller, and what is heard.
struct Bench {
    TemporaryFolder folder;
    ComputeThread compute;
    TrainingController controller{compute};
    AnomalyService service{controller};
    std::vector<std::shared_ptr<const AnomalyCheck>> checks;
    std::vector<std::shared_ptr<const AnomalyInspection>> inspections;
    QStringList failures;

    Bench() {
        QObject::connect(&service, &AnomalyService::finished, &service,
                         [this](auto triage) { checks.push_back(triage->sharedCheck()); });
        QObject::connect(&service, &AnomalyService::failed, &service, [this](auto text) { failures << text; });
        QObject::connect(&service, &AnomalyService::inspected, &service,
                         [this](auto inspection) { inspections.push_back(inspection); });
    }
    // What came of it.
    std::shared_ptr<const AnomalyCheck> check(const AnomalyRequest& request) {
        const size_t before = checks.size();
        if (!service.start(request) ||
            !QTest::qWaitFor([&] { return checks.size() > before || !failures.isEmpty(); }, kPatience))
            return nullptr;
        return checks.size() > before ? checks.back() : nullptr;
    }
    QString failureOf(const AnomalyRequest& request) {
        failures.clear();
        return check(request) == nullptr && !failures.isEmpty() ? failures.front() : QString();
    }
};

std::filesystem::path exported(const LoadedModel& model, const std::filesystem::path& path) {
    const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
    exportModel(model, "safetensors", path, {}, *executor).value();
    return path;
}

// Scores that were never computed: `scores[i]` of class `labels[i]`.
std::shared_ptr<const AnomalyCheck> made(std::vector<float> scores, std::vector<int> labels,
                                         std::vector<float> training) {
    MemoryDataset::Content content;
    content.rows = static_cast<int64_t>(scores.size());
    content.sampleShape = Shape{1};
    content.floats = RawBuffer<float>::allocate(scores.size()).value();
    content.labels = std::move(labels);
    content.classNames = {"good", "bad"};
    auto check = std::make_shared<AnomalyCheck>();
    check->data = std::make_shared<MemoryDataset>(std::move(content));
    check->guess = normalClassesOf(*check->data, {}, nullptr, "").value();
    check->scores = std::move(scores);
    check->trainingScores = std::move(training);
    return check;
}

} // namespace

class TestAnomalyService : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        const Experiment experiment = discs();
        train(experiment, openDataset(experiment.options(), {}).value(), m_run).value();
    }

    void aRun_scoresASource_asTheScorerDoes_andKnowsWhatIsNormal() {
        Bench bench;
        const auto check = bench.check({.data = {.source = "builtin:shapes"}, .model = m_run});
        QVERIFY2(check != nullptr, qPrintable(bench.failures.join('\n')));
        QVERIFY(!bench.service.isBusy());
        QCOMPARE(check->data->size(), 4096);
        const LoadedModel loaded = loadModel(m_run).value();
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        AnomalyScorer scorer(*executor, loaded.model, loaded.weights);
        const auto data = openDataFor(*loaded.model, "builtin:shapes").value().dataset;
        QVERIFY(check->scores == **scorer.run(data, AnomalyScore::ReconstructionError));
        QCOMPARE(check->trainingScores.size(), size_t{320}); // 400 without the validation part
        QCOMPARE(check->guess.reason, std::string("Normal is 'disc', which the model was trained on."));

        const AnomalyTriage triage(check, 0.99);
        QVERIFY(triage.roc());
        QVERIFY2(triage.roc()->area > 0.6, qPrintable(QString::number(triage.roc()->area)));
        // Three or four of the 320 training samples lie above.
        const auto above = std::ranges::count_if(
            check->trainingScores, [&](float score) { return static_cast<double>(score) > triage.threshold(); });
        QVERIFY(above >= 2 && above <= 4);
        QCOMPARE(triage.counts(), confusionAt(triage.threshold(), check->scores, triage.isAnomaly()));
    }

    void inspection_isWhatTheScoreIsTheMeanOf_alsoOnceTheModelAtHandIsAnother() {
        Bench bench;
        const auto check = bench.check({.data = {.source = "builtin:shapes"}, .model = m_run});
        QVERIFY(check != nullptr);
        for (const int64_t row : {5, 6, 7}) // the last wins; at most one is under way
            bench.service.inspect(check, row);
        QTRY_VERIFY_WITH_TIMEOUT(!bench.inspections.empty() && bench.inspections.back()->row == 7, kPatience);
        const AnomalyInspection& seen = *bench.inspections.back();
        QCOMPARE(seen.errors.shape(), (Shape{32, 32}));
        double mean = 0;
        for (const float error : seen.errors.values())
            mean += static_cast<double>(error) / 1024;
        QVERIFY(std::abs(mean - static_cast<double>(check->scores[7])) < 1e-6);
    }

    void partsOfTheRun_areChecked_andMissingOnesNamed() {
        Bench bench;
        const auto validation = bench.check({.data = {.part = RunPart::Validation}, .model = m_run});
        QVERIFY(validation != nullptr);
        QCOMPARE(validation->data->size(), 80);
        QVERIFY(validation->guess.classes.empty());
        QVERIFY2(validation->guess.reason.find("nothing to tell apart") != std::string::npos,
                 validation->guess.reason.c_str());
        const AnomalyTriage triage(validation, 0.9);
        QVERIFY(!triage.roc() && !triage.isLabelled());
        QVERIFY(triage.whyNoRoc().contains("'disc'"));
        const QString failure = bench.failureOf({.data = {.part = RunPart::Test}, .model = m_run});
        QVERIFY2(failure.contains("data.test_fraction"), qPrintable(failure));
    }

    void aModelWithoutARun_takesTheThresholdFromTheData_andSaysSo() {
        Bench bench;
        const auto file =
            exported(smallModel("undercomplete", "dense", {}, {1, 32, 32}), bench.folder / "m.safetensors");
        const auto check = bench.check({.data = {.source = "builtin:shapes"}, .model = file});
        QVERIFY2(check != nullptr, qPrintable(bench.failures.join('\n')));
        QVERIFY(check->trainingScores.empty());
        QVERIFY2(check->whyNoNormal.contains("lies in no run folder"), qPrintable(check->whyNoNormal));
        AnomalyTriage triage(check, 0.9);
        QCOMPARE(triage.above(), 409); // a tenth of 4,096
        triage.setNormal({0});
        QVERIFY(triage.roc());
        const ConfusionCounts& counts = triage.counts(); // now a tenth of the normal ones
        QVERIFY(std::abs(counts.falsePositiveRate() - 0.1) < 0.002);
        const QString failure = bench.failureOf({.data = {.part = RunPart::Validation}, .model = file});
        QVERIFY2(failure.contains("lies in no run folder"), qPrintable(failure));
    }

    void theLiveModel_isCheckedBetweenSteps_andTrainingGoesOn() {
        Bench bench;
        Experiment endless = discs(kEndless);
        bench.controller.start({.experiment = endless,
                                .baseFolder = {},
                                .runFolder = bench.folder / "live",
                                .mode = RunFolder::Mode::Create,
                                .data = openDataset(endless.options(), {}).value()});
        QTRY_VERIFY_WITH_TIMEOUT(bench.controller.snapshot() && bench.controller.snapshot()->step > 3, kPatience);
        const auto check = bench.check({.data = {.source = "builtin:shapes"}});
        QVERIFY2(check != nullptr, qPrintable(bench.failures.join('\n')));
        QVERIFY(check->step > 0);
        QCOMPARE(check->trainingScores.size(), size_t{320});
        const int64_t then = bench.controller.snapshot()->step;
        QTRY_VERIFY_WITH_TIMEOUT(bench.controller.snapshot()->step > then, kPatience);
        // Its own weights, whatever training has made of them by now.
        bench.service.inspect(check, 3);
        QTRY_VERIFY_WITH_TIMEOUT(!bench.inspections.empty(), kPatience);
        double mean = 0;
        for (const float error : bench.inspections.back()->errors.values())
            mean += static_cast<double>(error) / 1024;
        QVERIFY(std::abs(mean - static_cast<double>(check->scores[3])) < 1e-6);
        bench.controller.stop();
        QTRY_VERIFY_WITH_TIMEOUT(!bench.controller.isActive(), kPatience);
    }

    // What is on the pool is in nobody's way: it is read once, or two threads would write into one check.
    void aRun_startedWhileTheModelIsRead_doesNotHaveItReadTwice() {
        Bench bench;
        const auto file =
            exported(smallModel("undercomplete", "dense", {}, {1, 32, 32}), bench.folder / "m.safetensors");
        const int threads = workPool().maxThreadCount();
        const auto more = qScopeGuard([threads] { workPool().setMaxThreadCount(threads); });
        workPool().setMaxThreadCount(1);
        QSemaphore mayRead;
        startInPool(workPool(), [&mayRead] { mayRead.acquire(); });
        QVERIFY(bench.service.start({.data = {.source = "builtin:shapes"}, .model = file}));
        startInPool(workPool(), [file] { std::filesystem::remove(file); }); // once it has been read
        bench.controller.start(smallRequest(bench.folder / "run", kEndless));
        QCOMPARE(bench.controller.state(), TrainingController::State::Preparing);
        mayRead.release();
        QTRY_VERIFY_WITH_TIMEOUT(!bench.checks.empty() || !bench.failures.isEmpty(), kPatience);
        QVERIFY2(bench.failures.isEmpty(), qPrintable(bench.failures.join('\n')));
        bench.controller.stop();
        QTRY_VERIFY_WITH_TIMEOUT(!bench.controller.isActive(), kPatience);
    }

    void cancelledAndOvertaken_areNotHeardOf_noModelIsSaid() {
        Bench bench;
        QVERIFY(!bench.service.start({.data = {.source = "builtin:shapes"}}));
        QVERIFY(!bench.service.isBusy());
        bench.service.start({.data = {.source = "builtin:shapes"}, .model = m_run});
        bench.service.start({.data = {.part = RunPart::Validation}, .model = m_run});
        QTRY_VERIFY_WITH_TIMEOUT(!bench.service.isBusy(), kPatience);
        QCOMPARE(bench.checks.size(), size_t{1});
        QCOMPARE(bench.checks.front()->data->size(), 80);
        bench.service.start({.data = {.source = "builtin:shapes"}, .model = m_run});
        bench.service.cancel();
        QVERIFY(!bench.service.isBusy());
        QVERIFY(bench.check({.data = {.part = RunPart::Validation}, .model = m_run}) != nullptr);
        QCOMPARE(bench.checks.size(), size_t{2}); // what was cancelled came to nothing
        // Gone in the middle.
        auto gone = std::make_unique<AnomalyService>(bench.controller);
        gone->start({.data = {.source = "builtin:shapes"}, .model = m_run});
        gone.reset();
        QVERIFY(bench.check({.data = {.part = RunPart::Validation}, .model = m_run}) != nullptr);
    }

    void whatCannotBeScored_isExplained() {
        Bench bench;
        std::filesystem::create_directories(bench.folder / "empty");
        const QString empty =
            bench.failureOf({.data = {.source = "folder:" + (bench.folder / "empty").string()}, .model = m_run});
        QVERIFY2(empty.contains("empty"), qPrintable(empty));
        QVERIFY(writeNpy(bench.folder / "rows.npy", Tensor({5, 7})).ok());
        const QString size =
            bench.failureOf({.data = {.source = (bench.folder / "rows.npy").string()}, .model = m_run});
        QVERIFY2(size.contains('7') && size.contains("32"), qPrintable(size));
        const QString gone = bench.failureOf({.data = {.source = "folder:/no/such/folder"}, .model = m_run});
        QVERIFY2(gone.contains("/no/such/folder"), qPrintable(gone));
        writeText(bench.folder / "junk.safetensors", "x");
        const QString junk =
            bench.failureOf({.data = {.source = "builtin:shapes"}, .model = bench.folder / "junk.safetensors"});
        QVERIFY2(junk.contains("junk.safetensors"), qPrintable(junk));
        Tensor huge({5, 1, 32, 32});
        std::ranges::fill(huge.values(), 1e30f);
        QVERIFY(writeNpy(bench.folder / "huge.npy", huge).ok());
        const QString infinite =
            bench.failureOf({.data = {.source = (bench.folder / "huge.npy").string()}, .model = m_run});
        QVERIFY2(infinite.contains("no finite numbers"), qPrintable(infinite));
    }

    void elbo_isOfVariationalModels_othersFallBack_andPixelsGetALevel() {
        Bench bench;
        const auto plain =
            bench.check({.data = {.part = RunPart::Validation}, .model = m_run, .score = AnomalyScore::NegativeElbo});
        QVERIFY(plain != nullptr && !plain->hasElbo());
        QVERIFY(plain->request.score == AnomalyScore::ReconstructionError);
        const LoadedModel model = smallModel("variational", "dense", {}, {1, 32, 32});
        const auto check = bench.check({.data = {.source = "builtin:shapes"},
                                        .model = exported(model, bench.folder / "vae.safetensors"),
                                        .score = AnomalyScore::NegativeElbo});
        QVERIFY2(check != nullptr, qPrintable(bench.failures.join('\n')));
        QVERIFY(check->hasElbo() && check->request.score == AnomalyScore::NegativeElbo);
        QCOMPARE(check->errors.size(), check->scores.size());
        // The error of the same rank: half of the samples err more.
        const AnomalyTriage triage(check, 0.5);
        const auto more = std::ranges::count_if(
            check->errors, [&](float error) { return static_cast<double>(error) > triage.errorLevel(); });
        QVERIFY(std::abs(more - 2048) <= 2);
        QVERIFY(std::abs(triage.errorLevel() - triage.threshold()) > 1);
    }

    // Tens of thousands of scores take long to sort: that is done elsewhere, and the window answers meanwhile.
    void scores_areSortedOnThePool() {
        Bench bench;
        std::shared_ptr<AnomalyTriage> triage;
        connect(&bench.service, &AnomalyService::finished, &bench.service, [&](auto made) { triage = made; });
        const int threads = workPool().maxThreadCount();
        const auto more = qScopeGuard([threads] { workPool().setMaxThreadCount(threads); });
        workPool().setMaxThreadCount(1);
        QSemaphore isHeld, mayGoOn;
        const auto hold = [&] { // behind the opening of the data
            startInPool(workPool(), [&] {
                isHeld.release();
                mayGoOn.acquire();
            });
        };
        connect(&bench.service, &AnomalyService::modelKnown, &bench.service,
                [&] { QTimer::singleShot(0, &bench.service, hold); });
        QVERIFY(bench.service.start({.data = {.source = "builtin:shapes"}, .model = m_run}));
        QTRY_VERIFY_WITH_TIMEOUT(isHeld.available() == 1, kPatience);
        ReplyChannel replies(&bench.service);
        bool isHeard = false;
        QTimer::singleShot(0, &bench.service, [&] { // the scoring has been asked for before
            bench.controller.postJob(
                [reply = replies.sender(), &isHeard](Executor&) { reply([&isHeard] { isHeard = true; }); });
        });
        QTRY_VERIFY_WITH_TIMEOUT(isHeard, kPatience);
        QVERIFY(triage == nullptr && bench.service.isBusy());
        mayGoOn.release();
        QTRY_VERIFY_WITH_TIMEOUT(triage != nullptr, kPatience);
        QCOMPARE(triage->counts(), confusionAt(triage->threshold(), triage->check().scores, triage->isAnomaly()));
    }

    void triage_ordersAndCounts_asByHand() {
        AnomalyTriage triage(made({1, 5, 3, 9, 4}, {0, 0, 1, 1, 1}, {1, 2, 3, 4}), 0.5);
        QCOMPARE(triage.threshold(), 2.0); // two of four training scores are above
        QCOMPARE(triage.counts(), (ConfusionCounts{3, 1, 1, 0}));
        QCOMPARE(triage.above(), 4);
        QCOMPARE(triage.ordered(AnomalyTriage::Order::HighestFirst), (std::vector<int64_t>{3, 1, 4, 2, 0}));
        triage.setThreshold(4); // at the threshold is not above it
        QCOMPARE(triage.above(), 2);
        triage.setThreshold(4.4);
        QCOMPARE(triage.counts(), (ConfusionCounts{1, 1, 1, 2}));
        QCOMPARE(triage.quantile(), 1.0);
        QCOMPARE(triage.ordered(AnomalyTriage::Order::NearestFirst), (std::vector<int64_t>{4, 1, 2, 0, 3}));
        triage.setNormal({1});
        QCOMPARE(triage.threshold(), 4.4); // it is of training data
        QCOMPARE(triage.counts(), (ConfusionCounts{1, 1, 2, 1}));
        triage.setNormal({});
        QVERIFY(!triage.roc() && !triage.isLabelled());
        triage.setNormal({0, 1});
        QVERIFY(triage.isLabelled() && !triage.roc());
        QVERIFY2(triage.whyNoRoc().contains("all samples are labelled normal"), qPrintable(triage.whyNoRoc()));
    }

    void scores_areSaved_orWhyNotIsSaid() {
        Bench bench;
        const auto check = made({1, 5, 3}, {0, 1, -1}, {2});
        QSignalSpy saved(&bench.service, &AnomalyService::saved), failed(&bench.service, &AnomalyService::saveFailed);
        bench.service.saveScores(check, 3.5, bench.folder / "scores.csv");
        QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, kPatience);
        QCOMPARE(readFile(bench.folder / "scores.csv").value(),
                 std::string("name,score,class,anomaly\n#0,1,good,0\n#1,5,bad,1\n#2,3,,0\n"));
        bench.service.saveScores(check, 3.5, bench.folder / "no/such/scores.csv");
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        QVERIFY(failed[0][0].toString().contains("no/such/scores.csv"));
    }

private:
    TemporaryFolder m_folder;
    const std::filesystem::path m_run = m_folder / "run"; // that knows discs alone
};

QTEST_GUILESS_MAIN(TestAnomalyService)
#include "tst_anomaly_service.moc"
