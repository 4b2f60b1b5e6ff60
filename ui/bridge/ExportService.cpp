#include "ui/bridge/ExportService.h"

#include "ui/bridge/CoreText.h"
#include "ui/bridge/TrainingController.h"

namespace hourglass {

namespace {

Result<ExportReceipt> exportNow(const ExportService::Request& request, const JobContext& context, Executor& executor) {
    auto weights = std::make_shared<ParameterStore>(context.model.layout);
    weights->assign(context.weights->arena());
    // The model lives as long as the job, and so does what refers to it here.
    const LoadedModel model{.model = std::shared_ptr<const Model>(&context.model, [](const Model*) {}),
                            .weights = std::move(weights),
                            .kind = "run",
                            .path = {}};
    return exportModel(model, request.format, request.path, {.part = request.part}, executor);
}

} // namespace

ExportService::ExportService(TrainingController& controller, QObject* parent)
    : QObject(parent), m_controller(controller) {}

bool ExportService::start(const Request& request) {
    if (m_isBusy)
        return false;
    // Answers once, also when the job is dropped because the run ended first.
    struct Answer {
        std::function<void(Result<ExportReceipt>)> send;
        ~Answer() {
            if (send)
                send(
                    makeError(ErrorCode::Unsupported, "The run ended before the export began. Please start it again."));
        }
    };
    auto answer = std::make_shared<Answer>();
    answer->send = [this, reply = m_replies.sender()](Result<ExportReceipt> result) {
        auto shared = std::make_shared<Result<ExportReceipt>>(std::move(result));
        reply([this, shared] { ended(shared); });
    };
    m_isBusy = m_controller.postModelJob([request, answer](const JobContext& context, Executor& executor) {
        const auto send = std::exchange(answer->send, nullptr);
        try {
            send(exportNow(request, context, executor));
        } catch (const std::exception& error) {
            send(makeError(ErrorCode::Unsupported, "Internal error while exporting: {}.", error.what()));
        }
    });
    if (!m_isBusy)
        answer->send = nullptr;
    return m_isBusy;
}

void ExportService::ended(const std::shared_ptr<Result<ExportReceipt>>& result) {
    m_isBusy = false;
    if (*result)
        emit finished(**result);
    else
        emit failed(coreText(result->error()));
}

} // namespace hourglass
