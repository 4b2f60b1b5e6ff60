#include "ui/bridge/PreviewService.h"

#include "core/training/NetworkInput.h"
#include "ui/bridge/ReconstructionService.h"
#include "ui/bridge/TrainingController.h"

namespace hourglass {

namespace {

constexpr int64_t kSamples = 8; // as many as a running run shows

// Null when the samples do not fit the model, or cannot be computed: then there is nothing to show.
std::shared_ptr<const Preview> preview(const Dataset& dataset, const Experiment& experiment,
                                       const JobContext& context) {
    const Shape& shape = context.model.sampleShape;
    const std::vector<int64_t> all = validationRows(dataset, experiment);
    if (dataset.sampleShape() != shape || all.empty())
        return nullptr;
    std::vector<int64_t> rows;
    for (const int64_t place : previewPlaces(static_cast<int64_t>(all.size())))
        rows.push_back(all[static_cast<size_t>(place)]);
    const auto count = static_cast<int64_t>(rows.size());
    std::vector<int64_t> sizes = {count};
    sizes.insert(sizes.end(), shape.sizes().begin(), shape.sizes().end());
    auto result = std::make_shared<Preview>();
    result->clean = Tensor(Shape(sizes));
    dataset.read(rows, result->clean.values());
    const auto noise = evaluationNoiseOf(context.model);
    if (!noise)
        return nullptr;
    std::vector<uint64_t> ids;
    for (const int64_t row : rows)
        ids.push_back(dataset.id(row));
    NetworkInput input = corrupted(result->clean, ids, noise->get(),
                                   static_cast<uint64_t>(experiment.options().integer("training.seed")));
    result->noiseLevels = std::move(input.noiseLevels);
    if (*noise != nullptr)
        result->noisy = std::move(input.samples);
    const auto program = context.programs.get(context.model.autoencoder, context.weights,
                                              {.sizes = context.model.sizes(count), .precision = context.precision});
    if (!program)
        return nullptr;
    NetworkInputBinding binding;
    binding.bind(**program, (*noise != nullptr ? result->noisy : result->clean).values(), result->noiseLevels);
    (*program)->run();
    result->reconstruction = (*program)->outputTensor("reconstruction");
    return result;
}

} // namespace

std::vector<int64_t> previewPlaces(int64_t total) {
    const int64_t count = std::min(kSamples, total);
    std::vector<int64_t> places;
    for (int64_t i = 0; i < count; ++i)
        places.push_back(i * total / count);
    return places;
}

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
