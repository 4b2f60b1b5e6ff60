#include "ui/bridge/GenerateJob.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "core/data/RowSubset.h"
#include "core/inference/CodeDivergence.h"
#include "ui/bridge/ReconstructionService.h"

namespace hourglass {

namespace {

using GenerateOutcome = Result<std::optional<Generated>>;
constexpr int64_t kRowsWhileTraining = 1000; // that a Gaussian is fitted to: the run waits
constexpr int64_t kRowsForDivergence = 1000;

using Report = std::function<void(const GenerateProgress&)>;

// Reports, not more of them than a person can follow.
ProgressFunction metered(const Report& report) {
    using Clock = std::chrono::steady_clock;
    return [&report, start = Clock::now(), told = Clock::now()](int64_t done, int64_t total) mutable {
        constexpr std::chrono::milliseconds kPace{50};
        const Clock::time_point now = Clock::now();
        if (done <= 0 || now - told < kPace)
            return;
        told = now;
        const double rate = static_cast<double>(done) / std::chrono::duration<double>(now - start).count();
        report({.fraction = static_cast<double>(done) / static_cast<double>(total),
                .samplesPerSecond = rate,
                .secondsLeft = static_cast<double>(total - done) / rate});
    };
}

// Finds where codes come from, unless it is known. False when asked to stop.
Result<bool> findSource(const GenerateRequest& request, const WorkingModel& model, GenerateMemory& memory,
                        ModelRunner& runner, const Report& report, const std::stop_token& stop) {
    const bool hasPrior = CodeSource::hasPrior(*model.model);
    const std::shared_ptr<const Dataset> open = model.run.empty() ? request.open.dataset : nullptr;
    const bool isKnown = memory.source.has_value() && memory.weights == model.weights && memory.step == model.step &&
                         memory.open == open;
    if (!isKnown)
        memory.divergence.reset();
    const bool needsData = hasPrior ? request.what == GenerateRequest::What::Traversal && !memory.divergence : !isKnown;
    std::shared_ptr<const Dataset> samples;
    if (needsData) {
        Result<std::shared_ptr<const Dataset>> found = memory.models.trainingSamples(model, request.open, stop);
        if (!found && !hasPrior)
            return std::move(found).error();
        if (stop.stop_requested())
            return false;
        samples = found ? *found : nullptr; // a prior does without
    }
    if (!isKnown) {
        const auto some = samples != nullptr && model.isTraining ? evenlySpread(samples, kRowsWhileTraining) : samples;
        Result<std::optional<CodeSource>> source = CodeSource::of(runner, some, stop, metered(report));
        if (!source)
            return std::move(source).error();
        if (!*source)
            return false;
        memory.source = **std::move(source);
        memory.weights = model.weights;
        memory.step = model.step;
        memory.open = open;
    }
    if (hasPrior && needsData && samples != nullptr) {
        Result<std::optional<std::vector<double>>> divergence =
            divergencePerDimension(runner, *evenlySpread(samples, kRowsForDivergence), stop);
        if (!divergence)
            return std::move(divergence).error();
        if (!*divergence)
            return false;
        memory.divergence = **std::move(divergence);
    }
    return true;
}

// What shows most first; as they come where nothing is known.
std::vector<TraversalRow> rowsOf(const GenerateMemory& memory, bool hasPrior) {
    const CodeSource& source = *memory.source;
    std::vector<TraversalRow> rows;
    for (int64_t i = 0; i < source.distribution().dimensions(); ++i)
        rows.push_back({i, !hasPrior           ? source.distribution().deviation(i)
                           : memory.divergence ? (*memory.divergence)[static_cast<size_t>(i)]
                                               : -1});
    std::ranges::stable_sort(rows, std::greater<>(), &TraversalRow::weight);
    if (static_cast<int64_t>(rows.size()) > GenerateService::kMostTraversed)
        rows.resize(static_cast<size_t>(GenerateService::kMostTraversed));
    return rows;
}

Result<Tensor> startOf(const GenerateRequest& request, const CodeSource& source, ModelRunner& runner) {
    switch (request.start) {
    case GenerateRequest::Start::Mean:
        return source.centre();
    case GenerateRequest::Start::Random:
        return source.sample(1, request.seed, request.temperature);
    case GenerateRequest::Start::Sample:
        break;
    }
    const Shape& shape = runner.model().sampleShape;
    const std::vector<int64_t> rows = request.open.dataset == nullptr || !request.open.experiment
                                          ? std::vector<int64_t>()
                                          : validationRows(*request.open.dataset, *request.open.experiment);
    if (rows.empty())
        return makeError(ErrorCode::InvalidArgument,
                         "There are no samples to start from: the experiment's data are not open. Start from the mean "
                         "or from a random code, or choose data on the left.");
    if (Result<void> fits = checkSampleShape(shape, request.open.dataset->sampleShape()); !fits)
        return std::move(fits).error();
    Tensor sample(shape.batch(1));
    const auto last = static_cast<int64_t>(rows.size()) - 1;
    request.open.dataset->read(std::span(&rows[static_cast<size_t>(std::clamp<int64_t>(request.place, 0, last))], 1),
                               sample.values());
    return runner.encode(sample);
}

} // namespace

GenerateOutcome generate(const GenerateRequest& request, const WorkingModel& model, GenerateMemory& memory,
                         Executor& executor, const Report& report, const std::stop_token& stop) {
    const auto start = std::chrono::steady_clock::now();
    if (stop.stop_requested())
        return std::optional<Generated>();
    ModelRunner runner(executor, model.model, model.weights); // in float32, as the command line does it
    const Result<Shape> codeShape = runner.codeShape();
    if (!codeShape)
        return codeShape.error();
    const Result<bool> found = findSource(request, model, memory, runner, report, stop);
    if (!found)
        return found.error();
    if (!*found)
        return std::optional<Generated>();
    const CodeSource& source = *memory.source;
    Generated result{.request = request,
                     .codeShape = *codeShape,
                     .isPrior = source.isPrior(),
                     .source = QString::fromStdString(source.description()),
                     .step = model.step};
    Tensor codes;
    if (request.what == GenerateRequest::What::Samples) {
        codes = source.sample(request.count, request.seed, request.temperature);
    } else {
        const Result<Tensor> code = startOf(request, source, runner);
        if (!code)
            return code.error();
        result.rows = rowsOf(memory, result.isPrior);
        result.isDivergence = result.isPrior;
        const auto rows = static_cast<int64_t>(result.rows.size());
        codes = Tensor(codeShape->batch(rows * GenerateService::kSteps));
        for (int64_t i = 0; i < rows; ++i) {
            const Tensor row = source.traversal(code->values(), result.rows[static_cast<size_t>(i)].dimension,
                                                GenerateService::kSteps, GenerateService::kSpan);
            std::ranges::copy(row.values(), codes.data() + i * row.elements());
        }
    }
    Result<Tensor> pictures = runner.decode(codes);
    if (!pictures)
        return std::move(pictures).error();
    result.pictures = *std::move(pictures);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return std::optional(std::move(result));
}

} // namespace hourglass
