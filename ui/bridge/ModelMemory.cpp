#include "ui/bridge/ModelMemory.h"

#include <QtCore/QCoreApplication>

#include "core/data/RowSubset.h"
#include "core/training/RunFolder.h"
#include "core/training/TrainingData.h"

namespace hourglass {

namespace fs = std::filesystem;

WorkingModel modelAtHand(const JobContext& context, const fs::path& path, bool isTraining) {
    return {.model = std::shared_ptr<const Model>(&context.model, [](const Model*) {}),
            .weights = context.weights,
            .run = isTraining || path.empty() ? fs::path() : RunFolder::runOf(path),
            .step = context.step,
            .isTraining = isTraining};
}

QString modelIsGone() {
    return QCoreApplication::translate("ModelMemory",
                                       "The model is gone: the run ended before it had saved one. Choose a run or a "
                                       "model file, or train on.");
}

Result<WorkingModel> ModelMemory::load(const fs::path& path) {
    std::error_code ignored; // loadModel() says what is wrong
    if (!m_loaded || m_path != path || m_time != fs::last_write_time(m_loaded->path, ignored)) {
        m_loaded.reset();
        Result<LoadedModel> loaded = loadModel(path);
        if (!loaded)
            return std::move(loaded).error();
        m_path = path;
        m_time = fs::last_write_time(loaded->path, ignored);
        m_loaded = *std::move(loaded);
    }
    return WorkingModel{.model = m_loaded->model, .weights = m_loaded->weights, .run = RunFolder::runOf(path)};
}

Result<std::shared_ptr<const Dataset>> ModelMemory::trainingSamples(const WorkingModel& model, const OpenData& open,
                                                                    const std::stop_token& stop) {
    if (!model.run.empty()) {
        if (m_run != model.run || m_training == nullptr) {
            Result<OpenedDataset> opened = openTrainingRows(model.run, stop);
            if (!opened)
                return std::move(opened).error();
            m_run = model.run;
            m_training = opened->dataset;
        }
        return m_training;
    }
    std::shared_ptr<const Dataset> none;
    if (open.dataset == nullptr || !open.experiment || open.dataset->sampleShape() != model.model->sampleShape)
        return none;
    const OptionValues& options = open.experiment->options();
    const double validation = options.real("data.validation_fraction"), test = options.real("data.test_fraction");
    if (validation + test >= 1)
        return none;
    return std::shared_ptr<const Dataset>(
        std::make_shared<RowSubset>(open.dataset, splitOf(*open.dataset, options).train));
}

} // namespace hourglass
