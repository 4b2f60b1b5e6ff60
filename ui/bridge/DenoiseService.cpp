#include "ui/bridge/DenoiseService.h"

#include <chrono>
#include <utility>

#include <QtCore/QThreadPool>

#include "core/analysis/NoiseLevel.h"
#include "core/inference/DenoiseImage.h"
#include "core/io/ModelFile.h"
#include "core/training/Trainer.h"
#include "ui/bridge/Settings.h"
#include "ui/bridge/TrainingController.h"

namespace hourglass {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kBetweenReports{50};

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

Result<DenoisePicture> readPicture(const std::filesystem::path& path) {
    Result<DecodedImage> decoded = decodeImage(path);
    if (!decoded)
        return std::move(decoded).error();
    return DenoisePicture{.pixels = std::move(decoded->pixels),
                          .name = toText(path.filename()),
                          .path = path,
                          .format = decoded->format,
                          .bitDepth = decoded->bitDepth,
                          .hadAlpha = decoded->hadAlpha};
}

} // namespace

// One request on its way to the compute thread. Answers once, also when it is dropped unrun: nothing then.
struct DenoiseService::Job {
    DenoiseRequest request;
    std::stop_token stop;
    std::function<void(const DenoiseModel&)> known;
    std::function<void(double, double)> report;
    std::function<void(std::shared_ptr<Result<std::optional<DenoisedPicture>>>)> answer;

    ~Job() {
        if (answer)
            answer(nullptr);
    }

    void run(std::shared_ptr<const Model> model, std::shared_ptr<const ParameterStore> weights, int64_t step,
             Executor& executor) {
        guarded([&] { return denoise(std::move(model), std::move(weights), step, executor); });
    }

    void runLoading(Executor& executor) {
        guarded([&]() -> Result<std::optional<DenoisedPicture>> {
            if (stop.stop_requested())
                return std::optional<DenoisedPicture>();
            Result<LoadedModel> loaded = loadModel(request.model);
            if (!loaded)
                return std::move(loaded).error();
            return denoise(loaded->model, loaded->weights, 0, executor);
        });
    }

private:
    template <typename Work>
    void guarded(const Work& work) {
        auto result = std::make_shared<Result<std::optional<DenoisedPicture>>>(std::optional<DenoisedPicture>());
        try { // the last catch on this thread
            *result = work();
        } catch (const std::bad_alloc&) {
            *result = makeError(ErrorCode::OutOfMemory, "There is not enough memory to denoise '{}'.",
                                request.picture->name.toStdString());
        } catch (const std::exception& error) {
            *result = makeError(ErrorCode::Unsupported, "Internal error while denoising: {}.", error.what());
        }
        std::exchange(answer, nullptr)(std::move(result));
    }

    Result<std::optional<DenoisedPicture>> denoise(std::shared_ptr<const Model> model,
                                                   std::shared_ptr<const ParameterStore> weights, int64_t step,
                                                   Executor& executor) const {
        DenoisedPicture done{.before = request.picture,
                             .model = {.sampleShape = model->sampleShape,
                                       .takesAnySize = model->takesAnySize(),
                                       .wantsNoiseLevel = model->wantsNoiseLevel(),
                                       .step = step}};
        known(done.model);
        const auto start = Clock::now();
        auto reported = start;
        PassSettings settings{.memoryBudget = memoryBudget(), .stop = stop};
        if (done.model.wantsNoiseLevel)
            settings.noiseLevel = done.noiseLevel = request.noiseLevel.value_or(request.picture->noise);
        settings.progress = [&](double fraction) {
            if (fraction <= 0 || Clock::now() - reported < kBetweenReports)
                return;
            reported = Clock::now();
            report(fraction, secondsSince(start) * (1 - fraction) / fraction);
        };
        ModelRunner runner(executor, model, std::move(weights), applyingPrecision(model->options));
        Result<std::optional<Tensor>> clean = denoiseImage(runner, request.picture->pixels, settings);
        if (!clean)
            return std::move(clean).error();
        if (!*clean)
            return std::optional<DenoisedPicture>();
        done.pixels = **std::move(clean);
        done.noise = estimateNoiseLevel(done.pixels);
        done.seconds = secondsSince(start);
        return std::optional(std::move(done));
    }
};

DenoiseService::DenoiseService(TrainingController& controller, QObject* parent)
    : QObject(parent), m_controller(controller) {}

DenoiseService::~DenoiseService() {
    m_stop.request_stop();
}

void DenoiseService::open(const std::filesystem::path& path) {
    decode([path] { return readPicture(path); });
}

void DenoiseService::open(const Tensor& pixels, const QString& name) {
    decode([pixels, name]() -> Result<DenoisePicture> { return DenoisePicture{.pixels = pixels, .name = name}; });
}

// Decoding a large photograph takes longer than a frame, and so does judging its noise.
void DenoiseService::decode(std::function<Result<DenoisePicture>()> read) {
    QThreadPool::globalInstance()->start(
        [this, read = std::move(read), request = ++m_opening, reply = m_replies.sender()] {
            auto result = std::make_shared<Result<DenoisePicture>>(DenoisePicture{});
            try {
                *result = read();
                if (*result)
                    (*result)->noise = estimateNoiseLevel((*result)->pixels);
            } catch (const std::exception& error) {
                *result = makeError(ErrorCode::OutOfMemory, "The picture cannot be opened: {}.", error.what());
            }
            reply([this, request, result] {
                if (request != m_opening)
                    return;
                if (*result)
                    emit opened(std::make_shared<const DenoisePicture>(std::move(*result).value()));
                else
                    emit openFailed(QString::fromStdString(result->error().message()));
            });
        });
}

bool DenoiseService::start(DenoiseRequest request) {
    cancel();
    m_request = std::move(request);
    setBusy(post());
    return m_isBusy;
}

bool DenoiseService::post() {
    m_stop = {};
    auto job = std::make_shared<Job>();
    job->request = m_request;
    job->stop = m_stop.get_token();
    const auto send = [this, generation = ++m_generation, reply = m_replies.sender()](auto act) {
        reply([this, generation, act = std::move(act)] {
            if (generation == m_generation)
                act();
        });
    };
    job->known = [this, send](const DenoiseModel& model) { send([this, model] { emit modelKnown(model); }); };
    job->report = [this, send](double fraction, double secondsLeft) {
        send([this, fraction, secondsLeft] { emit progressed(fraction, secondsLeft); });
    };
    job->answer = [this, send](auto result) { send([this, result] { ended(result); }); };
    if (!m_request.model.empty()) {
        m_controller.postJob([job](Executor& executor) { job->runLoading(executor); });
        return true;
    }
    const bool isPosted = m_controller.postModelJob([job](const JobContext& context, Executor& executor) {
        // The model lives as long as the job, and so does what refers to it here.
        job->run(std::shared_ptr<const Model>(&context.model, [](const Model*) {}), context.weights, context.step,
                 executor);
    });
    if (!isPosted)
        job->answer = nullptr;
    return isPosted;
}

void DenoiseService::ended(const std::shared_ptr<Result<std::optional<DenoisedPicture>>>& result) {
    if (result == nullptr) { // dropped with its run, which has left a model by now
        if (!post())
            setBusy(false);
        return;
    }
    setBusy(false);
    if (!*result)
        emit failed(QString::fromStdString(result->error().message()));
    else if (**result)
        emit finished(std::make_shared<const DenoisedPicture>(std::move(**result).value()));
}

void DenoiseService::cancel() {
    ++m_generation;
    m_stop.request_stop();
    m_request = {};
    setBusy(false);
}

void DenoiseService::setBusy(bool isBusy) {
    if (isBusy == m_isBusy)
        return;
    m_isBusy = isBusy;
    emit busyChanged(isBusy);
}

void DenoiseService::save(const std::shared_ptr<const DenoisedPicture>& result, const std::filesystem::path& path,
                          const EncodeOptions& options) {
    QThreadPool::globalInstance()->start([this, result, path, options, reply = m_replies.sender()] {
        auto written = std::make_shared<Result<void>>();
        try {
            *written = encodeImage(path, result->pixels, options);
        } catch (const std::exception& error) {
            *written = makeError(ErrorCode::OutOfMemory, "'{}' cannot be written: {}.", path.string(), error.what());
        }
        reply([this, path, written] {
            if (*written)
                emit saved(path);
            else
                emit saveFailed(QString::fromStdString(written->error().message()));
        });
    });
}

} // namespace hourglass
