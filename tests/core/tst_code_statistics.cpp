// What a run says of its code: against a computation sample by sample, kept in its folder, read back from anywhere.

#include <QtTest>

#include <algorithm>
#include <cmath>

#include "core/base/AtomicFile.h"
#include "core/base/Random.h"
#include "core/data/Split.h"
#include "core/exec/reference/Interpreter.h"
#include "core/training/CodeMeter.h"
#include "tests/core/HostileFiles.h"
#include "tests/support/SmallModels.h"
#include "tests/support/SmallRuns.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

using Settings = std::vector<std::pair<std::string, Json>>;

// What the encoder makes of each validation sample of a run, in double: [sample][unit · positions].
std::vector<std::vector<double>> encoded(const std::filesystem::path& run, const OpenedDataset& data,
                                         const std::string& output) {
    const LoadedModel loaded = loadModel(RunFolder::checkpoint(run, "last")).value();
    std::map<std::string, std::vector<double>> values;
    for (const NodeId id : loaded.model->encoder.parameters()) {
        const std::string& name = loaded.model->encoder.node(id).attributes.name;
        const std::span<const float> weights = std::as_const(*loaded.weights).values(name);
        values[name] = {weights.begin(), weights.end()};
    }
    const OptionValues& options = loaded.model->options;
    std::vector<std::vector<double>> codes;
    for (const int64_t row : splitByStableId(*data.dataset, options.real("data.validation_fraction"), 0,
                                             static_cast<uint64_t>(options.integer("training.seed")))
                                 .validation) {
        std::vector<float> sample(static_cast<size_t>(loaded.model->sampleShape.elements()));
        data.dataset->read({&row, 1}, sample);
        values["input"] = {sample.begin(), sample.end()};
        codes.push_back(reference::evaluate(loaded.model->encoder.pruned({output}), loaded.model->sizes(1), values)
                            .at(output)
                            .values);
    }
    return codes;
}

void compareClosely(double actual, double expected) {
    QVERIFY2(std::abs(actual - expected) <= 1e-5 * std::max(1.0, std::abs(expected)),
             qPrintable(QString("%1 instead of %2").arg(actual, 0, 'g', 9).arg(expected, 0, 'g', 9)));
}

CodeStatistics example() {
    return {.epoch = 3,
            .step = 12,
            .samples = 14,
            .means = {0.25, -1e-30, 0.1},
            .spreads = {0.5, 0.0, 1.0 / 3},
            .unitValues = {{"kl", {0.009, 0.010000001, 2.5}}},
            .histogram = {.width = 0.25, .first = -3, .counts = {1, 0, 40}, .zeros = 1}};
}

} // namespace

class TestCodeStatistics : public QObject {
    Q_OBJECT

private slots:
    // However values are cut and ordered, the bins are those of the whole: the finest power of two that fits.
    void histogram_anyBatchesAndOrder_isThatOfTheWhole() {
        for (const uint64_t seed : {1u, 2u, 3u, 4u}) {
            std::vector<float> values(5000);
            RandomStream(seed).fillNormal(values);
            for (size_t i = 0; i < values.size(); ++i) {
                values[i] = i % 3 == 0 ? 0.0f : seed == 2 ? std::exp(4 * values[i]) : values[i] + (seed == 3 ? 100 : 0);
                if (i == 7)
                    values[i] = -std::numeric_limits<float>::infinity();
            }
            const auto whole = [&](std::vector<float> order, size_t batch) {
                CodeHistogramMeter meter;
                for (size_t from = 0; from < order.size(); from += batch)
                    meter.add(std::span(order).subspan(from, std::min(batch, order.size() - from)));
                return meter.histogram();
            };
            const CodeHistogram bins = whole(values, values.size());
            std::vector<float> ascending = values;
            std::ranges::sort(ascending);
            for (const size_t batch : {size_t{1}, size_t{7}, size_t{128}, size_t{4999}}) {
                QVERIFY(whole(values, batch) == bins);
                QVERIFY(whole(ascending, batch) == bins);
            }
            QCOMPARE(bins.zeros, 1667 - (7 % 3 == 0));
            std::vector<int64_t> counts(bins.counts.size());
            int64_t before = 0, lost = 0;
            for (const float value : values) {
                const double place =
                    std::floor(static_cast<double>(value) / bins.width) - static_cast<double>(bins.first);
                if (value == 0.0f || !std::isfinite(value))
                    continue;
                if (place < 0 || place >= static_cast<double>(counts.size()))
                    ++lost;
                else
                    ++counts[static_cast<size_t>(place)];
                ++before;
            }
            QCOMPARE(lost, int64_t{0});
            QVERIFY(counts == bins.counts);
            QVERIFY(counts.front() > 0 && counts.back() > 0);
            QVERIFY2(counts.size() <= 64, qPrintable(QString::number(counts.size())));
            std::erase_if(values, [](float value) { return value == 0.0f || !std::isfinite(value); });
            const auto [low, high] = std::ranges::minmax(values);
            const double half = bins.width / 2; // would take too many
            QVERIFY(std::floor(static_cast<double>(high) / half) - std::floor(static_cast<double>(low) / half) >= 64);
            QCOMPARE(before, 5000 - 1667 - 1);
        }
    }

    void histogram_oneValue_isOneBin() {
        for (const float value : {1.0f, -3e38f, 1e-38f, 0.3f}) {
            CodeHistogramMeter meter;
            meter.add(std::vector<float>(5, value));
            QVERIFY(meter.histogram().counts == std::vector<int64_t>{5});
            QVERIFY(meter.histogram().edge(0) <= static_cast<double>(value) &&
                    meter.histogram().edge(1) > static_cast<double>(value));
        }
        CodeHistogramMeter nothing;
        nothing.add(std::vector<float>(3, 0.0f));
        QVERIFY(nothing.histogram().counts.empty());
        QCOMPARE(nothing.histogram().zeros, int64_t{3});
    }

    void run_measuresItsCode_asIfSampleBySample_data() {
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("architecture");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::newRow("variational") << "variational"
                                     << "dense"
                                     << "model.code_size"
                                     << "5";
        QTest::newRow("variational, free bits") << "variational"
                                                << "dense"
                                                << "objective.free_bits"
                                                << "0.3";
        QTest::newRow("variational, spatial") << "variational"
                                              << "convolutional"
                                              << "model.code"
                                              << "spatial";
        QTest::newRow("sparse") << "sparse"
                                << "dense"
                                << "model.code_size"
                                << "5";
        QTest::newRow("rectified") << "undercomplete"
                                   << "dense"
                                   << "model.code_activation"
                                   << "relu";
        QTest::newRow("spatial") << "undercomplete"
                                 << "convolutional"
                                 << "model.code"
                                 << "spatial";
    }
    void run_measuresItsCode_asIfSampleBySample() {
        QFETCH(QString, family);
        QFETCH(QString, architecture);
        QFETCH(QString, key);
        QFETCH(QString, value);
        const bool isVariational = family == "variational";
        const TemporaryFolder folder;
        const OpenedDataset data = smallPictures();
        RecordingSink sink;
        Experiment experiment = smallExperiment({{"model.family", family.toStdString()},
                                                 {"model.architecture", architecture.toStdString()},
                                                 {"model.layers", Json({6})},
                                                 {"model.code_size", 4},
                                                 {"training.epochs", 2}});
        experiment.set(key.toStdString(), parseOptionText(value.toStdString())).value();
        train(experiment, data, folder / "run", 0, RunFolder::Mode::Create, &sink).value();
        const std::shared_ptr<const CodeStatistics> code = sink.snapshots.back()->code;
        QVERIFY(code != nullptr);
        QCOMPARE(code->epoch, 2);
        QCOMPARE(code->step, 8);
        QCOMPARE(code->samples, 14);
        QCOMPARE(code->unitValues.size(), size_t{isVariational});

        const auto codes = encoded(folder / "run", data, "code");
        const auto variances = isVariational ? encoded(folder / "run", data, "log_variance") : codes;
        const size_t units = code->units(), positions = codes[0].size() / units;
        QVERIFY(positions == (value == "spatial" ? 9 : 1));
        int64_t active = 0;
        double greatest = 0;
        for (size_t unit = 0; unit < units; ++unit) {
            double sum = 0, kl = 0, squares = 0, count = 0;
            for (size_t i = 0; i < codes.size(); ++i)
                for (size_t p = unit * positions; p < (unit + 1) * positions; ++p) {
                    const double mu = codes[i][p], logVariance = variances[i][p];
                    sum += mu;
                    kl -= 0.5 * (1 + logVariance - mu * mu - std::exp(logVariance));
                    ++count;
                    greatest = std::max(greatest, std::abs(mu));
                }
            for (const auto& sample : codes)
                for (size_t p = unit * positions; p < (unit + 1) * positions; ++p)
                    squares += (sample[p] - sum / count) * (sample[p] - sum / count);
            compareClosely(code->means[unit], sum / count);
            compareClosely(code->spreads[unit], std::sqrt(squares / count));
            if (isVariational)
                compareClosely(code->unitValues.at("kl")[unit], kl / count);
            active += isVariational ? kl / count > 0.01 : squares > 0;
        }
        const CodeHistogram& bins = code->histogram;
        QCOMPARE(std::accumulate(bins.counts.begin(), bins.counts.end(), bins.zeros),
                 static_cast<int64_t>(codes.size() * codes[0].size()));
        QVERIFY(std::max(std::abs(bins.edge(0)), std::abs(bins.edge(bins.counts.size()))) >= greatest * (1 - 1e-5));
        if (value == "relu") {
            int64_t zeros = 0;
            for (const auto& sample : codes)
                zeros += std::ranges::count(sample, 0.0);
            QVERIFY(zeros > 0);
            QCOMPARE(bins.zeros, zeros);
        }

        // The history and the folder have the same to say.
        QCOMPARE(code->activeUnits(), active);
        const History history = History::load(folder / "run/history.csv").value();
        QCOMPARE(history.columns().back(), std::string("validation_active_units"));
        QCOMPARE(history.rows().back().values.back(), static_cast<double>(active));
        QVERIFY(CodeStatistics::load(folder / "run/code_statistics.json").value() == *code);
    }

    void withoutACode_nothingIsMeasured() {
        const TemporaryFolder folder;
        const Settings uNet = {{"model.family", "denoising"},
                               {"model.architecture", "unet"},
                               {"model.layers", Json({16})},
                               {"model.blocks", 1},
                               {"training.epochs", 1}};
        for (const double validated : {0.2, 0.0}) {
            RecordingSink sink;
            Settings all = uNet;
            all.emplace_back("data.validation_fraction", validated);
            train(smallExperiment(all), smallPictures(), folder / "run", 0, RunFolder::Mode::Replace, &sink).value();
            QVERIFY(sink.snapshots.back()->code == nullptr);
            QVERIFY(!std::filesystem::exists(folder / "run/code_statistics.json"));
            const History history = History::load(folder / "run/history.csv").value();
            for (const std::string& column : history.columns())
                QVERIFY2(!column.ends_with("active_units"), column.c_str());
        }
    }

    void active_collapsedAndSilentUnits_areNot() {
        CodeStatistics code = example();
        QVERIFY((code.active() == std::vector{false, true, true}));
        code.unitValues.clear();
        QVERIFY((code.active() == std::vector{true, false, true}));
        code.spreads = {1e-3, 2.0, 1.2e-3}; // a thousandth of √(4/3)
        QVERIFY((code.active() == std::vector{false, true, true}));
        code.means = {5, 5, 5};
        code.spreads = {1e-7, 1e-7, 0}; // rounding
        QCOMPARE(code.activeUnits(), int64_t{0});
    }

    void text_comesBackExactly_orIsRefused() {
        const CodeStatistics code = example();
        const std::string text = code.toText();
        QVERIFY(CodeStatistics::fromText(text).value() == code);
        const auto accepts = [](const std::string& content) { return CodeStatistics::fromText(content).ok(); };
        QCOMPARE(firstTruncationAccepted(text.substr(0, text.size() - 1), accepts), int64_t{-1});
        readWithBytesChanged(text, accepts);
        const auto with = [&](const char* key, const Json& value) {
            Json json = Json::parse(text);
            json[Json::json_pointer(key)] = value;
            return json.dump();
        };
        QVERIFY(accepts(with("/epoch", 4)));
        for (const auto& [key, value] : {std::pair<const char*, Json>{"/code_statistics", 2},
                                         {"/epoch", -1},
                                         {"/samples", 0},
                                         {"/means", Json::array()},
                                         {"/means", {1, 2}},
                                         {"/spreads", {1, nullptr, 2}},
                                         {"/spreads", "x"},
                                         {"/unit_values/kl", {1}},
                                         {"/unit_values", 3},
                                         {"/histogram/width", 0},
                                         {"/histogram/first", int64_t{1} << 60},
                                         {"/histogram/counts", {1, -1}},
                                         {"/histogram/counts", std::vector<int>(65, 1)},
                                         {"/histogram/zeros", -2}})
            QVERIFY2(!accepts(with(key, value)), key);
        QVERIFY(!accepts("{\"means\":[1e999]}") && !accepts("[]") && !accepts("") && !accepts("null"));
    }

    void damagedFile_isMeasuredAgain() {
        const TemporaryFolder folder;
        train(smallExperiment(), smallPictures(), folder / "run", 6).value();
        writeText(folder / "run/code_statistics.json", "garbage");
        RecordingSink sink;
        train(smallExperiment(), smallPictures(), folder / "run", 0, RunFolder::Mode::Resume, &sink).value();
        QVERIFY(sink.snapshots.front()->code == nullptr);
        QCOMPARE(CodeStatistics::load(folder / "run/code_statistics.json").value().epoch, 4);
    }

    void resumed_showsWhatWasMeasuredBefore_butNothingLater() {
        const TemporaryFolder folder;
        train(smallExperiment(), smallPictures(), folder / "run", 6).value(); // in the second epoch
        const auto atOnce = [&] {
            RecordingSink sink;
            train(smallExperiment(), smallPictures(), folder / "run", 1, RunFolder::Mode::Resume, &sink).value();
            const auto code = sink.snapshots[1]->code;
            return code ? code->epoch : -1;
        };
        QCOMPARE(atOnce(), 1);
        CodeStatistics later = CodeStatistics::load(folder / "run/code_statistics.json").value();
        later.step = 1000; // of a state that a crash has lost
        writeText(folder / "run/code_statistics.json", later.toText());
        QCOMPARE(atOnce(), -1);
    }
};

QTEST_APPLESS_MAIN(TestCodeStatistics)
#include "tst_code_statistics.moc"
