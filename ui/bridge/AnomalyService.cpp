#include "ui/bridge/AnomalyService.h"

#include <utility>

#include "core/base/AtomicFile.h"
#include "core/data/ImageCodec.h"
#include "core/inference/ScoreTable.h"
#include "ui/bridge/AnomalyWork.h"
#include "ui/bridge/CoreText.h"
#include "ui/bridge/PoolJob.h"
#include "ui/bridge/TrainingController.h"

namespace hourglass {

namespace {

// Answers once, also when the job that holds it is dropped unrun: with nothing then.
template <typename T>
class Answer {
public:
    explicit Answer(std::function<void(std::shared_ptr<T>)> send) : m_send(std::move(send)) {}
    ~Answer() {
        if (m_send)
            m_send(nullptr);
    }
    void give(T value) { std::exchange(m_send, nullptr)(std::make_shared<T>(std::move(value))); }
    void keepQuiet() { m_send = nullptr; }

private:
    std::function<void(std::shared_ptr<T>)> m_send;
};

// The model as it is now: training goes on with its own.
void copyModel(const JobContext& context, AnomalyCheck& check) {
    auto weights = std::make_shared<ParameterStore>(context.weights->sharedLayout());
    weights->assign(context.weights->arena());
    check.model = std::make_shared<const Model>(context.model);
    check.weights = std::move(weights);
    check.step = context.step;
}

} // namespace

bool AnomalyCheck::hasElbo() const {
    return checkScore(AnomalyScore::NegativeElbo, *model).ok();
}

bool AnomalyCheck::arePictures() const {
    const Shape& shape = model->sampleShape;
    return data->isImage() && shape.rank() == 3 && (shape[0] == 1 || shape[0] == 3);
}

AnomalyService::AnomalyService(TrainingController& controller, QObject* parent)
    : QObject(parent), m_controller(controller) {
    // A run does not wait for a check, which goes on between its steps.
    connect(&controller, &TrainingController::stateChanged, this, [this](TrainingController::State state) {
        const bool others =
            state == TrainingController::State::Preparing || state == TrainingController::State::Stopping;
        if (!m_isBusy || !others || m_phase == Phase::Data)
            return;
        m_stop.request_stop();
        setBusy(post());
    });
}

AnomalyService::~AnomalyService() {
    m_stop.request_stop();
}

bool AnomalyService::start(AnomalyRequest request) {
    cancel();
    m_check = std::make_shared<AnomalyCheck>();
    m_check->request = std::move(request);
    m_phase = Phase::Model;
    setBusy(post());
    return m_isBusy;
}

void AnomalyService::cancel() {
    ++m_generation;
    m_stop.request_stop();
    m_check = nullptr;
    setBusy(false);
}

// The check passes from phase to phase, and never belongs to two threads: those of the compute thread come one after
// the other, also when one is stopped and posted again.
bool AnomalyService::post() {
    m_stop = {};
    const auto send = [this, generation = ++m_generation, reply = m_replies.sender()](auto act) {
        reply([this, generation, act = std::move(act)] {
            if (generation == m_generation)
                act();
        });
    };
    const auto report = [this, send](const AnomalyProgress& progress) {
        send([this, progress] { emit progressed(progress); });
    };
    auto answer =
        std::make_shared<Answer<Result<bool>>>([this, send](Ended result) { send([this, result] { ended(result); }); });
    const auto inPool = [&](auto work) {
        workPool().start([answer, doing = "checking '" + m_check->request.data.name.toStdString() + "'",
                          work = std::move(work)] { answer->give(guarded(doing, work)); });
        return true;
    };
    const std::shared_ptr<AnomalyCheck> check = m_check;
    const std::stop_token stop = m_stop.get_token();
    switch (m_phase) {
    case Phase::Model:
        if (!check->request.model.empty())
            return inPool([check] { return anomaly::loadModelOf(*check); });
        check->path = m_controller.modelPath();
        if (m_controller.postModelJob([answer, check](const JobContext& context, Executor&) {
                answer->give(guarded("taking the model", [&] {
                    copyModel(context, *check);
                    return true;
                }));
            }))
            return true;
        answer->keepQuiet();
        return false;
    case Phase::Data:
        return inPool([check, stop, report] { return anomaly::openDataOf(*check, stop, report); });
    case Phase::Scores:
        break;
    }
    m_controller.postJob([answer, check, stop, report](Executor& executor) {
        answer->give(guarded("scoring samples", [&] { return anomaly::score(*check, executor, stop, report); }));
    });
    return true;
}

void AnomalyService::ended(const Ended& result) {
    if (result == nullptr) // dropped with its run
        return setBusy(post());
    if (!*result) {
        setBusy(false);
        emit failed(coreText(result->error()));
    } else if (!**result) {
        setBusy(false);
    } else if (m_phase == Phase::Scores) {
        const std::shared_ptr<const AnomalyCheck> check = std::exchange(m_check, nullptr);
        setBusy(false);
        emit finished(check);
    } else {
        if (m_phase == Phase::Model)
            emit modelKnown(*m_check);
        m_phase = m_phase == Phase::Model ? Phase::Data : Phase::Scores;
        setBusy(post());
    }
}

void AnomalyService::setBusy(bool isBusy) {
    if (isBusy == m_isBusy)
        return;
    m_isBusy = isBusy;
    emit busyChanged(isBusy);
}

// Somebody walks with the arrow keys: one is on its way, and the last of the others waits.
void AnomalyService::inspect(std::shared_ptr<const AnomalyCheck> check, int64_t row) {
    m_inspected = std::move(check);
    m_row = row;
    ++m_inspection;
    if (!m_isInspecting)
        postInspection();
}

void AnomalyService::postInspection() {
    using Inspected = Result<AnomalyInspection>;
    m_isInspecting = true;
    m_postedInspection = m_inspection;
    auto answer = std::make_shared<Answer<Inspected>>(
        [this, reply = m_replies.sender()](const std::shared_ptr<Inspected>& inspection) {
            reply([this, inspection] {
                m_isInspecting = false;
                if (inspection == nullptr || m_postedInspection != m_inspection) // dropped, or overtaken
                    return postInspection();
                if (*inspection)
                    emit inspected(std::make_shared<const AnomalyInspection>(std::move(*inspection).value()));
                else
                    emit inspectFailed(coreText(inspection->error()));
            });
        });
    m_controller.postJob([answer, check = m_inspected, row = m_row](Executor& executor) {
        answer->give(guarded("reconstructing a sample", [&] { return anomaly::inspect(check, row, executor); }));
    });
}

void AnomalyService::saveScores(std::shared_ptr<const AnomalyCheck> check, double threshold,
                                const std::filesystem::path& path) {
    save(path, [check = std::move(check), threshold, path] {
        return writeFileAtomically(path, scoresToCsv(*check->data, check->scores, threshold));
    });
}

void AnomalyService::savePicture(const Tensor& picture, const std::filesystem::path& path) {
    save(path, [picture, path] { return encodeImage(path, picture, {}); });
}

void AnomalyService::save(const std::filesystem::path& path, std::function<Result<void>()> write) {
    runInPool(m_replies, "writing '" + path.string() + "'", std::move(write),
              [this, path](const Result<void>& written) {
                  if (written)
                      emit saved(path);
                  else
                      emit saveFailed(coreText(written.error()));
              });
}

} // namespace hourglass
