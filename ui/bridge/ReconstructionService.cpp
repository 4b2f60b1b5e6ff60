#include "ui/bridge/ReconstructionService.h"

#include "core/analysis/ImageMetrics.h"
#include "core/data/ImageCodec.h"
#include "core/data/Split.h"
#include "core/training/NetworkInput.h"
#include "ui/bridge/ShapeText.h"
#include "ui/bridge/TrainingController.h"

namespace hourglass {

namespace {

bool isPicture(const Shape& shape) {
    return shape.rank() == 3 && (shape[0] == 1 || shape[0] == 3);
}

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
    if (!isPicture(shape))
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

Result<Reconstruction> reconstruct(const ReconstructionRequest& request, const JobContext& context) {
    const Shape& shape = context.model.sampleShape;
    Reconstruction result;
    result.step = context.step;
    uint64_t id = 0;
    if (request.dataset != nullptr) {
        if (request.dataset->sampleShape() != shape)
            return makeError(
                ErrorCode::InvalidArgument,
                "The model takes samples of {}, but those of the data set are {}. Run trains one for this data.",
                shapeText(shape).toStdString(), shapeText(request.dataset->sampleShape()).toStdString());
        result.original = Tensor(shape);
        request.dataset->read(std::span(&request.row, 1), result.original.values());
        id = request.dataset->id(request.row);
    } else if (isPicture(shape)) {
        result.wasFitted = request.picture.shape() != shape;
        result.original = result.wasFitted ? fitPicture(request.picture, shape) : request.picture;
    } else {
        return makeError(ErrorCode::InvalidArgument, "The model takes samples of {}, which are no pictures.",
                         shapeText(shape).toStdString());
    }
    const auto noise = evaluationNoiseOf(context.model);
    if (!noise)
        return noise.error();
    const NetworkInput input =
        corrupted(Tensor(shape.batch(1), result.original.values()), std::span(&id, 1), noise->get(), request.seed);
    if (*noise != nullptr)
        result.noisy = Tensor(shape, input.samples.values());
    auto program = context.programs.get(context.model.autoencoder, context.weights,
                                        {.sizes = context.model.sizes(1), .precision = context.precision});
    if (!program)
        return std::move(program).error();
    NetworkInputBinding binding;
    binding.bind(**program, input.samples.values(), input.noiseLevels);
    (*program)->run();
    result.reconstruction = (*program)->outputTensor("reconstruction").reshaped(shape);
    measure(result);
    return result;
}

} // namespace

std::vector<int64_t> validationRows(const Dataset& dataset, const Experiment& experiment) {
    const OptionValues& options = experiment.options();
    const double validation = options.real("data.validation_fraction"), test = options.real("data.test_fraction");
    if (validation + test >= 1)
        return {};
    Split split = splitByStableId(dataset, validation, test, static_cast<uint64_t>(options.integer("training.seed")));
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
    : QObject(parent), m_controller(controller) {}

int ReconstructionService::request(ReconstructionRequest request) {
    if (!m_controller.hasModel())
        return 0;
    m_latest = std::make_shared<const ReconstructionRequest>(std::move(request));
    ++m_generation;
    if (!m_isRunning)
        post();
    return m_generation;
}

void ReconstructionService::post() {
    m_posted = m_generation;
    // Answers once, also when the job is dropped unrun, because the run ended before it came to it.
    struct Answer {
        std::function<void(std::shared_ptr<Result<Reconstruction>>)> send;
        ~Answer() {
            if (send)
                send(nullptr);
        }
    };
    auto answer = std::make_shared<Answer>();
    answer->send = [this, generation = m_posted,
                    reply = m_replies.sender()](std::shared_ptr<Result<Reconstruction>> result) {
        reply([this, generation, result = std::move(result)] { jobEnded(generation, result); });
    };
    m_isRunning = m_controller.postModelJob(
        [request = m_latest, answer = std::move(answer)](const JobContext& context, Executor&) {
            auto result = std::make_shared<Result<Reconstruction>>(Reconstruction{});
            try {
                *result = reconstruct(*request, context);
            } catch (const std::exception& error) {
                *result = makeError(ErrorCode::Unsupported, "Internal error: {}.", error.what());
            }
            std::exchange(answer->send, nullptr)(std::move(result));
        });
}

void ReconstructionService::jobEnded(int generation, const std::shared_ptr<Result<Reconstruction>>& result) {
    if (generation != m_posted)
        return;
    m_isRunning = false;
    if (result != nullptr && generation == m_generation) {
        if (*result) {
            auto finishedOne = std::make_shared<Reconstruction>(std::move(*result).value());
            finishedOne->generation = generation;
            emit finished(std::move(finishedOne));
        } else {
            emit failed(generation, QString::fromStdString(result->error().message()));
        }
        return;
    }
    if (m_controller.hasModel())
        post(); // it was overtaken, or dropped with its run
}

} // namespace hourglass
