// Pre-flight, reconstruction and export in the background, and the rules of Run.

#include "core/base/Random.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/inference/DenoiseImage.h"
#include "tests/bridge/Desk.h"
#include "tests/support/SmallModels.h"
#include "ui/bridge/Workbench.h"

using namespace hourglass;
using namespace hourglass::test;
using State = TrainingController::State;

class TestServices : public QObject {
    Q_OBJECT

    // A workbench on 100 small shapes.
    struct Desk {
        TemporaryFolder folder;
        hourglass::Settings settings{toText(folder / "settings.ini")};
        ComputeThread compute;
        std::unique_ptr<Workbench> bench;

        Desk() { open(); }
        void open() {
            bench.reset();
            bench = std::make_unique<Workbench>(compute, settings, RunStore(folder / "runs"));
        }
        void useSmall(const std::vector<std::pair<std::string, Json>>& more = {}) {
            Experiment experiment = smallExperiment({{"data.limit", 100}, {"model.family", "denoising"}});
            for (const auto& [key, value] : more)
                experiment.set(key, value).value();
            bench->document().reset(experiment, {});
        }
        TrainingController& controller() { return bench->controller(); }
        int64_t step() { return controller().snapshot() ? controller().snapshot()->step : 0; }
        bool trains(int64_t beyond = 3) { return controller().isActive() && step() > beyond; }
    };

private slots:
    void preflight_opensAndMeasures() {
        Desk desk;
        QSignalSpy opened(&desk.bench->preflight(), &PreflightService::dataOpened);
        std::vector<Preflight> estimates;
        QObject::connect(&desk.bench->preflight(), &PreflightService::estimated, &desk.bench->preflight(),
                         [&](const Preflight& estimate) { estimates.push_back(estimate); });
        desk.useSmall();
        QTRY_VERIFY_WITH_TIMEOUT(estimates.size() >= 2 && estimates.back().secondsPerEpoch > 0, kPatience);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(estimates.front().trainingSamples, 80);
        QCOMPARE(estimates.front().secondsPerEpoch, 0.0);
        QVERIFY(desk.bench->document().model() != nullptr);
        // Another network on the same data opens nothing again; another limit does.
        estimates.clear();
        desk.bench->document().set("model.code_size", 7).value();
        QTRY_VERIFY_WITH_TIMEOUT(!estimates.empty(), kPatience);
        QCOMPARE(opened.count(), 1);
        desk.bench->document().set("data.limit", 50).value();
        QTRY_COMPARE_WITH_TIMEOUT(opened.count(), 2, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!desk.bench->preflight().isBusy(), kPatience);
        QCOMPARE(estimates.back().trainingSamples, 40);
    }

    void preflight_missingData_saysWhy() {
        Desk desk;
        QSignalSpy failed(&desk.bench->preflight(), &PreflightService::dataFailed);
        desk.useSmall({{"data.source", "folder:/nowhere"}});
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        QVERIFY(failed[0][0].toString().contains("/nowhere"));
        QVERIFY(desk.bench->document().model() == nullptr);
    }

    // Many edits within a moment, a destruction in the middle of it: one estimate of the last, and no crash.
    void preflight_latestWins() {
        Desk desk;
        desk.useSmall();
        QTRY_VERIFY_WITH_TIMEOUT(desk.bench->document().model() != nullptr, kPatience);
        std::vector<int64_t> parameters;
        QObject::connect(&desk.bench->preflight(), &PreflightService::estimated, &desk.bench->preflight(),
                         [&](const Preflight& estimate) { parameters.push_back(estimate.parameters); });
        for (int size = 1; size < 40; ++size)
            desk.bench->document().set("model.code_size", size).value();
        // The estimate of what was opened first may still be on its way; the last one is that of the last edit.
        const int64_t last = desk.bench->document().model()->layout->parameterCount();
        QTRY_VERIFY_WITH_TIMEOUT(!parameters.empty() && parameters.back() == last, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!desk.bench->preflight().isBusy(), kPatience);
        QCOMPARE(parameters.back(), last);
        QVERIFY(parameters.size() <= 4);
        QSignalSpy busy(&desk.bench->preflight(), &PreflightService::busyChanged);
        desk.bench->document().set("data.limit", 60).value();
        QVERIFY(busy.wait(kPatience));
        desk.bench.reset();
    }

    void reconstruction_withoutModel_isNone() {
        Desk desk;
        QCOMPARE(desk.bench->reconstruction().request({.picture = std::make_shared<const Tensor>(Shape{1, 8, 8})}), 0);
    }

    void reconstruction_latestWins_whileTraining() {
        Desk desk;
        desk.useSmall(kEndless);
        QTRY_VERIFY_WITH_TIMEOUT(desk.bench->document().model() != nullptr, kPatience);
        desk.bench->start();
        QTRY_VERIFY_WITH_TIMEOUT(desk.trains(), kPatience);
        std::vector<std::shared_ptr<const Reconstruction>> results;
        QObject::connect(&desk.bench->reconstruction(), &ReconstructionService::finished, &desk.controller(),
                         [&](const std::shared_ptr<const Reconstruction>& result) { results.push_back(result); });
        const auto data = desk.bench->preflight().data().dataset;
        int last = 0;
        for (int i = 0; i < 200; ++i)
            last = desk.bench->reconstruction().request({.dataset = data, .row = i % 100});
        QTRY_VERIFY_WITH_TIMEOUT(!results.empty() && results.back()->generation == last, kPatience);
        QVERIFY2(results.size() < 20, qPrintable(QString::number(results.size())));
        for (size_t i = 1; i < results.size(); ++i)
            QVERIFY(results[i]->generation > results[i - 1]->generation);
        const Reconstruction& r = *results.back();
        Tensor expected({1, 32, 32});
        const int64_t row = 199 % 100;
        data->read(std::span(&row, 1), expected.values());
        QVERIFY(std::ranges::equal(r.original.values(), expected.values()));
        QVERIFY(r.noisy.has_value());
        QVERIFY(r.noisyPsnr > 5 && r.noisyPsnr < 30);
        QVERIFY(r.step > 0);
        // A run that ends with a job on its way: the loaded model answers.
        last = desk.bench->reconstruction().request({.dataset = data, .row = 1});
        desk.controller().stop();
        last = desk.bench->reconstruction().request({.dataset = data, .row = 2});
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller().state(), State::Idle, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(results.back()->generation, last, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!desk.bench->reconstruction().isBusy(), kPatience);
    }

    void reconstruction_ofAPictureOfAnotherSize_isFitted() {
        Desk desk;
        desk.useSmall();
        desk.bench->start();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.controller().isActive() && desk.controller().hasModel(), kPatience);
        std::shared_ptr<const Reconstruction> result;
        QObject::connect(&desk.bench->reconstruction(), &ReconstructionService::finished, &desk.controller(),
                         [&](const std::shared_ptr<const Reconstruction>& r) { result = r; });
        desk.bench->reconstruction().request({.picture = std::make_shared<const Tensor>(Shape{3, 90, 50})});
        QTRY_VERIFY_WITH_TIMEOUT(result != nullptr, kPatience);
        QVERIFY(result->wasFitted);
        QCOMPARE(result->original.shape(), (Shape{1, 32, 32}));
        result = nullptr;
        desk.bench->reconstruction().request({.picture = std::make_shared<const Tensor>(Shape{1, 32, 32})});
        QTRY_VERIFY_WITH_TIMEOUT(result != nullptr, kPatience);
        QVERIFY(!result->wasFitted);
    }

    // As the Denoise page does it, in tiles and with its precision, with the noise that the model is measured with;
    // channels one by one.
    void reconstruction_ofAPicture_byAModelOfAnySize_isWhole_data() {
        QTest::addColumn<QString>("precision");
        QTest::newRow("f32") << "f32";
        QTest::newRow("what suits the machine") << "auto";
    }
    void reconstruction_ofAPicture_byAModelOfAnySize_isWhole() {
        QFETCH(QString, precision);
        Desk desk;
        const LoadedModel unet =
            smallModel("denoising", "unet",
                       {{"model.layers", {16}}, {"model.blocks", 1}, {"training.precision", precision.toStdString()}},
                       {1, 16, 16});
        desk.controller().setModel({unet.model, unet.weights});
        auto picture = std::make_shared<Tensor>(Shape{3, 90, 50});
        RandomStream(3).fillUniform(picture->values());
        std::vector<std::shared_ptr<const Reconstruction>> results;
        QObject::connect(&desk.bench->reconstruction(), &ReconstructionService::finished, &desk.controller(),
                         [&](const std::shared_ptr<const Reconstruction>& r) { results.push_back(r); });
        desk.bench->reconstruction().request({.picture = picture});
        QTRY_COMPARE_WITH_TIMEOUT(results.size(), size_t{1}, kPatience);
        const Reconstruction& result = *results.front();
        QVERIFY(!result.wasFitted && result.noisy.has_value());
        QVERIFY(result.tiledFor == unet.model->sampleShape);
        QVERIFY(std::ranges::equal(result.original.values(), picture->values()));
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        ModelRunner runner(*executor, unet.model, unet.weights, applyingPrecision(unet.model->options));
        const Tensor expected = **denoiseImage(runner, *result.noisy);
        QCOMPARE(result.reconstruction.shape(), picture->shape());
        QVERIFY(std::ranges::equal(result.reconstruction.values(), expected.values()));
        QVERIFY(result.psnr > 0 && result.noisyPsnr > result.psnr - 100);
    }

    // Another picture, or none, stops one that takes long: of that nothing is heard.
    void reconstruction_ofALargePicture_tellsHowFarItIs_andIsStopped() {
        Desk desk;
        const LoadedModel unet =
            smallModel("denoising", "unet", {{"model.layers", {16}}, {"model.blocks", 1}}, {1, 16, 16});
        desk.controller().setModel({unet.model, unet.weights});
        ReconstructionService& service = desk.bench->reconstruction();
        std::vector<std::shared_ptr<const Reconstruction>> results;
        QObject::connect(&service, &ReconstructionService::finished, &service,
                         [&](const std::shared_ptr<const Reconstruction>& r) { results.push_back(r); });
        QSignalSpy progressed(&service, &ReconstructionService::progressed);
        const auto large = std::make_shared<const Tensor>(Shape{3, 3000, 3000});
        service.request({.picture = large});
        QTRY_VERIFY_WITH_TIMEOUT(!progressed.isEmpty(), kPatience);
        const double fraction = progressed[0][0].value<PictureProgress>().fraction;
        QVERIFY(fraction > 0 && fraction < 1);
        QVERIFY(progressed[0][0].value<PictureProgress>().megapixelsPerSecond > 0);
        service.request({.picture = std::make_shared<const Tensor>(Shape{1, 20, 30})});
        QTRY_COMPARE_WITH_TIMEOUT(results.size(), size_t{1}, kPatience);
        QCOMPARE(results[0]->original.shape(), (Shape{1, 20, 30}));
        progressed.clear();
        service.request({.picture = large});
        QTRY_VERIFY_WITH_TIMEOUT(!progressed.isEmpty(), kPatience);
        service.cancel();
        QTRY_VERIFY_WITH_TIMEOUT(!service.isBusy(), kPatience);
        QCOMPARE(results.size(), size_t{1});
    }

    void export_whileTraining_writesAReceipt() {
        Desk desk;
        QVERIFY(!desk.bench->exporter().start({.format = "onnx", .path = desk.folder / "a.onnx"}));
        desk.useSmall(kEndless);
        desk.bench->start();
        QTRY_VERIFY_WITH_TIMEOUT(desk.trains(), kPatience);
        std::optional<ExportReceipt> receipt;
        QObject::connect(&desk.bench->exporter(), &ExportService::finished, &desk.controller(),
                         [&](const ExportReceipt& r) { receipt = r; });
        QVERIFY(desk.bench->exporter().start({.format = "onnx", .path = desk.folder / "a.onnx"}));
        QVERIFY(!desk.bench->exporter().start({.format = "onnx", .path = desk.folder / "b.onnx"}));
        QTRY_VERIFY_WITH_TIMEOUT(receipt.has_value(), kPatience);
        QVERIFY(receipt->largestDifference <= kReceiptTolerance);
        QVERIFY(std::filesystem::exists(desk.folder / "a.onnx"));
        QSignalSpy failed(&desk.bench->exporter(), &ExportService::failed);
        QVERIFY(desk.bench->exporter().start({.format = "onnx", .path = desk.folder / "no/such/folder/a.onnx"}));
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
    }

    void run_startsNew_continues_orSaysWhy() {
        Desk desk;
        desk.useSmall({{"training.epochs", 2}});
        QCOMPARE(desk.bench->nextRun(), Workbench::NextRun::Start);
        desk.bench->start();
        QCOMPARE(desk.bench->runName(), QString("shapes-0001"));
        QTRY_VERIFY_WITH_TIMEOUT(desk.controller().state() == State::Idle && desk.bench->run()->isFinished, kPatience);
        QVERIFY(desk.bench->whyNewRun().contains("finished"));
        desk.bench->document().set("training.epochs", 4).value();
        QCOMPARE(desk.bench->nextRun(), Workbench::NextRun::Continue);
        desk.bench->start();
        QTRY_VERIFY_WITH_TIMEOUT(desk.controller().state() == State::Idle && desk.bench->run()->epochs == 4, kPatience);
        QCOMPARE(desk.bench->runName(), QString("shapes-0001"));
        desk.bench->document().set("model.code_size", 9).value();
        QVERIFY2(desk.bench->whyNewRun().contains("Code size"), qPrintable(desk.bench->whyNewRun()));
        desk.bench->start();
        QCOMPARE(desk.bench->runName(), QString("shapes-0002"));
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller().state(), State::Idle, kPatience);
        desk.bench->reset();
        QVERIFY(!desk.bench->run() && !desk.controller().hasModel());
        QCOMPARE(desk.bench->store().list().size(), size_t{2});
    }

    void impossibleExperiment_doesNotRun() {
        Desk desk;
        desk.useSmall({{"data.validation_fraction", 0.6}, {"data.test_fraction", 0.6}});
        QVERIFY(!desk.bench->whyNoRun().isEmpty());
        desk.bench->start();
        QVERIFY(!desk.controller().isActive());
    }

    void failedStart_leavesNoRunBehind() {
        Desk desk;
        desk.useSmall({{"data.source", "folder:/nowhere"}});
        desk.bench->start();
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller().state(), State::Failed, kPatience);
        QVERIFY(!desk.bench->run());
        QVERIFY(std::filesystem::is_empty(desk.folder / "runs"));
    }

    void divergedRun_resumesAtHalfTheRate() {
        Desk desk;
        desk.useSmall({{"optimizer.kind", "sgd"},
                       {"optimizer.learning_rate", 10},
                       {"objective.reduction", "element_sum"},
                       {"model.output_activation", "identity"},
                       {"training.epochs", 40}});
        desk.bench->start();
        QTRY_COMPARE_WITH_TIMEOUT(desk.controller().state(), State::Failed, kPatience);
        desk.bench->resumeAtHalfRate();
        QVERIFY(desk.controller().isActive());
        QCOMPARE(desk.bench->document().experiment().options().real("optimizer.learning_rate"), 5.0);
        QTRY_VERIFY_WITH_TIMEOUT(!desk.controller().isActive(), kPatience);
        QVERIFY(desk.bench->document().canUndo());
    }

    void session_takesUpTheInterruptedRun() {
        Desk desk;
        desk.bench->begin();
        QVERIFY(desk.bench->document().experiment().options().text("data.source") == "builtin:shapes");
        desk.useSmall(kEndless);
        desk.bench->start();
        QTRY_VERIFY_WITH_TIMEOUT(desk.trains(10), kPatience);
        const QString name = desk.bench->runName();
        desk.bench->saveSession();
        desk.open(); // destroyed while training: saved
        QSignalSpy interrupted(desk.bench.get(), &Workbench::interruptedRunFound);
        desk.bench->begin();
        QCOMPARE(interrupted.count(), 1);
        QCOMPARE(desk.bench->runName(), name);
        QCOMPARE(desk.bench->nextRun(), Workbench::NextRun::Continue);
        const int64_t before = desk.bench->run()->history.rows().back().step;
        desk.bench->start();
        QTRY_VERIFY_WITH_TIMEOUT(desk.trains(before + 3), kPatience);
        QCOMPARE(desk.bench->runName(), name);
    }

    void droppedFolder_getsSuitableSettings_onlyWhileUntouched() {
        Desk desk;
        desk.bench->begin();
        desk.bench->useData("folder:/somewhere");
        QVERIFY(desk.bench->document().experiment().options().integers("model.layers") == std::vector<int64_t>{512});
        QVERIFY(desk.bench->document().experiment().options().range("noise.sigma").first == 50);
        desk.bench->document().undo();
        QVERIFY(desk.bench->document().experiment().options().text("data.source") == "builtin:shapes");
        desk.bench->document().set("model.code_size", 9).value();
        desk.bench->useData("folder:/somewhere");
        QCOMPARE(desk.bench->document().experiment().options().integer("model.code_size"), 9);
        QVERIFY(desk.bench->document().experiment().options().text("data.source") == "folder:/somewhere");
    }

    void openRun_showsItsExperimentAndModel() {
        Desk desk;
        desk.useSmall({{"training.epochs", 2}, {"model.code_size", 5}});
        desk.bench->start();
        QTRY_VERIFY_WITH_TIMEOUT(desk.bench->run() && desk.bench->run()->isFinished, kPatience);
        const std::filesystem::path folder = desk.bench->run()->folder;
        desk.bench->newExperiment("sample");
        QVERIFY(!desk.bench->run() && !desk.controller().hasModel());
        QVERIFY(desk.bench->openRun(folder));
        QCOMPARE(desk.bench->document().experiment().options().integer("model.code_size"), 5);
        QVERIFY(!desk.bench->run()->history.rows().empty());
        QTRY_VERIFY_WITH_TIMEOUT(desk.controller().hasModel(), kPatience);
        QSignalSpy failed(desk.bench.get(), &Workbench::failed);
        QVERIFY(!desk.bench->openRun(desk.folder.path()));
        QCOMPARE(failed.count(), 1);
        QVERIFY(desk.bench->deleteRun(folder));
        QVERIFY(!desk.bench->run());
    }
};

QTEST_GUILESS_MAIN(TestServices)
#include "tst_services.moc"
