#include "ui/bridge/PreviewService.h"

#include "core/training/NetworkInput.h"
#include "core/training/Preview.h"
#include "ui/bridge/ReconstructionService.h"
#include "ui/bridge/TrainingController.h"

namespace hourglass {

namespace {

// Null when the samples do not fit the model, or cannot be computed: then there is nothing to show.
std::shared_ptr<const Preview> preview(const Dataset& dataset, const Experiment& experiment,
                                       const JobContext& context) {
    const std::vector<int64_t> rows = validationRows(dataset, experiment);
    if (dataset.sampleShape() != context.model.sampleShape || rows.empty())
        return nullptr;
    const auto noise = evaluationNoiseOf(context.model);
    if (!noise)
        return nullptr;
    auto result = std::make_shared<Preview>(previewSamples(
        dataset, rows, noise->get(), static_cast<uint64_t>(experiment.options().integer("training.seed"))));
    const auto program =
        context.programs.get(context.model.autoencoder, context.weights,
                             {.sizes = context.model.sizes(result->clean.shape()[0]), .precision = context.precision});
    if (!program)
        return nullptr;
    reconstruct(*result, **program);
    return result;
}

} // namespace

PreviewService::PreviewService(TrainingController& controller, QObject* parent)
    : QObject(parent), m_controller(controller) {}

void PreviewService::request(std::shared_ptr<const Dataset> dataset, const Experiment& experiment) {
    if (m_controller.isActive() || dataset == nullptr)
        return;
    m_controller.postModelJob([this, dataset = std::move(dataset), experiment, request = ++m_request,
                               reply = m_replies.sender()](const JobContext& context, Executor&) {
        std::shared_ptr<const Preview> result;
        try {
            result = preview(*dataset, experiment, context);
        } catch (const std::exception&) { // a file that is gone, say: the strip stays empty
            return;
        }
        reply([this, request, result] {
            if (result != nullptr && request == m_request && !m_controller.isActive())
                emit finished(result);
        });
    });
}

} // namespace hourglass
