// Codes of a data set in the background: what they are, who may ask for them when, and how fast a code is decoded.

#include "core/base/Random.h"
#include "core/data/ImageCodec.h"
#include "core/data/MemoryDataset.h"
#include "core/data/Split.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/formats/Npy.h"
#include "core/io/ExportModel.h"
#include "core/training/Trainer.h"
#include "tests/bridge/Desk.h"
#include "tests/support/SmallModels.h"
#include "ui/bridge/LatentAnalysis.h"
#include "ui/bridge/LatentService.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

const Shape kSmall{1, 6, 6};

LoadedModel dense(const Settings& more = {}, const Shape& shape = kSmall) {
    Settings settings = {{"model.layers", {12}}, {"model.code_size", 4}, {"training.precision", "f32"}};
    settings.insert(settings.end(), more.begin(), more.end());
    return smallModel("undercomplete", "dense", settings, shape);
}

Tensor drawn(const Shape& shape, uint64_t seed = 3) {
    Tensor values(shape);
    RandomStream(seed).fillNormal(values.values());
    return values;
}

struct Bench {
    TemporaryFolder folder;
    ComputeThread compute;
    TrainingController controller{compute};
    LatentService service{controller};
    std::shared_ptr<const LatentCodes> codes;
    std::vector<std::shared_ptr<const LatentAnswer>> decoded, encoded;
    QStringList failures;

    Bench() {
        QObject::connect(&service, &LatentService::collected, &service, [this](auto done) { codes = done; });
        QObject::connect(&service, &LatentService::decoded, &service, [this](auto one) { decoded.push_back(one); });
        QObject::connect(&service, &LatentService::encoded, &service, [this](auto one) { encoded.push_back(one); });
        QObject::connect(&service, &LatentService::failed, &service, [this](auto text) { failures << text; });
        QObject::connect(&service, &LatentService::probeFailed, &service, [this](auto text) { failures << text; });
    }
    std::filesystem::path exported(const LoadedModel& model, const char* name = "net.safetensors") const {
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        exportModel(model, "safetensors", folder / name, {}, *executor).value();
        return folder / name;
    }
    LatentRequest request(const std::filesystem::path& model = {},
                          LatentSource::Part part = LatentSource::Part::Validation) const {
        return {.source = {.part = part, .data = smallPictures().dataset, .experiment = smallExperiment()},
                .model = model,
                .modelName = QStringLiteral("net"),
                .samplesName = QStringLiteral("Validation part")};
    }
    bool collect(const LatentRequest& wanted) {
        codes = nullptr;
        return service.collect(wanted) &&
               QTest::qWaitFor([this] { return codes != nullptr || !failures.isEmpty(); }, kPatience) && codes;
    }
};

double largestDifference(std::span<const float> a, std::span<const float> b) {
    double most = a.size() == b.size() ? 0 : INFINITY;
    for (size_t i = 0; i < a.size() && i < b.size(); ++i)
        most = std::max(most, static_cast<double>(std::abs(a[i] - b[i])));
    return most;
}

} // namespace

class TestLatentService : public QObject {
    Q_OBJECT

private slots:
    void codes_areThoseOfTheModel_ofThePartAskedFor() {
        Bench bench;
        const LoadedModel model = dense();
        QVERIFY2(bench.collect(bench.request(bench.exported(model))), qPrintable(bench.failures.join('\n')));
        const auto data = smallPictures().dataset;
        const Split split = splitByStableId(*data, 0.2, 0, 0);
        QCOMPARE(bench.codes->size(), static_cast<int64_t>(split.validation.size()));
        Tensor samples(kSmall.batch(bench.codes->size()));
        data->read(split.validation, samples.values());
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        ModelRunner runner(*executor, model.model, model.weights);
        QVERIFY(largestDifference(bench.codes->codes.values(), runner.encode(samples)->values()) < 1e-5);
        const Tensor output = runner.reconstruct(samples).value();
        for (int64_t i = 0; i < bench.codes->size(); ++i) {
            double error = 0;
            for (size_t k = 0; k < 36; ++k)
                error += std::pow(static_cast<double>(samples.sample(i)[k] - output.sample(i)[k]), 2) / 36;
            QVERIFY(std::abs(error - static_cast<double>(bench.codes->errors[static_cast<size_t>(i)])) < 1e-5);
        }
        QCOMPARE(bench.codes->thumbnails.width, 6);
        QCOMPARE(bench.codes->thumbnails.bytes.size(), static_cast<size_t>(36 * bench.codes->size()));
        QCOMPARE(bench.codes->scores.shape()[1], 4);
        QVERIFY(bench.collect(bench.request(bench.folder / "net.safetensors", LatentSource::Part::Training)));
        QCOMPARE(bench.codes->size(), static_cast<int64_t>(split.train.size()));
    }

    // Codes are of one model even though it learns on, and none of it keeps the run from going on.
    void whileTraining_theModelIsCopied() {
        Bench bench;
        bench.controller.start(smallRequest(bench.folder / "run", kEndless));
        QVERIFY2(bench.collect(bench.request()), qPrintable(bench.failures.join('\n')));
        bench.service.decode(bench.codes, bench.codes->mean);
        QTRY_COMPARE_WITH_TIMEOUT(bench.decoded.size(), 1u, kPatience);
        const int64_t step = bench.controller.snapshot() ? bench.controller.snapshot()->step : 0;
        QTRY_VERIFY_WITH_TIMEOUT(bench.controller.snapshot() && bench.controller.snapshot()->step > step + 10,
                                 kPatience);
        bench.service.decode(bench.codes, bench.codes->mean);
        QTRY_COMPARE_WITH_TIMEOUT(bench.decoded.size(), 2u, kPatience);
        QCOMPARE(largestDifference(bench.decoded[0]->picture.values(), bench.decoded[1]->picture.values()), 0.0);
        bench.service.collect(bench.request());
        bench.controller.stop();
        QTRY_VERIFY_WITH_TIMEOUT(!bench.controller.isActive(), kPatience);
        QVERIFY(bench.collect(bench.request(bench.folder / "run")));
        bench.service.decode(bench.codes, bench.codes->mean); // a loaded one, the run being over
        QTRY_COMPARE_WITH_TIMEOUT(bench.decoded.size(), 3u, kPatience);
    }

    void cancelled_nothingIsHeardOfIt() {
        Bench bench;
        const auto model = bench.exported(dense());
        QVERIFY(bench.service.collect(bench.request(model)));
        QVERIFY(bench.service.isBusy());
        bench.service.cancel();
        QVERIFY(!bench.service.isBusy());
        QVERIFY(bench.collect(bench.request(model, LatentSource::Part::Training)));
        QCOMPARE(bench.codes->size(), 56); // of the second request
        QVERIFY(bench.failures.isEmpty());
        QVERIFY(!bench.service.collect(bench.request())); // no model at hand
        QVERIFY(!bench.service.isBusy());
    }

    void whatCannotBe_saysWhy_data() {
        QTest::addColumn<QString>("which");
        QTest::addColumn<QString>("expected");
        QTest::newRow("no code") << "unet"
                                 << "has no code";
        QTest::newRow("other shape") << "shape"
                                     << "Validation part: these samples have the shape [1, 6, 6], and net takes "
                                        "[1, 8, 8]. Open the pictures with Data…";
        QTest::newRow("no pictures") << "table"
                                     << "table.npy: these samples have the shape [20], and net takes [1, 6, 6]. Choose";
        QTest::newRow("no such model") << "missing"
                                       << "gone.safetensors";
        QTest::newRow("no such data") << "data"
                                      << "nowhere";
        QTest::newRow("not finite") << "nan"
                                    << "finite";
    }
    void whatCannotBe_saysWhy() {
        QFETCH(QString, which);
        QFETCH(QString, expected);
        Bench bench;
        LatentRequest request = bench.request();
        if (which == "unet") {
            request.model = bench.exported(
                smallModel("denoising", "unet", {{"model.layers", {16}}, {"model.blocks", 1}}, {1, 16, 16}));
        } else if (which == "shape") {
            request.model = bench.exported(dense({}, {1, 8, 8}));
        } else if (which == "missing") {
            request.model = bench.folder / "gone.safetensors";
        } else if (which == "table") {
            request.model = bench.exported(dense());
            writeNpy(bench.folder / "table.npy", drawn({5, 20})).value();
            request.source.part = LatentSource::Part::Other;
            request.source.other = (bench.folder / "table.npy").string();
            request.samplesName = QStringLiteral("table.npy");
        } else if (which == "data") {
            request.model = bench.exported(dense());
            request.source.part = LatentSource::Part::Other;
            request.source.other = "folder:/nowhere/at/all";
        } else {
            const LoadedModel model = dense();
            LoadedModel broken = model;
            auto weights = std::make_shared<ParameterStore>(model.model->layout);
            std::ranges::fill(weights->arena(), 1e38f);
            weights->touch();
            broken.weights = weights;
            request.model = bench.exported(broken);
        }
        QVERIFY(!bench.collect(request));
        QVERIFY2(bench.failures.size() == 1 && bench.failures[0].contains(expected),
                 qPrintable(bench.failures.join('\n')));
        QVERIFY(!bench.service.isBusy());
    }

    // As they are on every other page: large or small, gray or in colours, they become what the model takes.
    void otherPictures_areFittedToTheModel() {
        Bench bench;
        std::filesystem::create_directories(bench.folder / "pictures");
        for (int i = 0; i < 5; ++i)
            encodeImage(bench.folder / fmt::format("pictures/{}.png", i),
                        Tensor({3, 5 + i, 9},
                               std::vector<float>(static_cast<size_t>(3 * (5 + i) * 9), 0.1f * static_cast<float>(i))))
                .value();
        LatentRequest request = bench.request(bench.exported(dense()));
        request.source.part = LatentSource::Part::Other;
        request.source.other = "folder:" + (bench.folder / "pictures").string();
        QVERIFY2(bench.collect(request), qPrintable(bench.failures.join('\n')));
        QCOMPARE(bench.codes->size(), 5);
        QCOMPARE(bench.codes->samples->sampleShape(), kSmall);
    }

    void probes_answerTheLatest() {
        Bench bench;
        const LoadedModel model = dense();
        QVERIFY(bench.collect(bench.request(bench.exported(model))));
        const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
        ModelRunner runner(*executor, model.model, model.weights);
        const Tensor codes = drawn({200, 4});
        for (int64_t i = 0; i < 200; ++i)
            bench.service.decode(bench.codes, Tensor({4}, codes.sample(i)));
        const auto isLast = [&] {
            return !bench.decoded.empty() &&
                   largestDifference(bench.decoded.back()->code.values(), codes.sample(199)) == 0;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isLast(), kPatience);
        QVERIFY2(bench.decoded.size() <= 3, qPrintable(QString::number(bench.decoded.size())));
        const Tensor expected = runner.decode(codes).value();
        QVERIFY(largestDifference(bench.decoded.back()->picture.values(), expected.sample(199)) < 1e-5);

        const Tensor sample = drawn(kSmall);
        bench.service.encode(bench.codes, sample);
        QTRY_COMPARE_WITH_TIMEOUT(bench.encoded.size(), 1u, kPatience);
        const LatentAnswer& answer = *bench.encoded.front();
        const Tensor batch(kSmall.batch(1), sample.values());
        QVERIFY(largestDifference(answer.code.values(), runner.encode(batch)->values()) < 1e-5);
        QVERIFY(largestDifference(answer.picture.values(), runner.reconstruct(batch)->values()) < 1e-5);
        QVERIFY(!answer.deviation);
    }

    void variational_tellsTheDeviationOfACode() {
        Bench bench;
        const LoadedModel model =
            smallModel("variational", "dense",
                       {{"model.layers", {12}}, {"model.code_size", 4}, {"training.precision", "f32"}}, kSmall);
        QVERIFY2(bench.collect(bench.request(bench.exported(model))), qPrintable(bench.failures.join('\n')));
        bench.service.encode(bench.codes, drawn(kSmall));
        QTRY_COMPARE_WITH_TIMEOUT(bench.encoded.size(), 1u, kPatience);
        QVERIFY(bench.encoded.front()->deviation);
        for (const float sigma : bench.encoded.front()->deviation->values())
            QVERIFY(sigma > 0 && std::isfinite(sigma));
    }

    void axes_moveACodeAndNothingElse_data() {
        QTest::addColumn<QList<int>>("code");
        QTest::addColumn<int>("kind");
        QTest::newRow("dense") << QList<int>{5} << static_cast<int>(CodeView::Kind::Whole);
        QTest::newRow("spatial, short") << QList<int>{3, 2, 2} << static_cast<int>(CodeView::Kind::Whole);
        QTest::newRow("spatial, long") << QList<int>{6, 12, 12} << static_cast<int>(CodeView::Kind::Averaged);
        QTest::newRow("dense, long") << QList<int>{700} << static_cast<int>(CodeView::Kind::MostVarying);
    }
    void axes_moveACodeAndNothingElse() {
        QFETCH(QList<int>, code);
        QFETCH(int, kind);
        const Shape shape(std::vector<int64_t>(code.begin(), code.end()));
        LatentCodes codes;
        codes.codes = drawn(shape.batch(40));
        codes.lookAtAll();
        QCOMPARE(static_cast<int>(codes.view.kind()), kind);
        for (const auto axesKind : {LatentAxes::Kind::Principal, LatentAxes::Kind::Values}) {
            const LatentAxes axes = LatentAxes::of(codes, axesKind);
            const Tensor base(shape, codes.codes.sample(7));
            std::vector<double> at = coordinatesOf(codes, axes, base);
            for (int64_t axis = 0; axis < axes.count(); ++axis)
                QVERIFY(std::abs(at[static_cast<size_t>(axis)] -
                                 static_cast<double>(axes.coordinates.sample(7)[static_cast<size_t>(axis)])) < 1e-4);
            QVERIFY(largestDifference(codeAt(codes, axes, base, at).values(), base.values()) < 1e-5);
            at[1] += 0.75;
            const Tensor moved = codeAt(codes, axes, base, at);
            QVERIFY(largestDifference(moved.values(), base.values()) > 0.01);
            const std::vector<double> now = coordinatesOf(codes, axes, moved);
            for (size_t axis = 0; axis < now.size(); ++axis)
                QVERIFY2(std::abs(now[axis] - at[axis]) < 1e-4, qPrintable(QString::number(now[axis] - at[axis])));
        }
    }

    void analysis_isWhatTheCoreFinds() {
        auto codes = std::make_shared<LatentCodes>();
        codes->points = drawn({60, 5});
        LatentAnalysis analysis;
        std::shared_ptr<const TSneLayout> layout;
        std::vector<qlonglong> iterations;
        std::shared_ptr<const KMeans> clusters;
        std::vector<Neighbour> neighbours;
        connect(&analysis, &LatentAnalysis::layoutDone, this, [&](auto done) { layout = done; });
        connect(&analysis, &LatentAnalysis::layoutMoved, this,
                [&](const auto&, const LayoutProgress& at) { iterations.push_back(at.iteration); });
        connect(&analysis, &LatentAnalysis::clustered, this, [&](auto found) { clusters = found; });
        connect(&analysis, &LatentAnalysis::neighboursFound, this, [&](qlonglong, auto found) { neighbours = found; });
        analysis.layOut(codes, 30);
        analysis.cluster(codes, 4);
        analysis.findNeighbours(codes, 7, 5);
        QTRY_VERIFY_WITH_TIMEOUT(layout && clusters && !neighbours.empty(), kPatience);
        QVERIFY(!analysis.isLayingOut());
        QCOMPARE(layout->perplexity, 59.0 / 3); // lowered, and said
        QCOMPARE(largestDifference(layout->points.values(), (*tSne(codes->points))->points.values()), 0.0);
        QCOMPARE(iterations.back(), 1000);
        QCOMPARE(clusters->labels, (*kMeans(codes->points, {.clusters = 4}))->labels);
        QCOMPARE(neighbours, nearestToRow(codes->points, 7, 5));
    }

    void layout_cancelledOrTooFew_leavesNothingRunning() {
        auto many = std::make_shared<LatentCodes>(), few = std::make_shared<LatentCodes>();
        many->points = drawn({2000, 5});
        few->points = drawn({3, 5});
        LatentAnalysis analysis;
        QSignalSpy moved(&analysis, &LatentAnalysis::layoutMoved), stopped(&analysis, &LatentAnalysis::layoutStopped),
            done(&analysis, &LatentAnalysis::layoutDone), failed(&analysis, &LatentAnalysis::failed);
        analysis.layOut(many, 30);
        QTRY_VERIFY_WITH_TIMEOUT(moved.count() > 0, kPatience); // it shows itself while it forms
        analysis.cancelLayout();
        QVERIFY(!analysis.isLayingOut());
        QCOMPARE(stopped.count(), 1);
        analysis.layOut(few, 30);
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        QVERIFY2(failed[0][0].toString().contains("4"), qPrintable(failed[0][0].toString()));
        QCOMPARE(done.count(), 0);
        QVERIFY(!analysis.isLayingOut());
    }

    // Said, not asserted: 30 images a second are wanted.
    void decodingRate_isSaid() {
        Bench bench;
        MemoryDataset::Content content;
        content.rows = 100;
        content.sampleShape = Shape{1, 28, 28};
        content.image = true;
        content.floats = RawBuffer<float>::allocate(uint64_t{100} * 784).value();
        std::fill_n(content.floats.data(), 100 * 784, 0.3f);
        LatentRequest request = bench.request(
            bench.exported(dense({{"model.layers", {512, 256}}, {"model.code_size", 32}}, Shape{1, 28, 28})));
        request.source.data = std::make_shared<MemoryDataset>(std::move(content));
        QVERIFY2(bench.collect(request), qPrintable(bench.failures.join('\n')));
        QElapsedTimer clock;
        clock.start();
        const auto next = [&] { bench.service.decode(bench.codes, drawn({32}, bench.decoded.size())); };
        QObject::connect(&bench.service, &LatentService::decoded, &bench.service, next);
        next();
        QTRY_VERIFY_WITH_TIMEOUT(clock.elapsed() > 500, kPatience);
        qInfo("dense 784-512-256-32: %.0f images a second",
              1000.0 * static_cast<double>(bench.decoded.size()) / static_cast<double>(clock.elapsed()));
        QVERIFY(bench.decoded.size() > 1);
    }
};

QTEST_GUILESS_MAIN(TestLatentService)
#include "tst_latent_service.moc"
