#include "ui/bridge/AnomalyService.h"

#include <utility>

#include "core/base/AtomicFile.h"
#include "core/data/ImageCodec.h"
#include "core/inference/ScoreTable.h"
#include "ui/bridge/AnomalyTriage.h"
#include "ui/bridge/AnomalyWork.h"
#include "ui/bridge/CoreText.h"
#include "ui/bridge/PoolJob.h"
#include "ui/bridge/ShapeText.h"

namespace hourglass {

namespace {

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
    return data->isImage() && isPictureShape(model->sampleShape);
}

AnomalyService::AnomalyService(TrainingController& controller, QObject* parent) : ModelService(controller, parent) {}

bool AnomalyService::start(AnomalyRequest request) {
    cancel();
    m_check = std::make_shared<AnomalyCheck>();
    m_check->request = std::move(request);
    m_phase = Phase::Model;
    return postAnew();
}

void AnomalyService::cancel() {
    m_check = nullptr;
    ModelService::cancel();
}

// What is on the pool goes on: posted again, it would have the check together with the first.
bool AnomalyService::isInTheWay() const {
    return m_phase == Phase::Scores || (m_phase == Phase::Model && m_check->request.model.empty());
}

// The check passes from phase to phase, and never belongs to two threads: those of the compute thread come one after
// the other, also when one is stopped and posted again.
bool AnomalyService::post() {
    const Request posted = newRequest();
    if (m_phase == Phase::Triage) {
        runInPool(
            m_replies, "sorting the scores", [check = m_check] { return std::make_shared<AnomalyTriage>(check); },
            [this, call = posted.call](const Result<std::shared_ptr<AnomalyTriage>>& triage) {
                call([this, triage] { takeTriage(triage); });
            });
        return true;
    }
    const auto report = [this, call = posted.call](const AnomalyProgress& progress) {
        call([this, progress] { emit progressed(progress); });
    };
    const auto answer = std::make_shared<Answer<Result<bool>>>(
        [this, call = posted.call](const Ended& result) { call([this, result] { ended(result); }); });
    const auto inPool = [&](auto work) {
        startInPool(workPool(), [answer, doing = "checking '" + m_check->request.data.name.toStdString() + "'",
                                 work = std::move(work)] { answer->give(guarded(doing, work)); });
        return true;
    };
    const std::shared_ptr<AnomalyCheck> check = m_check;
    const std::stop_token& stop = posted.stop;
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
    case Phase::Triage:
        break;
    }
    m_controller.postJob([answer, check, stop, report](Executor& executor) {
        answer->give(guarded("scoring samples", [&] { return anomaly::score(*check, executor, stop, report); }));
    });
    return true;
}

void AnomalyService::ended(const Ended& result) {
    if (result == nullptr) // dropped with its run
        return repost();
    if (!*result) {
        setBusy(false);
        tellFailed(result->error());
    } else if (!**result) {
        setBusy(false);
    } else {
        if (m_phase == Phase::Model)
            emit modelKnown(*m_check);
        m_phase = static_cast<Phase>(static_cast<int>(m_phase) + 1);
        setBusy(post());
    }
}

void AnomalyService::takeTriage(const Result<std::shared_ptr<AnomalyTriage>>& triage) {
    m_check = nullptr;
    setBusy(false);
    if (triage)
        emit finished(*triage);
    else
        tellFailed(triage.error());
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
    write(path, [check = std::move(check), threshold, path] {
        return writeFileAtomically(path, scoresToCsv(*check->data, check->scores, threshold));
    });
}

void AnomalyService::savePicture(const Tensor& picture, const std::filesystem::path& path) {
    write(path, [picture, path] { return encodeImage(path, picture, {}); });
}

} // namespace hourglass
