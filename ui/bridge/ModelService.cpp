#include "ui/bridge/ModelService.h"

#include "ui/bridge/CoreText.h"
#include "ui/bridge/PoolJob.h"

namespace hourglass {

ModelService::ModelService(TrainingController& controller, QObject* parent)
    : QObject(parent), m_controller(controller) {
    // A run does not wait for the request, which goes on between its steps.
    connect(&controller, &TrainingController::stateChanged, this, [this](TrainingController::State state) {
        const bool others =
            state == TrainingController::State::Preparing || state == TrainingController::State::Stopping;
        if (m_isBusy && others && isInTheWay())
            repost();
    });
}

ModelService::~ModelService() {
    m_stop.request_stop();
}

void ModelService::forget() {
    ++m_generation;
    m_stop.request_stop();
}

void ModelService::cancel() {
    forget();
    setBusy(false);
}

bool ModelService::postAnew() {
    m_stop.request_stop();
    setBusy(post());
    return m_isBusy;
}

void ModelService::repost() {
    if (!postAnew())
        emit failed(modelIsGone());
}

ModelService::Request ModelService::newRequest() {
    m_stop = {};
    ++m_generation;
    return {Caller(this), m_stop.get_token()};
}

void ModelService::setBusy(bool isBusy) {
    if (isBusy == m_isBusy)
        return;
    m_isBusy = isBusy;
    emit busyChanged(isBusy);
}

void ModelService::write(const std::filesystem::path& path, std::function<Result<void>()> write) {
    runInPool(m_replies, "writing '" + path.string() + "'", std::move(write),
              [this, path](const Result<void>& written) {
                  if (written)
                      emit saved(path);
                  else
                      emit saveFailed(coreText(written.error()));
              });
}

void ModelService::tellFailed(const Error& error) {
    emit failed(coreText(error));
}

} // namespace hourglass
