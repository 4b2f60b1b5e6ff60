#include "ui/bridge/DenoiseService.h"

#include <utility>

#include "core/analysis/NoiseLevel.h"
#include "core/base/Memory.h"
#include "core/inference/DenoiseImage.h"
#include "core/io/ModelFile.h"
#include "core/training/Trainer.h"
#include "ui/bridge/CoreText.h"
#include "ui/bridge/PoolJob.h"

namespace hourglass {

namespace {

Result<std::shared_ptr<const DenoisePicture>> readPicture(const PictureSource& source) {
    Result<DecodedImage> decoded = source.read();
    if (!decoded)
        return std::move(decoded).error();
    const float noise = estimateNoiseLevel(decoded->pixels);
    return std::make_shared<const DenoisePicture>(DenoisePicture{.pixels = std::move(decoded->pixels),
                                                                 .name = source.name,
                                                                 .path = source.path,
                                                                 .format = decoded->format,
                                                                 .bitDepth = decoded->bitDepth,
                                                                 .hadAlpha = decoded->hadAlpha,
                                                                 .noise = noise});
}

} // namespace

// One request on its way to the compute thread.
struct DenoiseService::Job {
    DenoiseRequest request;
    std::stop_token stop;
    std::function<void(const DenoiseModel&)> known;
    std::function<void(const PictureProgress&)> report;
    std::shared_ptr<Answer<Result<std::optional<DenoisedPicture>>>> answer;

    void run(std::shared_ptr<const Model> model, std::shared_ptr<const ParameterStore> weights, int64_t step,
             Executor& executor) {
        finish([&] { return denoise(std::move(model), std::move(weights), step, executor); });
    }

    void runLoading(Executor& executor) {
        finish([&]() -> Result<std::optional<DenoisedPicture>> {
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
    void finish(const Work& work) {
        const std::string doing = "denoising '" + request.picture->name.toStdString() + "'";
        answer->give(guarded(doing, work));
    }

    Result<std::optional<DenoisedPicture>> denoise(std::shared_ptr<const Model> model,
                                                   std::shared_ptr<const ParameterStore> weights, int64_t step,
                                                   Executor& executor) const {
        DenoisedPicture done{.before = request.picture,
                             .model = {.sampleShape = model->sampleShape,
                                       .takesAnySize = model->takesAnySize(),
                                       .wantsNoiseLevel = model->wantsNoiseLevel(),
                                       .step = step},
                             .modelName = request.modelName};
        known(done.model);
        PictureMeter meter(request.picture->pixels.shape(), report);
        // Half of what is free now: the answer needs some as well, and so does the rest of the desktop.
        PassSettings settings{.memoryBudget = freeMemory() / 2, .noiseLevel = request.noiseLevel, .stop = stop};
        if (done.model.wantsNoiseLevel) {
            done.noiseLevel = request.noiseLevel.value_or(request.picture->noise);
            done.isLevelGiven = request.noiseLevel.has_value();
        }
        settings.progress = [&](double fraction) { meter.tell(fraction); };
        ModelRunner runner(executor, model, std::move(weights), applyingPrecision(model->options));
        Result<std::optional<Tensor>> clean = denoiseImage(runner, request.picture->pixels, settings);
        if (!clean)
            return std::move(clean).error();
        if (!*clean)
            return std::optional<DenoisedPicture>();
        done.pixels = **std::move(clean);
        done.noise = estimateNoiseLevel(done.pixels);
        done.seconds = meter.seconds();
        return std::optional(std::move(done));
    }
};

DenoiseService::DenoiseService(TrainingController& controller, QObject* parent) : ModelService(controller, parent) {
    // Another model that is to take the place of the one at hand does not wait for a picture either.
    connect(&controller, &TrainingController::modelOpening, this, [this] {
        if (isOfModelAtHand())
            forget();
    });
    const auto askAgain = [this] {
        if (isOfModelAtHand())
            postAnew();
    };
    connect(&controller, &TrainingController::modelChanged, this, askAgain);
    connect(&controller, &TrainingController::modelFailed, this, askAgain);
}

// Decoding a large photograph takes longer than a frame, and so does judging its noise.
void DenoiseService::open(const PictureSource& source) {
    const int request = ++m_asked;
    m_opening.begins(request, source.name);
    runInPool(
        m_replies, "opening '" + source.name.toStdString() + "'", [source] { return readPicture(source); },
        [this, request](Result<std::shared_ptr<const DenoisePicture>> picture) {
            if (!picture) {
                m_opening.fails(request);
                emit openFailed(coreText(picture.error()));
            } else if (m_opening.arrives(request)) {
                emit opened(*std::move(picture));
            }
        });
}

bool DenoiseService::start(DenoiseRequest request) {
    cancel();
    m_request = std::move(request);
    return postAnew();
}

bool DenoiseService::post() {
    if (m_request.model.empty() && !m_controller.openingModel().empty())
        return m_controller.hasModel(); // and waits
    const Request posted = newRequest();
    auto job = std::make_shared<Job>();
    job->request = m_request;
    job->stop = posted.stop;
    job->known = [this, call = posted.call](const DenoiseModel& model) {
        call([this, model] { emit modelKnown(model); });
    };
    job->report = [this, call = posted.call](const PictureProgress& progress) {
        call([this, progress] { emit progressed(progress); });
    };
    job->answer = answerTo<DenoisedPicture>(
        posted, [this](std::shared_ptr<const DenoisedPicture> result) { emit finished(std::move(result)); });
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
        job->answer->keepQuiet();
    return isPosted;
}

void DenoiseService::cancel() {
    m_request = {};
    ModelService::cancel();
}

void DenoiseService::save(const std::shared_ptr<const DenoisedPicture>& result, const std::filesystem::path& path,
                          const EncodeOptions& options) {
    write(path, [result, path, options] { return encodeImage(path, result->pixels, options); });
}

} // namespace hourglass
