#pragma once

// A model for a job of the window, with the data that it learnt from: the model at hand, or one from disk, which is
// read again only when its file has changed. Compute thread only.

#include <QtCore/QString>

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>

#include "core/data/Dataset.h"
#include "core/io/ModelFile.h"
#include "core/training/Experiment.h"
#include "core/training/TrainerMailbox.h"

namespace hourglass {

// What the window has open, with the experiment that says how it is split.
struct OpenData {
    std::shared_ptr<const Dataset> dataset = {};
    std::optional<Experiment> experiment = {};
};

struct WorkingModel {
    std::shared_ptr<const Model> model = {};
    std::shared_ptr<const ParameterStore> weights = {};
    std::filesystem::path run = {}; // empty: it belongs to none, or trains
    int64_t step = 0;               // of the weights; 0 of a loaded model
    bool isTraining = false;
};

// The model that a job has been given, which lives no longer than the job. `path` is what it was loaded from.
WorkingModel modelAtHand(const JobContext& context, const std::filesystem::path& path, bool isTraining);

// What is said when there is none any more, of a request that somebody waits for.
QString modelIsGone();

// What jobs remember from one to the next; only they touch it, one after another.
class ModelMemory {
public:
    // Errors: as loadModel().
    Result<WorkingModel> load(const std::filesystem::path& path);

    // What the model learnt from: of a run that trains and of a model that belongs to no run the training part of what
    // the window has open, if the model can take it. Null: there is none, or asked to stop. Errors: as
    // openTrainingRows().
    Result<std::shared_ptr<const Dataset>> trainingSamples(const WorkingModel& model, const OpenData& open,
                                                           const std::stop_token& stop);

private:
    std::filesystem::path m_path;
    std::filesystem::file_time_type m_time;
    std::optional<LoadedModel> m_loaded;
    std::filesystem::path m_run;
    std::shared_ptr<const Dataset> m_training; // of m_run
};

} // namespace hourglass
