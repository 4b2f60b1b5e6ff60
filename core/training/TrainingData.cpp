#include "core/training/TrainingData.h"

#include "core/data/OpenDataset.h"
#include "core/data/RowSubset.h"
#include "core/data/Split.h"
#include "core/training/RunFolder.h"

namespace hourglass {

namespace fs = std::filesystem;

Result<OpenedDataset> openRunPart(const fs::path& checkpoint, RunPart part, std::stop_token stop,
                                  const ProgressFunction& progress) {
    const fs::path run = fs::absolute(checkpoint).parent_path().parent_path(); // RUN/checkpoints/best.safetensors
    if (!RunFolder::isRun(run))
        return makeError(ErrorCode::NotFound,
                         "'{}' lies in no run folder, so it does not say what data it was trained on.",
                         checkpoint.string());
    Result<Experiment> experiment = Experiment::load(RunFolder::experimentPath(run));
    if (!experiment)
        return std::move(experiment).error();
    const OptionValues& options = experiment->options();
    Result<OpenedDataset> opened = openDataset(options, run, std::move(stop), progress);
    if (!opened || opened->dataset == nullptr)
        return opened;
    Split split =
        splitByStableId(*opened->dataset, options.real("data.validation_fraction"), options.real("data.test_fraction"),
                        static_cast<uint64_t>(options.integer("training.seed")));
    std::vector<int64_t>& rows = part == RunPart::Training     ? split.train
                                 : part == RunPart::Validation ? split.validation
                                                               : split.test;
    if (rows.empty())
        return makeError(ErrorCode::InvalidArgument,
                         "The run '{}' keeps no samples for {}: data.{}_fraction is 0. Choose other data.",
                         run.filename().string(), part == RunPart::Test ? "a test" : "validation",
                         part == RunPart::Test ? "test" : "validation");
    opened->dataset = std::make_shared<RowSubset>(opened->dataset, std::move(rows));
    return opened;
}

Result<OpenedDataset> openTrainingRows(const fs::path& checkpoint, std::stop_token stop,
                                       const ProgressFunction& progress) {
    return openRunPart(checkpoint, RunPart::Training, std::move(stop), progress);
}

} // namespace hourglass
