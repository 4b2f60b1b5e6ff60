#include "core/training/BatchPass.h"

#include <algorithm>
#include <numeric>

#include "core/base/Memory.h"

namespace hourglass {

int64_t batchRows(const Shape& sample) {
    constexpr int64_t kMostRows = 256, kElements = int64_t{1} << 20;
    return std::clamp<int64_t>(kElements / sample.elements(), 1, kMostRows);
}

std::unique_ptr<Batcher> evaluationBatcher(std::shared_ptr<const Dataset> dataset, const NoiseModel* noise,
                                           uint64_t seed) {
    const int64_t usual = batchRows(dataset->sampleShape());
    std::vector<int64_t> rows(static_cast<size_t>(dataset->size()));
    std::iota(rows.begin(), rows.end(), int64_t{0});
    const int64_t batchSize = std::min(usual, dataset->size());
    return std::make_unique<Batcher>(std::move(dataset), Batcher::Options{.rows = rows,
                                                                          .batchSize = batchSize,
                                                                          .seed = seed,
                                                                          .shuffle = false,
                                                                          .noise = noise,
                                                                          .noisePurpose = RandomPurpose::Evaluation});
}

Result<bool> forEachBatch(const BatchPass& pass, Batcher& batcher, const BatchVisit& visit, std::stop_token stop) {
    NetworkInputBinding input;
    Program* program = nullptr;
    int64_t rows = -1; // that it was compiled for
    batcher.startEpoch(0);
    while (const Batch* batch = batcher.next()) {
        if (batch->rows != rows) {
            Result<Program*> found = pass.programs.get(pass.graph, pass.weights,
                                                       {.sizes = pass.model.sizes(batch->rows),
                                                        .precision = pass.precision,
                                                        .memoryBudget = static_cast<size_t>(memoryBudget())});
            if (!found)
                return std::move(found).error();
            program = *found;
            rows = batch->rows;
            if (pass.prepare)
                pass.prepare(*program);
        }
        input.bind(*program, batch->input(), pass.noiseLevels ? pass.noiseLevels(*batch) : batch->noiseLevels);
        if (program->hasInput("target"))
            program->bindInput(program->inputSlot("target"), batch->clean.data());
        if (pass.beforeRun)
            pass.beforeRun(*batch, *program);
        if (program->run(stop) == RunOutcome::Cancelled)
            return false;
        if (Result<void> visited = visit(*batch, *program); !visited)
            return std::move(visited).error();
    }
    return true;
}

} // namespace hourglass
