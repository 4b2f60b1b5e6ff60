#include "core/inference/CodeDivergence.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/Memory.h"
#include "core/inference/CodeSource.h"
#include "core/models/VariationalFamily.h"

namespace hourglass {

Result<std::optional<std::vector<double>>> divergencePerDimension(ModelRunner& runner, const Dataset& samples,
                                                                  std::stop_token stop) {
    const Model& model = runner.model();
    expects(CodeSource::hasPrior(model), "the divergence of a code without a prior");
    if (Result<void> fits = checkSampleShape(model.sampleShape, samples.sampleShape()); !fits)
        return std::move(fits).error();
    const int64_t most = batchRows(model.sampleShape);
    std::vector<double> sums(static_cast<size_t>(model.codeElements()));
    for (int64_t begin = 0; begin < samples.size(); begin += most) {
        if (stop.stop_requested())
            return std::optional<std::vector<double>>();
        const int64_t count = std::min(most, samples.size() - begin);
        std::vector<int64_t> rows(static_cast<size_t>(count));
        std::iota(rows.begin(), rows.end(), begin);
        Tensor batch(model.sampleShape.batch(count));
        samples.read(rows, batch.values());
        const Result<Program*> encoder = runner.program(model.encoder, model.sizes(count), memoryBudget());
        if (!encoder)
            return encoder.error();
        (*encoder)->bindInput("input", batch.values());
        (*encoder)->run();
        const Tensor means = (*encoder)->outputTensor("code"),
                     logVariances = (*encoder)->outputTensor(kLogVarianceOutput);
        for (size_t i = 0; i < means.values().size(); ++i) {
            const auto mean = static_cast<double>(means.values()[i]);
            const auto logVariance = static_cast<double>(logVariances.values()[i]);
            sums[i % sums.size()] += 0.5 * (mean * mean + std::exp(logVariance) - 1 - logVariance);
        }
    }
    for (double& sum : sums)
        sum /= static_cast<double>(std::max<int64_t>(1, samples.size()));
    return std::optional(std::move(sums));
}

} // namespace hourglass
