#include <QtTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>

#include "core/base/AtomicFile.h"
#include "core/data/MemoryDataset.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/formats/Safetensors.h"
#include "core/training/Checkpoint.h"
#include "tests/support/SmallRuns.h"
#include "tests/support/TestSupport.h"

using namespace hourglass;
using namespace hourglass::test;

namespace {

std::string bytesOf(const std::filesystem::path& path) {
    return readFile(path).value();
}

} // namespace

class TestTrainer : public QObject {
    Q_OBJECT

private slots:
    void train_learns_andLeavesARun() {
        const TemporaryFolder folder;
        RecordingSink sink;
        const auto result = train(smallExperiment({{"training.epochs", 30}}), smallPictures(), folder / "run", 0,
                                  RunFolder::Mode::Create, &sink)
                                .value();
        QCOMPARE(result.epochs, 30);
        QCOMPARE(result.steps, 30 * 4); // 56 training samples in batches of 16
        QCOMPARE(result.resumedFromStep, 0);
        for (const char* name : {"experiment.hourglass", "history.csv", "result.json", "checkpoints/last.safetensors",
                                 "checkpoints/best.safetensors"})
            QVERIFY2(std::filesystem::exists(folder.path() / "run" / name), name);
        QVERIFY2(sink.rows.back().values[0] < 0.3 * sink.rows.front().values[0],
                 qPrintable(QString("from %1 to %2").arg(sink.rows.front().values[0]).arg(sink.rows.back().values[0])));
        QVERIFY(result.metrics.at("psnr") > 15);
        QCOMPARE(static_cast<int>(sink.snapshots.back()->phase), static_cast<int>(RunPhase::Finished));
        QVERIFY(sink.snapshots.back()->preview != nullptr);
        const History stored = History::load(folder / "run/history.csv").value();
        QCOMPARE(stored.rows().size(), sink.rows.size());
        QCOMPARE(stored.rows().back().values.back(), sink.rows.back().values.back());
    }

    // Interrupted at any step, also within an epoch, and gone on with: the same bytes as never interrupted.
    void sameSeed_sameBytes_otherSeed_others() {
        const TemporaryFolder folder;
        const OpenedDataset data = smallPictures();
        for (const auto& [name, seed] : {std::pair{"a", 1}, {"b", 1}, {"c", 2}})
            train(smallExperiment({{"training.seed", seed}}), data, folder / name).value();
        const auto last = [&](const char* name) {
            return bytesOf(folder.path() / name / "checkpoints/last.safetensors");
        };
        QVERIFY(last("a") == last("b"));
        QVERIFY(last("a") != last("c"));
    }

    void folderWithARun_isRefused_orReplaced() {
        const TemporaryFolder folder;
        const OpenedDataset data = smallPictures();
        train(smallExperiment(), data, folder / "run").value();
        const auto refused = train(smallExperiment(), data, folder / "run", 0, RunFolder::Mode::Create);
        QVERIFY(!refused);
        QCOMPARE(static_cast<int>(refused.error().code()), static_cast<int>(ErrorCode::Conflict));
        const auto other = train(smallExperiment({{"model.code_size", 3}}), data, folder / "run");
        QVERIFY(!other);
        QVERIFY(other.error().message().find("model.code_size = 4") != std::string::npos);
        const auto replaced =
            train(smallExperiment({{"model.code_size", 3}}), data, folder / "run", 0, RunFolder::Mode::Replace);
        QVERIFY(replaced.ok());
    }

    void lockedFolder_isRefused_andFreeAfterwards() {
        const TemporaryFolder folder;
        {
            const auto held = RunFolder::open(folder / "run", smallExperiment(), RunFolder::Mode::Create);
            QVERIFY(held.ok());
            const auto second = RunFolder::open(folder / "run", smallExperiment(), RunFolder::Mode::Resume);
            QVERIFY(!second);
            QVERIFY(second.error().message().find("Another process") != std::string::npos);
        }
        QVERIFY(RunFolder::open(folder / "run", smallExperiment(), RunFolder::Mode::Resume).ok());
    }

    void divergence_stopsAndSaysWhere() {
        const TemporaryFolder folder;
        const auto result = train(smallExperiment({{"optimizer.kind", "sgd"},
                                                   {"optimizer.learning_rate", 10},
                                                   {"model.output_activation", "identity"},
                                                   {"training.epochs", 40}}),
                                  smallPictures(), folder / "run");
        QVERIFY(!result);
        QCOMPARE(static_cast<int>(result.error().code()), static_cast<int>(ErrorCode::Numeric));
        const QString message = QString::fromStdString(result.error().message());
        for (const char* part : {"at step", "the largest weights are in", "learning rate of 5"})
            QVERIFY2(message.contains(part), qPrintable(message));
    }

    void earlyStopping_endsAtPatience_andRestoresTheBest() {
        const TemporaryFolder folder;
        // A gain of 1000 never happens: the first epoch stays the best, and three more are waited for.
        const auto result = train(smallExperiment({{"training.epochs", 50},
                                                   {"training.early_stopping", true},
                                                   {"training.patience", 3},
                                                   {"training.min_delta", 1000}}),
                                  smallPictures(), folder / "run")
                                .value();
        QCOMPARE(result.epochs, 4);
        const SafetensorsFile last = openSafetensors(folder / "run/checkpoints/last.safetensors").value();
        const SafetensorsFile best = openSafetensors(folder / "run/checkpoints/best.safetensors").value();
        const Tensor a = last.read("encoder.0.weight").value(), b = best.read("encoder.0.weight").value();
        QVERIFY(std::ranges::equal(a.values(), b.values()));
    }

    // A finished run stays finished, also one that stopped early, until more is asked for.
    // Weights or a validation loss that are no numbers never replace a checkpoint that is.
    void everyKEpochs_keepsCheckpoints() {
        const TemporaryFolder folder;
        train(smallExperiment({{"training.checkpoint_every", 2}}), smallPictures(), folder / "run").value();
        QVERIFY(std::filesystem::exists(folder / "run/checkpoints/epoch-0002.safetensors"));
        QVERIFY(std::filesystem::exists(folder / "run/checkpoints/epoch-0004.safetensors"));
        QVERIFY(!std::filesystem::exists(folder / "run/checkpoints/epoch-0003.safetensors"));
    }

    // Nothing about the code would be known while a run trains on everything.
    void withoutAValidationPart_theCodeIsMeasuredOnSomeOfTheTrainingSamples() {
        const TemporaryFolder folder;
        RecordingSink sink;
        train(smallExperiment({{"model.family", "variational"}, {"data.validation_fraction", 0}}), smallPictures(),
              folder / "run", 0, RunFolder::Mode::Create, &sink)
            .value();
        const std::shared_ptr<const Snapshot> last = sink.snapshots.back();
        QVERIFY(last->code != nullptr);
        QCOMPARE(last->code->epoch, 4);
        QVERIFY(std::filesystem::exists(folder / "run/code_statistics.json"));
        const std::vector<std::string>& columns = *last->columns;
        for (const char* name : {"training_kl", "training_active_units"}) {
            const auto at = std::ranges::find(columns, name) - columns.begin();
            QVERIFY2(at < std::ssize(columns), name);
            QVERIFY(std::isfinite(sink.rows.back().values[static_cast<size_t>(at)]));
        }
        QVERIFY(std::ranges::find(columns, "validation_loss") == columns.end());
        QVERIFY(last->bestEpoch.has_value());
    }

    // Cross-entropy falls without end where what it is to meet is not between 0 and 1.
    void crossEntropy_ofOtherValues_isRefused() {
        const TemporaryFolder folder;
        const OpenedDataset pictures = smallPictures();
        MemoryDataset::Content content;
        content.rows = 70;
        content.sampleShape = Shape{36};
        content.floats = RawBuffer<float>::allocate(70 * 36).value();
        std::vector<int64_t> all(70);
        std::iota(all.begin(), all.end(), 0);
        pictures.dataset->read(all, content.floats.span());
        content.floats.span()[17 * 36 + 5] = 1.5f;
        const OpenedDataset data{std::make_shared<MemoryDataset>(std::move(content)), {}};
        const auto refused = train(smallExperiment({{"model.family", "variational"}}), data, folder / "run");
        QVERIFY(!refused);
        QVERIFY(refused.error().code() == ErrorCode::InvalidArgument);
        QVERIFY2(refused.error().message().find("sample #17") != std::string::npos, refused.error().message().c_str());
        QVERIFY(refused.error().message().find("'gaussian'") != std::string::npos);
        QVERIFY(train(smallExperiment({{"model.family", "variational"},
                                       {"objective.loss", "gaussian"},
                                       {"model.output_activation", "identity"}}),
                      data, folder / "other")
                    .ok());
    }

    void fullDisk_failsTheRun_andKeepsThePreviousCheckpoint() {
        const TemporaryFolder folder;
        train(smallExperiment(), smallPictures(), folder / "run", 3).value();
        const auto path = folder / "run/checkpoints/last.safetensors";
        const std::string before = bytesOf(path);
        {
            const FullDisk full(2000);
            const auto result = train(smallExperiment(), smallPictures(), folder / "run");
            QVERIFY(!result);
            QCOMPARE(static_cast<int>(result.error().code()), static_cast<int>(ErrorCode::WriteFailed));
        }
        QVERIFY(bytesOf(path) == before);
        QVERIFY(train(smallExperiment(), smallPictures(), folder / "run").ok());
    }

    // Pause, a job while paused, another learning rate, on to the end of the epoch, stop: through the mailbox.
    void commands_areObeyedBetweenSteps() {
        const TemporaryFolder folder;
        const Experiment experiment = smallExperiment({{"training.epochs", 1000000}});
        const RunFolder run = RunFolder::open(folder / "run", experiment, RunFolder::Mode::Create).value();
        TrainerMailbox mailbox;
        std::stop_source stop;
        std::atomic<int64_t> pausedStep = -1, pausedAgain = -1;
        std::atomic<bool> modelSeen = false;
        mailbox.setPaused(true);
        std::jthread commander([&] {
            const auto waitFor = [](auto condition) {
                while (!condition())
                    std::this_thread::yield();
            };
            mailbox.post([&](const JobContext& context) {
                modelSeen = context.model.codeElements() == 4 && context.weights->version() > 0;
                pausedStep = context.step;
            });
            waitFor([&] { return pausedStep >= 0; });
            mailbox.setOptions({{"optimizer.learning_rate", 0.125}});
            mailbox.stepEpoch();
            waitFor([&] {
                std::atomic<int64_t> step = -1;
                mailbox.post([&](const JobContext& context) { step = context.step; });
                waitFor([&] { return step >= 0; });
                return step == 4;
            });
            mailbox.post([&](const JobContext& context) { pausedAgain = context.step; });
            waitFor([&] { return pausedAgain >= 0; });
            stop.request_stop();
        });
        const auto executor = makeOneDnnExecutor();
        RecordingSink sink;
        const auto result = Trainer({.executor = *executor, .mailbox = &mailbox})
                                .run(experiment, smallPictures(), run, sink, stop.get_token())
                                .value();
        commander.join();
        QCOMPARE(pausedStep.load(), 0);
        QVERIFY(modelSeen);
        QCOMPARE(pausedAgain.load(), 4);
        QCOMPARE(result.steps, 4);
        QCOMPARE(static_cast<int>(result.phase), static_cast<int>(RunPhase::Stopped));
        QCOMPARE(sink.rows.front().learningRate, 0.125);
        QVERIFY(sink.rows.front().note.find("optimizer.learning_rate=0.125") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestTrainer)
#include "tst_trainer.moc"
