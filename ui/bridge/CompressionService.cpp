#include "ui/bridge/CompressionService.h"

#include <chrono>
#include <utility>

#include "core/base/AtomicFile.h"
#include "core/data/ImageCodec.h"
#include "core/data/RowSubset.h"
#include "ui/bridge/ReconstructionService.h"

namespace hourglass {

namespace {

using CompressionOutcome = Result<std::optional<MeasuredCompression>>;

CompressionOutcome measure(const CompressionRequest& request, const WorkingModel& model, ModelMemory& memory,
                           Executor& executor, const std::function<void(const CompressionProgress&)>& report,
                           const std::stop_token& stop) {
    const auto start = std::chrono::steady_clock::now();
    const auto seconds = [start] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    ModelRunner runner(executor, model.model, model.weights); // in float32, as the command line does it
    if (const Result<Shape> code = runner.codeShape(); !code)
        return code.error();
    std::vector<int64_t> rows;
    if (request.open.dataset != nullptr && request.open.experiment)
        rows = validationRows(*request.open.dataset, *request.open.experiment);
    if (rows.empty())
        return makeError(ErrorCode::InvalidArgument,
                         "There are no pictures to measure: the experiment's data are not open. Choose data on the "
                         "left, then measure again.");
    const auto pictures =
        evenlySpread(std::make_shared<RowSubset>(request.open.dataset, std::move(rows)), request.limit);
    const Result<std::shared_ptr<const Dataset>> training = memory.trainingSamples(model, request.open, stop);
    double told = 0;
    const auto progress = [&](double fraction) {
        constexpr double kPace = 0.05; // seconds from one report to the next
        const double now = seconds();
        if (now - told < kPace)
            return;
        told = now;
        report({fraction, fraction * static_cast<double>(pictures->size()) / now, now / fraction - now});
    };
    Result<std::optional<Compression>> table =
        measureCompression(runner, {.pictures = pictures,
                                    .training = training ? *training : nullptr, // the table says that PCA is missing
                                    .progress = progress,
                                    .stop = stop});
    if (!table)
        return std::move(table).error();
    if (!*table)
        return std::optional<MeasuredCompression>();
    return std::optional(MeasuredCompression{request, **std::move(table), model.step, seconds()});
}

} // namespace

CompressionService::CompressionService(TrainingController& controller, QObject* parent)
    : ModelService(controller, parent), m_memory(std::make_shared<ModelMemory>()) {}

bool CompressionService::start(CompressionRequest request) {
    m_request = std::move(request);
    return postAnew();
}

bool CompressionService::post() {
    const Request posted = newRequest();
    const auto report = [this, call = posted.call](const CompressionProgress& progress) {
        call([this, progress] { emit progressed(progress); });
    };
    return postWork<MeasuredCompression>(
        posted, m_request.model, "measuring compression", m_memory,
        [request = m_request, memory = m_memory, report](const WorkingModel& model, Executor& executor,
                                                         const std::stop_token& stop) {
            return measure(request, model, *memory, executor, report, stop);
        },
        [this](std::shared_ptr<const MeasuredCompression> result) { emit finished(std::move(result)); });
}

void CompressionService::save(const std::shared_ptr<const MeasuredCompression>& result, const Tensor& plot,
                              const std::filesystem::path& path) {
    write(path, [result, plot, path]() -> Result<void> {
        if (path.extension() != ".csv")
            return encodeImage(path, plot);
        const std::string text = csvOf(result->table);
        return writeFileAtomically(path, std::as_bytes(std::span(text)));
    });
}

} // namespace hourglass
