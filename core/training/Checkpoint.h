#pragma once

// A training state on disk: one safetensors file with parameters ("encoder.0.weight"), optimiser arenas by parameter
// ("optimizer.m.encoder.0.weight"), averaged weights ("average.…"), and counters in its metadata. It is also a model:
// it holds the options and the sample's shape, and loads wherever a model does. Its bytes hold no time, path or run id:
// two runs of one experiment write the same file.

#include <filesystem>
#include <map>
#include <optional>

#include "core/models/Model.h"
#include "core/optim/Optimizer.h"
#include "core/optim/Schedule.h"

namespace hourglass {

// In a file's metadata: what tells a checkpoint from a model alone.
inline constexpr const char* kStateMetadataKey = "hourglass_state";

// Sums over samples, in double: what a mean is made of when a run is cut in two.
struct LossSums {
    std::vector<double> sums; // by column
    int64_t samples = 0;
    bool operator==(const LossSums&) const = default;
};

// The counters of a run.
struct TrainingState {
    int64_t epoch = 0; // epochs completed
    int64_t batch = 0; // batches done of the current one
    int64_t step = 0;
    LossSums epochLoss, intervalLoss;
    PlateauState plateau;
    std::optional<double> bestValue;
    int64_t bestEpoch = 0;
    int64_t epochsWithoutGain = 0;
    LiveValues asked; // what the experiment says of the options that may change while running
    LiveValues live;  // set while running, instead of those
    std::string note; // what the next row of the history has to say
    bool finished = false;
    bool stoppedEarly = false; // finished by early stopping
    int64_t epochsAsked = 0;   // what training.epochs said when it finished
    bool operator==(const TrainingState&) const = default;
};

Result<void> saveCheckpoint(const std::filesystem::path& path, const Model& model, const ParameterStore& store,
                            Optimizer& optimizer, const TrainingState& state,
                            const std::map<std::string, std::string>& environment);

struct LoadedCheckpoint {
    TrainingState state;
    std::map<std::string, std::string> environment; // instruction set, threads, library versions, precision
};

// Reads a checkpoint of the same model into store and optimizer. Errors: NotFound, Unreadable, InvalidArgument when it
// belongs to another network; then nothing has been changed.
Result<LoadedCheckpoint> loadCheckpoint(const std::filesystem::path& path, const Model& model, ParameterStore& store,
                                        Optimizer& optimizer);

} // namespace hourglass
