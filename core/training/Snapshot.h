#pragma once

// What a running Trainer tells whoever watches: immutable, shared, published between steps. And the watcher's side.

#include <memory>
#include <optional>
#include <string>

#include "core/training/CodeStatistics.h"
#include "core/training/History.h"
#include "core/training/Preview.h"

namespace hourglass {

enum class RunPhase { Preparing, Running, Paused, Finished, Stopped, Failed };

struct Snapshot {
    RunPhase phase = RunPhase::Preparing;
    int64_t epoch = 0, epochs = 0; // epochs completed, of all
    int64_t step = 0, totalSteps = 0;
    double samplesPerSecond = 0;
    double secondsLeft = 0;
    double learningRate = 0;
    // Rows since the last snapshot: never dropped, the sink gathers them.
    std::vector<HistoryRow> newRows;
    std::shared_ptr<const std::vector<std::string>> columns; // names of the rows' values
    std::optional<int64_t> bestEpoch;                        // counted from 1
    std::shared_ptr<const Preview> preview;                  // the newest, possibly the same as before
    std::shared_ptr<const CodeStatistics> code;              // the same; null before the first validation
};

class ProgressSink {
public:
    virtual ~ProgressSink() = default;
    // Called on the compute thread, at most some 30 times a second and at every change of phase; must return soon.
    virtual void publish(std::shared_ptr<const Snapshot> snapshot) = 0;
    // Whether to spend time on previews.
    virtual bool wantsPreviews() const { return false; }
};

} // namespace hourglass
