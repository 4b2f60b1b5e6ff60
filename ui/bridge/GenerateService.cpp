#include "ui/bridge/GenerateService.h"

#include <utility>

#include "core/analysis/PictureGrid.h"
#include "core/data/ImageCodec.h"
#include "core/formats/Npy.h"
#include "ui/bridge/CoreText.h"
#include "ui/bridge/GenerateJob.h"
#include "ui/bridge/PoolJob.h"
#include "ui/bridge/TrainingController.h"

namespace hourglass {

struct GenerateService::Memory : GenerateMemory {};

// One request on its way to the compute thread. Answers once, also when it is dropped unrun: nothing then.
struct GenerateService::Job {
    GenerateRequest request;
    std::stop_token stop;
    std::shared_ptr<Memory> memory;
    std::function<void(std::shared_ptr<Result<std::optional<Generated>>>)> answer;

    ~Job() {
        if (answer)
            answer(nullptr);
    }

    template <typename Find>
    void run(Executor& executor, const Find& find) {
        auto result = std::make_shared<Result<std::optional<Generated>>>(
            guarded("generating samples", [&]() -> Result<std::optional<Generated>> {
                if (stop.stop_requested())
                    return std::optional<Generated>();
                const Result<WorkingModel> model = find();
                if (!model)
                    return model.error();
                return generate(request, *model, *memory, executor, stop);
            }));
        std::exchange(answer, nullptr)(std::move(result));
    }
};

GenerateService::GenerateService(TrainingController& controller, QObject* parent)
    : QObject(parent), m_controller(controller), m_memory(std::make_shared<Memory>()) {
    // A run does not wait for samples, which go on between its steps.
    connect(&controller, &TrainingController::stateChanged, this, [this](TrainingController::State state) {
        const bool others =
            state == TrainingController::State::Preparing || state == TrainingController::State::Stopping;
        if (!m_isBusy || !others)
            return;
        m_stop.request_stop();
        setBusy(post());
    });
}

GenerateService::~GenerateService() {
    m_stop.request_stop();
}

bool GenerateService::start(GenerateRequest request) {
    m_stop.request_stop();
    m_request = std::move(request);
    setBusy(post());
    return m_isBusy;
}

bool GenerateService::post() {
    m_stop = {};
    auto job = std::make_shared<Job>();
    job->request = m_request;
    job->stop = m_stop.get_token();
    job->memory = m_memory;
    job->answer = [this, generation = ++m_generation, reply = m_replies.sender()](auto result) {
        reply([this, generation, result] {
            if (generation == m_generation)
                ended(result);
        });
    };
    if (!m_request.model.empty()) {
        m_controller.postJob([job](Executor& executor) {
            job->run(executor, [&] { return job->memory->models.load(job->request.model); });
        });
        return true;
    }
    const bool isTraining = m_controller.isActive();
    const std::filesystem::path path = m_controller.modelPath();
    const bool isPosted =
        m_controller.postModelJob([job, isTraining, path](const JobContext& context, Executor& executor) {
            job->run(executor, [&]() -> Result<WorkingModel> { return modelAtHand(context, path, isTraining); });
        });
    if (!isPosted)
        job->answer = nullptr;
    return isPosted;
}

void GenerateService::ended(const std::shared_ptr<Result<std::optional<Generated>>>& result) {
    if (result == nullptr) { // dropped with its run, which has left a model by now
        setBusy(post());
        return;
    }
    setBusy(false);
    if (!*result)
        emit failed(coreText(result->error()));
    else if (**result)
        emit finished(std::make_shared<const Generated>(std::move(**result).value()));
}

void GenerateService::cancel() {
    ++m_generation;
    m_stop.request_stop();
    setBusy(false);
}

void GenerateService::setBusy(bool isBusy) {
    if (isBusy == m_isBusy)
        return;
    m_isBusy = isBusy;
    emit busyChanged(isBusy);
}

void GenerateService::save(const std::shared_ptr<const Generated>& result, int64_t columns,
                           const std::filesystem::path& path) {
    runInPool(
        m_replies, "writing '" + path.string() + "'",
        [result, columns, path]() -> Result<void> {
            if (path.extension() == ".npy")
                return writeNpy(path, result->pictures);
            return encodeImage(path, pictureGrid(result->pictures, {.columns = columns}));
        },
        [this, path](const Result<void>& written) {
            if (written)
                emit saved(path);
            else
                emit saveFailed(coreText(written.error()));
        });
}

} // namespace hourglass
