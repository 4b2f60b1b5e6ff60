#include "ui/bridge/LatentCollection.h"

#include <algorithm>
#include <cmath>

#include "core/analysis/RequireCodes.h"
#include "core/base/Parallel.h"
#include "core/data/ImageCodec.h"
#include "core/data/RowSubset.h"
#include "core/inference/CodeSource.h"
#include "core/inference/DataForModel.h"
#include "core/io/ModelFile.h"
#include "core/models/VariationalFamily.h"
#include "core/training/Trainer.h"
#include "core/training/TrainingData.h"
#include "ui/bridge/ShapeText.h"

namespace hourglass {

namespace {

constexpr int64_t kBatch = 256;

double meanSquare(std::span<const float> a, std::span<const float> b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) {
        const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        sum += difference * difference;
    }
    return sum / static_cast<double>(a.size());
}

} // namespace

Result<bool> LatentService::Collection::chooseRows() {
    const LatentSource& source = request.source;
    std::shared_ptr<const Dataset> whole = source.data;
    std::vector<int64_t> rows;
    if (source.part == LatentSource::Part::Other) {
        Result<OpenedDataset> opened = openDataFor(*model->model, source.other, source.baseFolder, stop);
        if (!opened)
            return std::move(opened).error();
        whole = opened->dataset;
        if (whole == nullptr)
            return false;
        rows = spreadEvenly(whole->size(), whole->size());
    } else {
        const OptionValues& options = source.experiment->options();
        const double validation = options.real("data.validation_fraction"), test = options.real("data.test_fraction");
        if (validation + test >= 1)
            return makeError(ErrorCode::InvalidArgument, "Validation and test part leave nothing to train with: "
                                                         "lower data.validation_fraction or data.test_fraction.");
        Split split = splitOf(*whole, options);
        const bool isValidation = source.part == LatentSource::Part::Validation && !split.validation.empty();
        rows = isValidation ? std::move(split.validation) : std::move(split.train);
    }
    if (rows.empty())
        return makeError(ErrorCode::InvalidArgument, "There are no samples to encode.");
    codes->outOf = static_cast<int64_t>(rows.size());
    codes->samples =
        CodeView::rowsToLookAt(std::make_shared<RowSubset>(std::move(whole), std::move(rows)), model->codeShape);
    if (Result<void> fits = requireFit(); !fits)
        return std::move(fits).error();
    prepareCodes();
    return !stop.stop_requested();
}

Result<void> LatentService::Collection::requireFit() const {
    const Shape &expected = model->model->sampleShape, &found = codes->samples->sampleShape();
    if (expected == found)
        return {};
    const std::string data = request.samplesName.toStdString(), name = request.modelName.toStdString();
    if (request.source.part != LatentSource::Part::Other && isPictureShape(expected) && isPictureShape(found))
        return makeError(ErrorCode::InvalidArgument,
                         "{}: these samples have the shape {}, and {} takes {}. Open the pictures with Data…, which "
                         "fits them to the model, or choose another model.",
                         data, found.toString(), name, expected.toString());
    return makeError(ErrorCode::InvalidArgument,
                     "{}: these samples have the shape {}, and {} takes {}. Choose other data, or a model for samples "
                     "such as these.",
                     data, found.toString(), name, expected.toString());
}

Result<void> LatentService::Collection::copyModel(const Model& from, const ParameterStore& weights, int64_t step,
                                                  Executor& executor) {
    model = std::make_shared<LatentModel>();
    model->model = std::make_shared<const Model>(from);
    const auto copied = std::make_shared<ParameterStore>(weights.sharedLayout());
    copied->assign(weights.arena());
    model->step = step;
    model->runner = std::make_unique<ModelRunner>(executor, model->model, copied, applyingPrecision(from.options));
    return lookAtModel();
}

Result<void> LatentService::Collection::loadModel(Executor& executor) {
    Result<LoadedModel> loaded = hourglass::loadModel(request.model);
    if (!loaded)
        return std::move(loaded).error();
    model = std::make_shared<LatentModel>();
    model->model = loaded->model;
    model->runner = std::make_unique<ModelRunner>(executor, loaded->model, loaded->weights,
                                                  applyingPrecision(loaded->model->options));
    return lookAtModel();
}

Result<void> LatentService::Collection::lookAtModel() {
    Result<Shape> shape = model->runner->codeShape();
    if (!shape)
        return std::move(shape).error();
    model->codeShape = *shape;
    codes->model = model;
    return {};
}

void LatentService::Collection::prepareCodes() {
    const Shape& shape = model->codeShape;
    codes->codes = Tensor(shape.batch(codes->samples->size()));
    codes->errors.resize(static_cast<size_t>(codes->samples->size()));
    encodingStart = std::chrono::steady_clock::now();
}

Result<void> LatentService::Collection::encodeBatch() {
    const int64_t count = std::min(kBatch, codes->size() - done);
    Tensor samples(codes->samples->sampleShape().batch(count));
    std::vector<int64_t> rows;
    for (int64_t i = 0; i < count; ++i)
        rows.push_back(done + i);
    codes->samples->read(rows, samples.values());
    for (const int64_t row : rows) {
        const uint64_t id = codes->samples->id(row);
        samplesHash.add(std::as_bytes(std::span(&id, 1)));
    }
    samplesHash.add(std::as_bytes(std::span<const float>(samples.values())));
    Result<Tensor> batch = model->runner->encode(samples);
    if (!batch)
        return std::move(batch).error();
    Result<Tensor> output = model->runner->reconstruct(samples);
    if (!output)
        return std::move(output).error();
    std::ranges::copy(batch->values(), codes->codes.sample(done).begin());
    for (int64_t i = 0; i < count; ++i)
        codes->errors[static_cast<size_t>(done + i)] =
            static_cast<float>(meanSquare(samples.sample(i), output->sample(i)));
    if (isPictureShape(codes->samples->sampleShape()))
        takeThumbnails(samples);
    done += count;
    return {};
}

void LatentService::Collection::takeThumbnails(const Tensor& samples) {
    const Shape shape = samples.shape().sample();
    const double scale =
        std::min(1.0, static_cast<double>(Thumbnails::kSide) / static_cast<double>(std::max(shape[1], shape[2])));
    const auto scaled = [scale](int64_t side) {
        return std::max<int64_t>(1, std::llround(static_cast<double>(side) * scale));
    };
    Thumbnails& into = codes->thumbnails;
    into.channels = static_cast<int>(shape[0]);
    into.height = static_cast<int>(scaled(shape[1]));
    into.width = static_cast<int>(scaled(shape[2]));
    const size_t plane = static_cast<size_t>(into.height) * static_cast<size_t>(into.width);
    for (int64_t i = 0; i < samples.shape()[0]; ++i) {
        Tensor small(shape, samples.sample(i));
        if (scale < 1)
            small = resizeImage(small, into.height, into.width);
        for (size_t pixel = 0; pixel < plane; ++pixel)
            for (size_t c = 0; c < static_cast<size_t>(into.channels); ++c) {
                const float value = small.data()[c * plane + pixel];
                into.bytes.push_back(value > 0 ? static_cast<uint8_t>(std::min(value, 1.0f) * 255.0f + 0.5f) : 0);
            }
    }
}

Result<void> LatentService::Collection::lookAtAll() {
    const Tensor flat({codes->size(), codes->codes.shape().elementsPerSample()}, codes->codes.values());
    if (Result<void> usable = requireCodes(flat, 1, "The latent page"); !usable)
        return usable;
    codes->lookAtAll();
    codes->samplesHash = samplesHash.value();
    codes->modelName = request.modelName;
    codes->samplesName = request.samplesName;
    codes->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return {};
}

Result<LatentAnswer> decodeCode(const LatentModel& model, const Tensor& code) {
    LatentAnswer answer{.code = code, .deviation = {}, .sample = {}, .picture = {}};
    const auto [low, high] = codeRange(*model.model);
    for (float& value : answer.code.values())
        value = std::clamp(value, low, high);
    Result<Tensor> output = model.runner->decode(Tensor(code.shape().batch(1), answer.code.values()));
    if (!output)
        return std::move(output).error();
    answer.picture = std::move(*output).reshaped(output->shape().sample());
    return answer;
}

Result<LatentAnswer> encodeSample(const LatentModel& model, const Tensor& sample) {
    const Tensor batch(sample.shape().batch(1), sample.values());
    Result<Program*> encoder = model.runner->program(model.model->encoder, model.model->sizes(1));
    if (!encoder)
        return std::move(encoder).error();
    (*encoder)->bindInput("input", batch.values());
    (*encoder)->run();
    const Tensor code = (*encoder)->outputTensor("code").reshaped(model.codeShape);
    std::optional<Tensor> deviation;
    if (model.model->encoder.outputs().contains(kLogVarianceOutput)) {
        deviation = (*encoder)->outputTensor(kLogVarianceOutput).reshaped(model.codeShape);
        for (float& value : deviation->values())
            value = std::exp(0.5f * value);
    }
    Result<LatentAnswer> answer = decodeCode(model, code);
    if (!answer)
        return answer;
    answer->deviation = std::move(deviation);
    answer->sample = sample;
    answer->error = meanSquare(sample.values(), answer->picture.values());
    return answer;
}

} // namespace hourglass
