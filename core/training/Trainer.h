#pragma once

// Trains an experiment: the same call for the window, the command line and the tests. Blocking; Qt-free.

#include <map>
#include <stop_token>

#include "core/base/Log.h"
#include "core/base/Memory.h"
#include "core/data/Dataset.h"
#include "core/exec/Program.h"
#include "core/training/Experiment.h"
#include "core/training/RunFolder.h"
#include "core/training/Snapshot.h"
#include "core/training/TrainerMailbox.h"

namespace hourglass {

struct TrainingResult {
    RunPhase phase = RunPhase::Finished; // Finished, or Stopped by request
    int64_t epochs = 0, steps = 0;
    int64_t resumedFromStep = 0;
    double seconds = 0;                    // of this call
    double samplesPerSecond = 0;           // while training: without loading, compiling, validating and saving
    std::map<std::string, double> metrics; // of the model that the run leaves, on the validation split
};

class Trainer {
public:
    struct Services {
        Executor& executor;
        LogSink log = {};
        TrainerMailbox* mailbox = nullptr;         // not owned; commands while running
        double checkpointSeconds = 30;             // a checkpoint at least this often
        uint64_t memoryBudget = availableMemory(); // bytes for weights, optimiser and workspaces
        // Between backward and update, with all gradients: where an all-reduce will sit.
        std::function<void(std::span<float>)> gradientHook = {};
    };
    explicit Trainer(Services services) : m_services(std::move(services)) {}

    // Trains in `folder` from its last checkpoint, or from the start. A stop request ends it after the current batch,
    // with a checkpoint. A finished run returns its stored result. Errors: InvalidArgument (the options and the data do
    // not go together), Numeric (the loss is no longer finite; names the layer, the step and what was kept),
    // OutOfMemory (the network or the batch exceeds the budget), WriteFailed, Unreadable (a damaged checkpoint).
    Result<TrainingResult> run(const Experiment& experiment, const OpenedDataset& data, const RunFolder& folder,
                               ProgressSink& sink, std::stop_token stop = {});

private:
    Services m_services;
};

// What the history of a run of the model measures, with or without a validation part: the losses; of the validation
// part the same, "validation_mse", "validation_psnr", the family's metrics, and "validation_active_units" where there
// is a code (CodeStatistics::active()). Without that part the last two are of some of the training samples, and called
// "training_…".
std::vector<std::string> historyColumns(const Model& model, bool isValidated);

// f32 or bf16 as the option says; `auto` is bf16 where the processor computes it natively.
Precision resolvePrecision(const OptionValues& options);
// What a trained model is applied with: as it was trained, where this machine can.
Precision applyingPrecision(const OptionValues& options);

} // namespace hourglass
