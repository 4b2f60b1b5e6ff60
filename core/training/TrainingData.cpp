#include "core/training/TrainingData.h"

#include <algorithm>

#include "core/data/OpenDataset.h"
#include "core/data/RowSubset.h"
#include "core/training/RunFolder.h"

namespace hourglass {

namespace fs = std::filesystem;

Result<void> checkTargets(const Dataset& data, const OptionValues& options) {
    if (options.text("objective.loss") != "bce")
        return {};
    const std::optional<int64_t> row = data.rowOutsideUnit();
    if (!row)
        return {};
    const std::vector<OptionChoice>& choices = options.table().find("objective.loss")->choices;
    const bool hasGaussian =
        std::ranges::any_of(choices, [](const auto& choice) { return choice.value == "gaussian"; });
    return makeError(ErrorCode::InvalidArgument,
                     "objective.loss 'bce' (cross-entropy) is for values from 0 to 1, but sample {} has others. Scale "
                     "the data, or set objective.loss to '{}' and model.output_activation to 'identity'.",
                     data.name(*row), hasGaussian ? "gaussian" : "mse");
}

Split splitOf(const Dataset& data, const OptionValues& options) {
    return splitByStableId(data, options.real("data.validation_fraction"), options.real("data.test_fraction"),
                           static_cast<uint64_t>(options.integer("training.seed")));
}

Result<OpenedDataset> openRunPart(const fs::path& model, RunPart part, std::stop_token stop,
                                  const ProgressFunction& progress) {
    const fs::path run = RunFolder::runOf(model);
    if (run.empty())
        return makeError(ErrorCode::NotFound,
                         "'{}' lies in no run folder, so it does not say what data it was trained on.", model.string());
    Result<Experiment> experiment = Experiment::load(RunFolder::experimentPath(run));
    if (!experiment)
        return std::move(experiment).error();
    const OptionValues& options = experiment->options();
    Result<OpenedDataset> opened = openDataset(options, run, std::move(stop), progress);
    if (!opened || opened->dataset == nullptr)
        return opened;
    Split split = splitOf(*opened->dataset, options);
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

Result<OpenedDataset> openTrainingRows(const fs::path& model, std::stop_token stop, const ProgressFunction& progress) {
    return openRunPart(model, RunPart::Training, std::move(stop), progress);
}

} // namespace hourglass
