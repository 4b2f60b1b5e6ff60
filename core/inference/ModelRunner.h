#pragma once

// A trained model at work on tensors and data sets: reconstruct, encode, decode, evaluate. Compute thread only.

#include "core/data/Batcher.h"
#include "core/data/Dataset.h"
#include "core/exec/ProgramCache.h"
#include "core/models/Model.h"
#include "core/training/NetworkInput.h"

namespace hourglass {

class ModelRunner {
public:
    // Executor, model and weights (of the model's layout) as they are; programs are compiled as sizes turn up.
    ModelRunner(Executor& executor, std::shared_ptr<const Model> model, std::shared_ptr<const ParameterStore> weights,
                Precision precision = Precision::F32);

    const Model& model() const { return *m_model; }

    // [N, sample…] → [N, sample…], [N, sample…] → [N, code…], [N, code…] → [N, sample…]. Samples of a network that
    // takes any size may have another height and width than sampleShape.
    Result<Tensor> reconstruct(const Tensor& samples, float noiseLevel = 0);
    Result<Tensor> reconstruct(const NetworkInput& input);
    Result<Tensor> encode(const Tensor& samples);
    Result<Tensor> decode(const Tensor& codes);

    // Rows handed over batch by batch, in the source's order: [rows, output shape].
    using RowSink = std::function<Result<void>(const Batch& batch, std::span<const float> output)>;
    enum class What { Reconstruction, Code };
    // Runs the model over a whole data set, as it is (noise null) or corrupted by a noise model whose streams are named
    // by `seed`. False when asked to stop. InvalidArgument when samples are of another shape.
    Result<bool> run(std::shared_ptr<const Dataset> dataset, What what, const NoiseModel* noise, uint64_t seed,
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
