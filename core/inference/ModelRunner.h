#pragma once

// A trained model at work on tensors and data sets: reconstruct, encode, decode. Compute thread only.

#include "core/training/BatchPass.h"

namespace hourglass {

class ModelRunner {
public:
    // Executor, model and weights (of the model's layout) as they are; programs are compiled as sizes turn up.
    ModelRunner(Executor& executor, std::shared_ptr<const Model> model, std::shared_ptr<const ParameterStore> weights,
                Precision precision = Precision::F32);

    const Model& model() const { return *m_model; }

    // [N, sample…] → [N, sample…], [N, sample…] → [N, code…], [N, code…] → [N, sample…]. Samples of a network that
    // takes any size may have another height and width than sampleShape, and their codes too: any multiples of
    // Model::sizeMultiple. `noiseLevel` is the σ / 255 of all samples, for networks that want to know it; 0: clean.
    Result<Tensor> reconstruct(const Tensor& samples, float noiseLevel = 0);
    Result<Tensor> reconstruct(const NetworkInput& input);
    Result<Tensor> encode(const Tensor& samples);
    Result<Tensor> decode(const Tensor& codes);

    // Rows handed over batch by batch, in the source's order: [rows, output shape].
    using RowSink = std::function<Result<void>(const Batch& batch, std::span<const float> output)>;
    enum class What { Reconstruction, Code };
    // Runs the model over a whole data set as it is. A network that wants to know the noise level hears `noiseLevel`,
    // or for each sample what estimateNoiseLevel() makes of it. False when asked to stop. InvalidArgument when samples
    // are of another shape; errors of the sink.
    Result<bool> run(std::shared_ptr<const Dataset> dataset, What what, std::optional<float> noiseLevel,
                     const RowSink& sink, std::stop_token stop = {});

    // One of the model's graphs compiled for these sizes, owned by the runner. Errors: as Executor::compile.
    Result<Program*> program(const Graph& graph, const SymbolSizes& sizes, size_t memoryBudget = SIZE_MAX);

    // Shape of one code, N left out. InvalidArgument for a network without a code, as encode() and decode().
    Result<Shape> codeShape() const;

private:
    Result<void> requireCode() const;
    Result<Tensor> decodeBatch(const Tensor& codes);
    Result<Program*> programFor(const Graph& graph, const Tensor& batch);

    std::shared_ptr<const Model> m_model;
    std::shared_ptr<const ParameterStore> m_weights;
    Precision m_precision;
    ProgramCache m_programs;
};

} // namespace hourglass
