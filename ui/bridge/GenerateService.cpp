#include "ui/bridge/GenerateService.h"

#include <utility>

#include "core/analysis/PictureGrid.h"
#include "core/data/ImageCodec.h"
#include "core/formats/Npy.h"
#include "ui/bridge/GenerateJob.h"

namespace hourglass {

GenerateService::GenerateService(TrainingController& controller, QObject* parent)
    : ModelService(controller, parent), m_memory(std::make_shared<GenerateMemory>()) {}

bool GenerateService::start(GenerateRequest request) {
    m_request = std::move(request);
    return postAnew();
}

bool GenerateService::post() {
    const Request posted = newRequest();
    const auto report = [this, call = posted.call](const GenerateProgress& progress) {
        call([this, progress] { emit progressed(progress); });
    };
    return postWork<Generated>(
        posted, m_request.model, "generating samples", {m_memory, &m_memory->models},
        [request = m_request, memory = m_memory, report](const WorkingModel& model, Executor& executor,
                                                         const std::stop_token& stop) {
            return generate(request, model, *memory, executor, report, stop);
        },
        [this](std::shared_ptr<const Generated> result) { emit finished(std::move(result)); });
}

void GenerateService::save(const std::shared_ptr<const Generated>& result, int64_t columns,
                           const std::filesystem::path& path) {
    write(path, [result, columns, path]() -> Result<void> {
        if (path.extension() == ".npy")
            return writeNpy(path, result->pictures);
        return encodeImage(path, pictureGrid(result->pictures, {.columns = columns}));
    });
}

} // namespace hourglass
