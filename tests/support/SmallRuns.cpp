#include "tests/support/SmallRuns.h"

#include <cmath>

#include "core/base/Random.h"
#include "core/data/MemoryDataset.h"
#include "core/exec/onednn/OneDnnExecutor.h"

namespace hourglass::test {

OpenedDataset smallPictures(int64_t rows) {
    constexpr int64_t kSide = 6;
    MemoryDataset::Content content;
    content.rows = rows;
    content.sampleShape = Shape{1, kSide, kSide};
    content.image = true;
    content.floats = RawBuffer<float>::allocate(static_cast<uint64_t>(rows * kSide * kSide)).value();
    const RandomStream stream(42);
    for (int64_t row = 0; row < rows; ++row) {
        const auto draw = [&](uint64_t k) { return stream.uniform(static_cast<uint64_t>(row) * 4 + k); };
        const float x0 = 6 * draw(0), y0 = 6 * draw(1), width = 1 + 2 * draw(2);
        for (int64_t i = 0; i < kSide * kSide; ++i) {
            const float dx = static_cast<float>(i % kSide) - x0, dy = static_cast<float>(i / kSide) - y0;
            content.floats.data()[row * kSide * kSide + i] = std::exp(-(dx * dx + dy * dy) / (width * width));
        }
    }
    return {std::make_shared<MemoryDataset>(std::move(content)), {}};
}

Experiment smallExperiment(const std::vector<std::pair<std::string, Json>>& settings) {
    Experiment experiment = Experiment::create().value();
    const std::vector<std::pair<std::string, Json>> base = {
        {"model.layers", {12}},           {"model.code_size", 4},        {"training.batch_size", 16},
        {"training.epochs", 4},           {"training.precision", "f32"}, {"data.validation_fraction", 0.2},
        {"optimizer.learning_rate", 0.01}};
    for (const auto& list : {base, settings})
        for (const auto& [key, value] : list)
            experiment.set(key, value).value();
    return experiment;
}

void RecordingSink::publish(std::shared_ptr<const Snapshot> snapshot) {
    rows.insert(rows.end(), snapshot->newRows.begin(), snapshot->newRows.end());
    snapshots.push_back(std::move(snapshot));
}

Result<TrainingResult> train(const Experiment& experiment, const OpenedDataset& data,
                             const std::filesystem::path& folder, int64_t stopAfter, RunFolder::Mode mode,
                             ProgressSink* sink) {
    Result<RunFolder> run = RunFolder::open(folder, experiment, mode);
    if (!run)
        return std::move(run).error();
    const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
    std::stop_source stop;
    int64_t steps = 0;
    RecordingSink recording;
    return Trainer({.executor = *executor,
                    .gradientHook =
                        [&](std::span<float>) {
                            if (++steps == stopAfter)
                                stop.request_stop();
                        }})
        .run(experiment, data, *run, sink != nullptr ? *sink : recording, stop.get_token());
}

} // namespace hourglass::test
