#include "ui/bridge/AnomalyWork.h"

#include <algorithm>
#include <chrono>

#include "core/inference/DataForModel.h"
#include "core/inference/ModelRunner.h"
#include "core/io/ModelFile.h"
#include "ui/bridge/CoreText.h"

namespace hourglass::anomaly {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kBetweenScoreReports{50};

// Reports, not more of them than a person can follow.
class Meter {
public:
    Meter(int64_t total, const Report& report) : m_total(static_cast<double>(total)), m_report(report) {}

    void tell(int64_t samples) {
        const Clock::time_point now = Clock::now();
        if (samples <= 0 || now - m_reported < kBetweenScoreReports)
            return;
        m_reported = now;
        const auto done = static_cast<double>(samples);
        const double rate = done / seconds();
        m_report({.isScoring = true,
                  .fraction = done / m_total,
                  .samplesPerSecond = rate,
                  .secondsLeft = (m_total - done) / rate});
    }
    double seconds() const { return std::chrono::duration<double>(Clock::now() - m_start).count(); }

private:
    double m_total;
    const Report& m_report;
    Clock::time_point m_start = Clock::now(), m_reported = m_start;
};

Result<OpenedDataset> openChecked(const AnomalyCheck& check, const std::stop_token& stop,
                                  const ProgressFunction& progress) {
    const AnomalyData& data = check.request.data;
    if (data.source.empty())
        return openRunPart(check.path, data.part, stop, progress);
    return openDataFor(*check.model, data.source, data.baseFolder, stop, progress);
}

} // namespace

Result<bool> loadModelOf(AnomalyCheck& check) {
    Result<LoadedModel> loaded = loadModel(check.request.model);
    if (!loaded)
        return std::move(loaded).error();
    check.model = loaded->model;
    check.weights = loaded->weights;
    check.path = loaded->path;
    return true;
}

Result<bool> openDataOf(AnomalyCheck& check, const std::stop_token& stop, const Report& report) {
    Clock::time_point told;
    const ProgressFunction progress = [&](int64_t done, int64_t total) {
        if (total <= 0 || Clock::now() - told < kBetweenScoreReports)
            return;
        told = Clock::now();
        report({.fraction = static_cast<double>(done) / static_cast<double>(total)});
    };
    Result<OpenedDataset> data = openChecked(check, stop, progress);
    if (!data)
        return std::move(data).error();
    if (data->dataset == nullptr)
        return false;
    check.data = data->dataset;
    check.report = std::move(data->report);
    if (Result<void> fits = checkSampleShape(check.model->sampleShape, check.data->sampleShape()); !fits)
        return std::move(fits).error();
    if (check.data->size() == 0)
        return makeError(ErrorCode::NotFound, "'{}' holds no samples.", check.request.data.name.toStdString());
    Result<NormalSamples> normal = openNormalSamples(check.path, stop, progress);
    if (stop.stop_requested())
        return false;
    // Without them there are scores all the same.
    if (!normal)
        check.whyNoNormal = coreText(normal.error());
    else if (!normal->whyNone.empty())
        check.whyNoNormal = coreText(normal->whyNone);
    else if (normal->samples->sampleShape() == check.model->sampleShape)
        check.normal = normal->samples;
    Result<NormalClasses> guess = normalClassesOf(*check.data, {}, check.normal.get(), "");
    if (!guess)
        return std::move(guess).error();
    check.guess = *std::move(guess);
    return true;
}

Result<bool> score(AnomalyCheck& check, Executor& executor, const std::stop_token& stop, const Report& report) {
    if (stop.stop_requested())
        return false;
    AnomalyScore& kind = check.request.score;
    if (!checkScore(kind, *check.model))
        kind = AnomalyScore::ReconstructionError;
    struct Pass {
        std::shared_ptr<const Dataset> data;
        AnomalyScore kind;
        std::vector<float>* into;
    };
    std::vector<Pass> passes{{check.data, kind, &check.scores}};
    if (check.normal != nullptr)
        passes.push_back({check.normal, kind, &check.trainingScores});
    if (kind != AnomalyScore::ReconstructionError)
        passes.push_back({passes.back().data, AnomalyScore::ReconstructionError, &check.errors});
    int64_t before = 0, total = 0;
    for (const Pass& pass : passes)
        total += pass.data->size();
    Meter meter(total, report);
    AnomalyScorer scorer(executor, check.model, check.weights);
    for (const Pass& pass : passes) {
        Result<std::optional<std::vector<float>>> done = scorer.run(
            pass.data, pass.kind, [&](int64_t samples) { meter.tell(before + samples); }, stop);
        if (!done)
            return std::move(done).error();
        if (!*done)
            return false;
        *pass.into = **std::move(done);
        before += pass.data->size();
    }
    check.seconds = meter.seconds();
    return true;
}

Result<AnomalyInspection> inspect(const std::shared_ptr<const AnomalyCheck>& check, int64_t row, Executor& executor) {
    AnomalyInspection inspection{.check = check, .row = row, .original = Tensor(check->model->sampleShape)};
    check->data->read(std::span(&row, 1), inspection.original.values());
    const Shape& shape = inspection.original.shape();
    ModelRunner runner(executor, check->model, check->weights);
    Result<Tensor> reconstruction = runner.reconstruct(Tensor(shape.batch(1), inspection.original.values()));
    if (!reconstruction)
        return std::move(reconstruction).error();
    inspection.reconstruction = (*std::move(reconstruction)).reshaped(shape);
    inspection.errors = errorMap(inspection.original, inspection.reconstruction);
    return inspection;
}

} // namespace hourglass::anomaly
