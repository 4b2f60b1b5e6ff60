#include "core/inference/ModelRunner.h"

#include <numeric>

namespace hourglass {

namespace {

constexpr int64_t kBatch = 256;

Error otherShape(const Shape& expected, const Shape& found) {
    return makeError(ErrorCode::InvalidArgument, "This model takes samples of shape {}; these have {}.",
                     expected.toString(), found.toString());
}

Shape withoutBatch(const Shape& shape) {
    return Shape(std::vector<int64_t>(shape.sizes().begin() + 1, shape.sizes().end()));
}

} // namespace

ModelRunner::ModelRunner(Executor& executor, std::shared_ptr<const Model> model,
                         std::shared_ptr<const ParameterStore> weights, Precision precision)
    : m_model(std::move(model)), m_weights(std::move(weights)), m_precision(precision), m_programs(executor) {}

Shape ModelRunner::codeShape() const {
    return withoutBatch(evaluate(m_model->encoder.shape(m_model->encoder.output("code")), {}).value());
}

Result<Tensor> ModelRunner::runGraph(const Graph& graph, const char* input, const char* output, const Tensor& batch) {
    const Shape expected = evaluate(graph.shape(graph.nodesOf(OpKind::Input).front()), {}).value();
    if (batch.shape().rank() < 1 || withoutBatch(expected) != withoutBatch(batch.shape()))
        return otherShape(withoutBatch(expected), batch.shape().rank() < 1 ? Shape{} : withoutBatch(batch.shape()));
    Result<Program*> program =
        m_programs.get(graph, m_weights, {.sizes = {.n = batch.shape()[0]}, .precision = m_precision});
    if (!program)
        return std::move(program).error();
    (*program)->bindInput(input, batch.values());
    (*program)->run();
    return (*program)->outputTensor(output);
}

Result<Tensor> ModelRunner::reconstruct(const Tensor& samples) {
    return runGraph(m_model->autoencoder, "input", "reconstruction", samples);
}

Result<Tensor> ModelRunner::encode(const Tensor& samples) {
    return runGraph(m_model->encoder, "input", "code", samples);
}

Result<Tensor> ModelRunner::decode(const Tensor& codes) {
    return runGraph(m_model->decoder, "code", "reconstruction", codes);
}

Result<bool> ModelRunner::run(std::shared_ptr<const Dataset> dataset, What what, const NoiseModel* noise, uint64_t seed,
                              const RowSink& sink, std::stop_token stop) {
    if (dataset->sampleShape() != m_model->sampleShape)
        return otherShape(m_model->sampleShape, dataset->sampleShape());
    const Graph& graph = what == What::Code ? m_model->encoder : m_model->autoencoder;
    const char* output = what == What::Code ? "code" : "reconstruction";
    std::vector<int64_t> rows(static_cast<size_t>(dataset->size()));
    std::iota(rows.begin(), rows.end(), int64_t{0});
    Batcher batcher(dataset, {.rows = rows,
                              .batchSize = std::min<int64_t>(kBatch, dataset->size()),
                              .seed = seed,
                              .shuffle = false,
                              .noise = noise,
                              .noisePurpose = RandomPurpose::Evaluation});
    batcher.startEpoch(0);
    while (const Batch* batch = batcher.next()) {
        if (stop.stop_requested())
            return false;
        Result<Program*> program =
            m_programs.get(graph, m_weights, {.sizes = {.n = batch->rows}, .precision = m_precision});
        if (!program)
            return std::move(program).error();
        Program& p = **program;
        p.bindInput(p.inputSlot("input"), batch->input().data());
        if (p.run(stop) == RunOutcome::Cancelled)
            return false;
        if (Result<void> taken = sink(*batch, p.output(p.outputSlot(output))); !taken)
            return std::move(taken).error();
    }
    return true;
}

} // namespace hourglass
