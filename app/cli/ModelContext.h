#pragma once

// What the commands that use a trained model have in common: MODEL and --data SOURCE.

#include "app/cli/Context.h"
#include "core/data/OpenDataset.h"
#include "core/formats/Npy.h"
#include "core/inference/ModelRunner.h"
#include "core/io/ModelFile.h"

namespace hourglass::cli {

struct ModelArguments {
    std::string model, source;
};

void addModelArguments(Command& command, ModelArguments& arguments);

// --sigma auto|VALUE: how noisy samples are on the 0–255 scale, for networks that want to know it; auto: judged from
// each of them (core/analysis/NoiseLevel.h).
void addSigma(Command& command, std::string& sigma);
// σ / 255, or nothing for auto. Says so when it is given in vain.
std::optional<float> noiseLevelOf(const std::string& sigma, const Model& model, const Context& context);

// Opens what --data names, of which messages speak as that and not as the key of an experiment.
Result<OpenedDataset> openArgument(const std::string& source, const DataOptions& options, const Context& context);

// Opens a source the way the model's own data was opened (size, channels), so that samples fit.
Result<OpenedDataset> openFor(const Model& model, const std::string& source, const Context& context);

// All of it, as a command that measures or shows a model needs it.
struct ModelOnData {
    LoadedModel loaded;
    std::shared_ptr<const Dataset> dataset;
    std::unique_ptr<NoiseModel> noise; // null for families that add none

    const Model& model() const { return *loaded.model; }
};
// Nothing when interrupted.
Result<std::optional<ModelOnData>> openModelOnData(const ModelArguments& arguments, const Context& context);

// What a batch and the model's output of it give the file; false once the sink takes no more.
using RowWriter = std::function<bool(const Batch& batch, std::span<const float> output, const FloatSink& sink)>;

// Runs a model over a data set straight into an .npy file of `shape`: the rows of a large source need not fit in memory
// at once. `doing` goes with the progress. False when interrupted: then nothing is written.
Result<bool> writeRows(const std::string& path, const Shape& shape, ModelRunner& runner,
                       const std::shared_ptr<const Dataset>& data, ModelRunner::What what,
                       std::optional<float> noiseLevel, const RowWriter& write, const std::string& doing,
                       const Context& context);

ModelRunner makeRunner(const LoadedModel& loaded, Context& context);

} // namespace hourglass::cli
