#include "core/inference/ModelRunner.h"

#include "core/analysis/NoiseLevel.h"

namespace hourglass {

namespace {

constexpr int64_t kBatch = 256;

} // namespace

ModelRunner::ModelRunner(Executor& executor, std::shared_ptr<const Model> model,
                         std::shared_ptr<const ParameterStore> weights, Precision precision)
    : m_model(std::move(model)), m_weights(std::move(weights)), m_precision(precision), m_programs(executor) {}

Result<void> ModelRunner::requireCode() const {
    if (m_model->hasCode())
        return {};
    return makeError(ErrorCode::InvalidArgument,
                     "A network of architecture '{}' has no code: skip connections lead around it. Use reconstruct or "
                     "denoise, or train a dense or convolutional one.",
                     m_model->architecture->id());
}

Result<Shape> ModelRunner::codeShape() const {
    if (Result<void> coded = requireCode(); !coded)
        return std::move(coded).error();
    const Graph& encoder = m_model->encoder;
    return evaluate(encoder.shape(encoder.output("code")), m_model->sizes(1)).value().sample();
}

Result<Program*> ModelRunner::program(const Graph& graph, const SymbolSizes& sizes, size_t memoryBudget) {
    return m_programs.get(graph, m_weights, {.sizes = sizes, .precision = m_precision, .memoryBudget = memoryBudget});
}

Result<Program*> ModelRunner::programFor(const Graph& graph, const Tensor& batch) {
    SymbolSizes sizes = m_model->sizes(batch.shape().rank() < 1 ? 0 : batch.shape()[0]);
    if (m_model->takesAnySize() && batch.shape().rank() == 4) {
        const int64_t multiple = m_model->sizeMultiple;
        const int64_t shrunk = &graph == &m_model->decoder ? multiple : 1; // a spatial code is that much smaller
        sizes.h = batch.shape()[2] * shrunk;
        sizes.w = batch.shape()[3] * shrunk;
        if (sizes.h % multiple != 0 || sizes.w % multiple != 0)
            return makeError(ErrorCode::InvalidArgument,
                             "This network takes pictures whose sides are multiples of {}; these have {}×{}.", multiple,
                             sizes.w, sizes.h);
    }
    const Result<Shape> expected = evaluate(graph.shape(graph.nodesOf(OpKind::Input).front()), sizes);
    if (!expected)
        return expected.error();
    const Shape given = batch.shape().rank() < 1 ? Shape{} : batch.shape().sample();
    if (given != expected->sample())
        return makeError(ErrorCode::InvalidArgument, "This model takes {} of shape {}; these have {}.",
                         &graph == &m_model->decoder ? "codes" : "samples", expected->sample().toString(),
                         given.toString());
    return program(graph, sizes);
}

Result<Tensor> ModelRunner::reconstruct(const NetworkInput& input) {
    Result<Program*> program = programFor(m_model->autoencoder, input.samples);
    if (!program)
        return std::move(program).error();
    NetworkInputBinding binding;
    binding.bind(**program, input.samples.values(), input.noiseLevels);
    (*program)->run();
    return (*program)->outputTensor("reconstruction");
}

Result<Tensor> ModelRunner::reconstruct(const Tensor& samples, float noiseLevel) {
    const auto count = static_cast<size_t>(samples.shape().rank() < 1 ? 0 : samples.shape()[0]);
    return reconstruct(NetworkInput{samples, std::vector<float>(count, noiseLevel)});
}

Result<Tensor> ModelRunner::encode(const Tensor& samples) {
    if (Result<void> coded = requireCode(); !coded)
        return std::move(coded).error();
    Result<Program*> program = programFor(m_model->encoder, samples);
    if (!program)
        return std::move(program).error();
    (*program)->bindInput("input", samples.values());
    (*program)->run();
    return (*program)->outputTensor("code");
}

Result<Tensor> ModelRunner::decodeBatch(const Tensor& codes) {
    Result<Program*> program = programFor(m_model->decoder, codes);
    if (!program)
        return std::move(program).error();
    (*program)->bindInput("code", codes.values());
    (*program)->run();
    return (*program)->outputTensor("reconstruction");
}

Result<Tensor> ModelRunner::decode(const Tensor& codes) {
    if (Result<void> coded = requireCode(); !coded)
        return std::move(coded).error();
    if (codes.shape().rank() < 1 || codes.shape()[0] <= kBatch)
        return decodeBatch(codes);
    std::optional<Tensor> all; // of the first part's size, which need not be sampleShape
    const int64_t codeElements = codes.shape().elementsPerSample();
    for (int64_t first = 0; first < codes.shape()[0]; first += kBatch) {
        const int64_t count = std::min(kBatch, codes.shape()[0] - first);
        const Tensor batch(codes.shape().sample().batch(count),
                           codes.values().subspan(static_cast<size_t>(first * codeElements),
                                                  static_cast<size_t>(count * codeElements)));
        Result<Tensor> part = decodeBatch(batch);
        if (!part)
            return part;
        const Shape sample = part->shape().sample();
        if (!all)
            all.emplace(sample.batch(codes.shape()[0]));
        std::copy_n(part->data(), part->shape().elements(), all->data() + first * sample.elements());
    }
    return *std::move(all);
}

Result<bool> ModelRunner::run(std::shared_ptr<const Dataset> dataset, What what, std::optional<float> noiseLevel,
                              const RowSink& sink, std::stop_token stop) {
    const Shape& sample = m_model->sampleShape;
    if (Result<void> fits = checkSampleShape(sample, dataset->sampleShape()); !fits)
        return std::move(fits).error();
    if (Result<void> coded = what == What::Code ? requireCode() : Result<void>(); !coded)
        return std::move(coded).error();
    std::vector<float> levels;
    BatchPass pass{.programs = m_programs,
                   .model = *m_model,
                   .graph = what == What::Code ? m_model->encoder : m_model->autoencoder,
                   .weights = m_weights,
                   .precision = m_precision};
    if (m_model->wantsNoiseLevel())
        pass.noiseLevels = [&](const Batch& batch) -> std::span<const float> {
            const auto elements = static_cast<size_t>(sample.elements());
            levels.assign(static_cast<size_t>(batch.rows), noiseLevel.value_or(0.0f));
            for (size_t row = 0; !noiseLevel && row < levels.size(); ++row)
                levels[row] = estimateNoiseLevel(batch.input().subspan(row * elements, elements), sample[0], sample[1],
                                                 sample[2]);
            return levels;
        };
    const char* output = what == What::Code ? "code" : "reconstruction";
    const auto send = [&](const Batch& batch, const Program& program) {
        return sink(batch, program.output(program.outputSlot(output)));
    };
    return forEachBatch(pass, *evaluationBatcher(dataset, nullptr, 0), send, std::move(stop));
}

} // namespace hourglass
