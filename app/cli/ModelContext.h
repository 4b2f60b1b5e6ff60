#pragma once

// What the commands that use a trained model have in common: MODEL and --data SOURCE.

#include "app/cli/Context.h"
#include "core/inference/ModelRunner.h"
#include "core/io/ModelFile.h"

namespace hourglass::cli {

struct ModelArguments {
    std::string model, source;
};

void addModelArguments(CLI::App& command, ModelArguments& arguments);

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

ModelRunner makeRunner(const LoadedModel& loaded, Context& context);

} // namespace hourglass::cli
