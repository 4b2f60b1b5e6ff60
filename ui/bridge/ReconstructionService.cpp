#include "ui/bridge/ReconstructionService.h"

#include "core/analysis/ImageMetrics.h"
#include "core/base/Guarded.h"
#include "core/base/Memory.h"
#include "core/data/ImageCodec.h"
#include "core/inference/DenoiseImage.h"
#include "core/training/NetworkInput.h"
#include "core/training/TrainingData.h"
#include "ui/bridge/CoreText.h"
#include "ui/bridge/ShapeText.h"
#include "ui/bridge/TrainingController.h"

namespace hourglass {

namespace {

using MadeReconstruction = Result<std::optional<Reconstruction>>; // nothing when it was stopped

Tensor withChannels(const Tensor& picture, int64_t channels) {
    const int64_t pixels = picture.shape()[1] * picture.shape()[2];
    Tensor result({channels, picture.shape()[1], picture.shape()[2]});
    const float* in = picture.data();
    for (int64_t i = 0; i < pixels; ++i)
        if (channels == 1)
            result.data()[i] = 0.299f * in[i] + 0.587f * in[pixels + i] + 0.114f * in[2 * pixels + i];
        else
            for (int64_t c = 0; c < channels; ++c)
                result.data()[c * pixels + i] = in[i];
    return result;
}

Tensor cropped(const Tensor& picture, int64_t height, int64_t width) {
    const Shape& shape = picture.shape();
    const int64_t top = (shape[1] - height) / 2, left = (shape[2] - width) / 2;
    Tensor result({shape[0], height, width});
    for (int64_t c = 0; c < shape[0]; ++c)
        for (int64_t y = 0; y < height; ++y)
            std::copy_n(picture.data() + (c * shape[1] + top + y) * shape[2] + left, width,
                        result.data() + (c * height + y) * width);
    return result;
}

void measure(Reconstruction& result) {
    const Shape& shape = result.original.shape();
    if (!isPictureShape(shape))
        return;
    const auto original = result.original.values(), output = result.reconstruction.values();
    result.psnr = psnr(original, output);
    result.ssim = ssim(original, output, shape);
    for (size_t i = 0; i < original.size(); ++i)
        result.meanDifference += static_cast<double>(std::abs(output[i] - original[i]));
    result.meanDifference /= static_cast<double>(original.size());
    if (result.noisy) {
        result.noisyPsnr = psnr(original, result.noisy->values());
        result.noisySsim = ssim(original, result.noisy->values(), shape);
    }
}

// The sample asked for as the model is to get it, clean.
Result<Reconstruction> originalOf(const ReconstructionRequest& request, const Model& model) {
    const Shape& shape = model.sampleShape;
    Reconstruction result;
    if (request.dataset != nullptr) {
        if (request.dataset->sampleShape() != shape)
            return makeError(
                ErrorCode::InvalidArgument,
                "The model takes samples of {}, but those of the data set are {}. Run trains one for this data.",
                shapeText(shape).toStdString(), shapeText(request.dataset->sampleShape()).toStdString());
        result.original = Tensor(shape);
        request.dataset->read(std::span(&request.row, 1), result.original.values());
    } else if (isPictureShape(shape)) {
        result.wasFitted = !model.takesAnySize() && request.picture->shape() != shape;
        result.original = result.wasFitted ? fitPicture(*request.picture, shape) : *request.picture;
    } else {
        return makeError(ErrorCode::InvalidArgument, "The model takes samples of {}, which are no pictures.",
                         shapeText(shape).toStdString());
    }
    return result;
}

// In one piece: samples of the model's own shape.
Result<Tensor> wholeSample(const NetworkInput& input, const JobContext& context) {
    auto program = context.programs.get(context.model.autoencoder, context.weights,
                                        {.sizes = context.model.sizes(1), .precision = context.precision});
    if (!program)
        return std::move(program).error();
    NetworkInputBinding binding;
    binding.bind(**program, input.samples.values(), input.noiseLevels);
    (*program)->run();
    return (*program)->outputTensor("reconstruction").reshaped(context.model.sampleShape);
}

MadeReconstruction reconstruct(const ReconstructionRequest& request, const JobContext& context, Executor& executor,
                               const PictureMeter::Report& report, const std::stop_token& stop) {
    if (stop.stop_requested())
        return std::optional<Reconstruction>();
    Result<Reconstruction> result = originalOf(request, context.model);
    if (!result)
        return std::move(result).error();
    result->step = context.step;
    const Shape shape = result->original.shape();
    PictureMeter meter(shape, report);
    const uint64_t id = request.dataset != nullptr ? request.dataset->id(request.row) : 0;
    const auto noise = evaluationNoiseOf(context.model);
    if (!noise)
        return noise.error();
    const NetworkInput input =
        corrupted(Tensor(shape.batch(1), result->original.values()), std::span(&id, 1), noise->get(), request.seed);
    if (*noise != nullptr)
        result->noisy = Tensor(shape, input.samples.values());
    if (shape == context.model.sampleShape) {
        Result<Tensor> output = wholeSample(input, context);
        if (!output)
            return std::move(output).error();
        result->reconstruction = *std::move(output);
    } else {
        // The model lives as long as the job, and so does what refers to it here.
        ModelRunner runner(executor, std::shared_ptr<const Model>(&context.model, [](const Model*) {}), context.weights,
                           context.precision);
        const std::optional<float> level =
            *noise != nullptr ? std::optional(input.noiseLevels.front()) : std::nullopt; // else it is estimated
        Result<std::optional<Tensor>> output = denoiseImage(runner, result->noisy ? *result->noisy : result->original,
                                                            {.memoryBudget = freeMemory() / 2,
                                                             .noiseLevel = level,
                                                             .progress = [&](double fraction) { meter.tell(fraction); },
                                                             .stop = stop});
        if (!output)
            return std::move(output).error();
        if (!*output)
            return std::optional<Reconstruction>();
        result->reconstruction = **std::move(output);
        result->tiledFor = context.model.sampleShape;
    }
    measure(*result);
    result->seconds = meter.seconds();
    return std::optional(*std::move(result));
}

} // namespace

std::vector<int64_t> validationRows(const Dataset& dataset, const Experiment& experiment) {
    const OptionValues& options = experiment.options();
    const double validation = options.real("data.validation_fraction"), test = options.real("data.test_fraction");
    if (validation + test >= 1)
        return {};
    Split split = splitOf(dataset, options);
    return split.validation.empty() ? std::move(split.train) : std::move(split.validation);
}

Tensor fitPicture(const Tensor& picture, const Shape& shape) {
    Tensor result = picture.shape()[0] == shape[0] ? picture : withChannels(picture, shape[0]);
    // The largest middle part of the wanted proportions, brought to size.
    const int64_t h = picture.shape()[1], w = picture.shape()[2];
    const int64_t height = std::max<int64_t>(1, std::min(h, w * shape[1] / shape[2]));
    const int64_t width = std::max<int64_t>(1, std::min(w, h * shape[2] / shape[1]));
    return resizeImage(cropped(result, height, width), shape[1], shape[2]);
}

ReconstructionService::ReconstructionService(TrainingController& controller, QObject* parent)
    : QObject(parent), m_controller(controller) {
    connect(&controller, &TrainingController::modelChanged, this, [this] { // also where no page is there to ask again
        if (!m_controller.hasModel())
            return cancel();
        m_stop.request_stop();
        post();
    });
    // Neither a run nor another model waits for a picture: what is still wanted is asked for again, between the steps
    // of the run, or of whichever model is at hand then.
    connect(&controller, &TrainingController::stateChanged, this, [this](TrainingController::State state) {
        if (state == TrainingController::State::Preparing || state == TrainingController::State::Stopping)
            m_stop.request_stop();
    });
    connect(&controller, &TrainingController::modelOpening, this, [this] { m_stop.request_stop(); });
    connect(&controller, &TrainingController::modelFailed, this, &ReconstructionService::post);
}

ReconstructionService::~ReconstructionService() {
    m_stop.request_stop();
}

void ReconstructionService::cancel() {
    ++m_generation;
    m_latest = nullptr;
    m_stop.request_stop();
}

int ReconstructionService::request(ReconstructionRequest request) {
    if (!m_controller.hasModel()) {
        cancel();
        return 0;
    }
    m_stop.request_stop(); // the same subject is to be seen as it is now
    m_latest = std::make_shared<const ReconstructionRequest>(std::move(request));
    ++m_generation;
    post();
    return m_generation;
}

// What waits, as soon as it may.
void ReconstructionService::post() {
    if (m_latest == nullptr || m_isRunning || !m_controller.openingModel().empty())
        return;
    m_posted = m_generation;
    m_stop = {};
    // Answers once, also when the job is dropped unrun, because the run ended before it came to it.
    struct Sender {
        std::function<void(std::shared_ptr<MadeReconstruction>)> send;
        ~Sender() {
            if (send)
                send(nullptr);
        }
    };
    auto sender = std::make_shared<Sender>();
    sender->send = [this, generation = m_posted,
                    reply = m_replies.sender()](std::shared_ptr<MadeReconstruction> answer) {
        reply([this, generation, answer = std::move(answer)] {
            if (generation == m_posted)
                jobEnded(answer && *answer && !**answer ? nullptr : answer);
        });
    };
    const auto report = [this, generation = m_posted, stop = m_stop.get_token(),
                         reply = m_replies.sender()](const PictureProgress& progress) {
        reply([this, generation, stop, progress] {
            if (generation == m_generation && !stop.stop_requested())
                emit progressed(progress);
        });
    };
    m_isRunning = m_controller.postModelJob([request = m_latest, sender = std::move(sender), report,
                                             stop = m_stop.get_token()](const JobContext& context, Executor& executor) {
        auto answer = std::make_shared<MadeReconstruction>(guarded(
            "reconstructing a picture", [&] { return reconstruct(*request, context, executor, report, stop); }));
        std::exchange(sender->send, nullptr)(std::move(answer));
    });
}

// Null: it was stopped, or dropped with its run.
void ReconstructionService::jobEnded(const std::shared_ptr<Result<std::optional<Reconstruction>>>& answer) {
    m_isRunning = false;
    if (answer != nullptr && m_posted == m_generation) {
        m_latest = nullptr;
        if (*answer) {
            auto finishedOne = std::make_shared<Reconstruction>(std::move(**answer).value());
            finishedOne->generation = m_generation;
            emit finished(std::move(finishedOne));
        } else {
            emit failed(m_generation, coreText(answer->error()));
        }
        return;
    }
    post(); // it was overtaken, or is still wanted
}

} // namespace hourglass
