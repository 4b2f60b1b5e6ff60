#include "ui/bridge/CompressionService.h"

#include <chrono>
#include <utility>

#include "core/base/AtomicFile.h"
#include "core/data/ImageCodec.h"
#include "core/data/RowSubset.h"
#include "ui/bridge/CoreText.h"
#include "ui/bridge/PoolJob.h"
#include "ui/bridge/ReconstructionService.h"
#include "ui/bridge/TrainingController.h"

namespace hourglass {

namespace {

using Outcome = Result<std::optional<MeasuredCompression>>;

Outcome measure(const CompressionRequest& request, const WorkingModel& model, ModelMemory& memory, Executor& executor,
                const std::function<void(const CompressionProgress&)>& report, const std::stop_token& stop) {
    const auto start = std::chrono::steady_clock::now();
    const auto seconds = [start] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    ModelRunner runner(executor, model.model, model.weights); // in float32, as the command line does it
    if (const Result<Shape> code = runner.codeShape(); !code)
        return code.error();
    std::vector<int64_t> rows;
    if (request.open.dataset != nullptr && request.open.experiment)
        rows = validationRows(*request.open.dataset, *request.open.experiment);
    if (rows.empty())
        return makeError(ErrorCode::InvalidArgument,
                         "There are no pictures to measure: the experiment's data are not open. Choose data on the "
                         "left, then measure again.");
    const auto pictures =
        evenlySpread(std::make_shared<RowSubset>(request.open.dataset, std::move(rows)), request.limit);
    const Result<std::shared_ptr<const Dataset>> training = memory.trainingSamples(model, request.open, stop);
    double told = 0;
    const auto progress = [&](double fraction) {
        constexpr double kPace = 0.05; // seconds from one report to the next
        const double now = seconds();
        if (now - told < kPace)
            return;
        told = now;
        report({fraction, fraction * static_cast<double>(pictures->size()) / now, now / fraction - now});
    };
    Result<std::optional<Compression>> table =
        measureCompression(runner, {.pictures = pictures,
                                    .training = training ? *training : nullptr, // the table says that PCA is missing
                                    .progress = progress,
                                    .stop = stop});
    if (!table)
        return std::move(table).error();
    if (!*table)
        return std::optional<MeasuredCompression>();
    return std::optional(MeasuredCompression{request, **std::move(table), model.step, seconds()});
}

} // namespace

// One request on its way to the compute thread. Answers once, also when it is dropped unrun: nothing then.
struct CompressionService::Job {
    CompressionRequest request;
    std::stop_token stop;
    std::shared_ptr<ModelMemory> memory;
    std::function<void(const CompressionProgress&)> report;
    std::function<void(std::shared_ptr<Outcome>)> answer;

    ~Job() {
        if (answer)
            answer(nullptr);
    }

    template <typename Find>
    void run(Executor& executor, const Find& find) {
        auto result = std::make_shared<Outcome>(guarded("measuring compression", [&]() -> Outcome {
            if (stop.stop_requested())
                return std::optional<MeasuredCompression>();
            const Result<WorkingModel> model = find();
            if (!model)
                return model.error();
            return measure(request, *model, *memory, executor, report, stop);
        }));
        std::exchange(answer, nullptr)(std::move(result));
    }
};

CompressionService::CompressionService(TrainingController& controller, QObject* parent)
    : QObject(parent), m_controller(controller), m_memory(std::make_shared<ModelMemory>()) {
    // A run does not wait for it.
    connect(&controller, &TrainingController::stateChanged, this, [this](TrainingController::State state) {
        const bool others =
            state == TrainingController::State::Preparing || state == TrainingController::State::Stopping;
        if (!m_isBusy || !others)
            return;
        m_stop.request_stop();
        setBusy(post());
    });
}

CompressionService::~CompressionService() {
    m_stop.request_stop();
}

bool CompressionService::start(CompressionRequest request) {
    m_stop.request_stop();
    m_request = std::move(request);
    setBusy(post());
    return m_isBusy;
}

bool CompressionService::post() {
    m_stop = {};
    auto job = std::make_shared<Job>();
    job->request = m_request;
    job->stop = m_stop.get_token();
    job->memory = m_memory;
    const auto send = [this, generation = ++m_generation, reply = m_replies.sender()](auto act) {
        reply([this, generation, act = std::move(act)] {
            if (generation == m_generation)
                act();
        });
    };
    job->report = [this, send](const CompressionProgress& progress) {
        send([this, progress] { emit progressed(progress); });
    };
    job->answer = [this, send](auto result) { send([this, result] { ended(result); }); };
    if (!m_request.model.empty()) {
        m_controller.postJob(
            [job](Executor& executor) { job->run(executor, [&] { return job->memory->load(job->request.model); }); });
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

void CompressionService::ended(const std::shared_ptr<Outcome>& result) {
    if (result == nullptr) { // dropped with its run, which has left a model by now
        setBusy(post());
        return;
    }
    setBusy(false);
    if (!*result)
        emit failed(coreText(result->error()));
    else if (**result)
        emit finished(std::make_shared<const MeasuredCompression>(std::move(**result).value()));
}

void CompressionService::cancel() {
    ++m_generation;
    m_stop.request_stop();
    setBusy(false);
}

void CompressionService::setBusy(bool isBusy) {
    if (isBusy == m_isBusy)
        return;
    m_isBusy = isBusy;
    emit busyChanged(isBusy);
}

void CompressionService::save(const std::shared_ptr<const MeasuredCompression>& result, const Tensor& plot,
                              const std::filesystem::path& path) {
    runInPool(
        m_replies, "writing '" + path.string() + "'",
        [result, plot, path]() -> Result<void> {
            if (path.extension() != ".csv")
                return encodeImage(path, plot);
            const std::string text = csvOf(result->table);
            return writeFileAtomically(path, std::as_bytes(std::span(text)));
        },
        [this, path](const Result<void>& written) {
            if (written)
                emit saved(path);
            else
                emit saveFailed(coreText(written.error()));
        });
}

} // namespace hourglass
