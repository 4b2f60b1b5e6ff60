#pragma once

// Commands to a running Trainer from other threads, read between two steps; what changes the run is noted in its
// history.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <vector>

#include "core/exec/ProgramCache.h"
#include "core/models/Model.h"

namespace hourglass {

// What a job between steps may use. Valid during the call; the weights are those of this moment (averaged ones when the
// run averages).
struct JobContext {
    const Model& model;
    std::shared_ptr<const ParameterStore> weights;
    ProgramCache& programs;
    Precision precision;
    int64_t step;
};
using TrainerJob = std::function<void(const JobContext&)>;

class TrainerMailbox {
public:
    // From any thread.
    void setPaused(bool paused);
    // Goes on, and pauses at the end of the epoch.
    void stepEpoch();
    // Options with OptionEffect::Live; what the run does not know, or has already, changes nothing.
    void setOptions(const LiveValues& values);
    void requestCheckpoint();
    // Runs on the compute thread between steps, also while paused. Keep it short.
    void post(TrainerJob job);

    // For the Trainer.
    struct Commands {
        bool paused = false;
        LiveValues options = {};
        bool checkpoint = false;
        std::vector<TrainerJob> jobs;
    };
    // Takes what has come. While paused, waits for something to do or for the stop.
    Commands take();
    Commands waitWhilePaused(std::stop_token stop);
    void epochEnded();

private:
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    Commands m_pending;
    bool m_pauseAtEpochEnd = false;
};

} // namespace hourglass
