#pragma once

// A data set and an experiment that train in milliseconds.

#include <atomic>

#include "core/data/Dataset.h"
#include "core/training/Experiment.h"
#include "core/training/Snapshot.h"
#include "core/training/Trainer.h"

namespace hourglass::test {

// `rows` smooth 1×6×6 pictures in [0, 1] with three degrees of freedom.
OpenedDataset smallPictures(int64_t rows = 70);

// 36-[12]-4, batch 16, 4 epochs, validation 0.2, f32, with the given settings on top.
Experiment smallExperiment(const std::vector<std::pair<std::string, Json>>& settings = {});

// Keeps what was published; asks for a stop after a number of steps if told to.
class RecordingSink final : public ProgressSink {
public:
    void publish(std::shared_ptr<const Snapshot> snapshot) override;
    bool wantsPreviews() const override { return true; }

    std::vector<std::shared_ptr<const Snapshot>> snapshots;
    std::vector<HistoryRow> rows;
};

// Trains in `folder`; with stopAfter > 0 the run is asked to stop once that many steps are done in this call.
Result<TrainingResult> train(const Experiment& experiment, const OpenedDataset& data,
                             const std::filesystem::path& folder, int64_t stopAfter = 0,
                             RunFolder::Mode mode = RunFolder::Mode::Resume, ProgressSink* sink = nullptr);

} // namespace hourglass::test
