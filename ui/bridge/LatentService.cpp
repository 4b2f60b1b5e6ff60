#include "ui/bridge/LatentService.h"

#include <utility>

#include "core/base/Guarded.h"
#include "core/base/Parallel.h"
#include "ui/bridge/CoreText.h"
#include "ui/bridge/LatentCollection.h"
#include "ui/bridge/ModelMemory.h"
#include "ui/bridge/PoolJob.h"
#include "ui/bridge/TrainingController.h"

namespace hourglass {

namespace {

// Work that is dropped unrun, because the run ended before it came to it, says so.
struct Posted {
    std::function<void(Executor&)> run;
    std::function<void()> dropped;

    ~Posted() {
        if (run)
            dropped();
    }
};

} // namespace

LatentService::LatentService(TrainingController& controller, QObject* parent)
    : QObject(parent), m_controller(controller) {}

LatentService::~LatentService() {
    m_stop.request_stop();
}

// On the compute thread; again when it is dropped with a run.
template <typename Work, typename Then>
void LatentService::compute(std::string doing, Work work, Then then) {
    using Guarded = typename GuardedResult<decltype(work(std::declval<Executor&>()))>::Type;
    auto posted = std::make_shared<Posted>();
    posted->run = [doing, work, then, reply = m_replies.sender()](Executor& executor) {
        auto answer = std::make_shared<Guarded>(guarded(doing, [&] { return work(executor); }));
        reply([answer, then] { then(std::move(*answer)); });
    };
    posted->dropped = [this, doing, work, then, reply = m_replies.sender()] {
        reply([this, doing, work, then] { compute(doing, work, then); });
    };
    m_controller.postJob([posted](Executor& executor) { std::exchange(posted->run, nullptr)(executor); });
}

bool LatentService::collect(LatentRequest request) {
    cancel();
    if (request.model.empty() && !m_controller.hasModel())
        return false;
    m_stop = {};
    auto collection =
        std::make_shared<Collection>(Collection{.request = std::move(request), .stop = m_stop.get_token()});
    setBusy(true);
    emit progressed({});
    takeModel(m_generation, collection);
    return m_isBusy;
}

// First, because other data are opened in a way that it decides.
void LatentService::takeModel(int generation, const std::shared_ptr<Collection>& collection) {
    const auto then = [this, generation, collection](const Result<void>& ready) {
        if (generation != m_generation)
            return;
        if (!ready)
            fail(ready.error());
        else
            takeRows(generation, collection);
    };
    if (!collection->request.model.empty())
        return compute(
            "opening a model", [collection](Executor& executor) { return collection->loadModel(executor); }, then);
    auto posted = std::make_shared<Posted>();
    posted->dropped = [this, generation, collection, reply = m_replies.sender()] {
        reply([this, generation, collection] {
            if (generation == m_generation)
                takeModel(generation, collection);
        });
    };
    posted->run = [](Executor&) {};
    const bool isPosted = m_controller.postModelJob(
        [posted, collection, then, reply = m_replies.sender()](const JobContext& context, Executor& executor) {
            posted->run = nullptr;
            auto ready = std::make_shared<Result<void>>(guarded("copying a model", [&] {
                return collection->copyModel(context.model, *context.weights, context.step, executor);
            }));
            reply([then, ready] { then(*ready); });
        });
    if (isPosted)
        return;
    posted->run = nullptr;
    cancel();
    emit failed(modelIsGone());
}

void LatentService::takeRows(int generation, const std::shared_ptr<Collection>& collection) {
    runInPool(
        m_replies, "choosing the samples to encode", [collection] { return collection->chooseRows(); },
        [this, generation, collection](const Result<bool>& chosen) {
            if (generation != m_generation)
                return;
            if (!chosen)
                fail(chosen.error());
            else if (*chosen)
                encodeNext(generation, collection);
        });
}

void LatentService::encodeNext(int generation, const std::shared_ptr<Collection>& collection) {
    compute(
        "encoding samples", [collection](Executor&) { return collection->encodeBatch(); },
        [this, generation, collection](const Result<void>& encodedOnes) {
            if (generation != m_generation)
                return;
            if (!encodedOnes)
                return fail(encodedOnes.error());
            const int64_t done = collection->done, total = collection->codes->size();
            const double passed =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - collection->encodingStart).count();
            const double rate = static_cast<double>(done) / std::max(1e-6, passed);
            emit progressed({.done = done,
                             .total = total,
                             .samplesPerSecond = rate,
                             .secondsLeft = static_cast<double>(total - done) / rate});
            if (done < total)
                encodeNext(generation, collection);
            else
                finish(generation, collection);
        });
}

void LatentService::finish(int generation, const std::shared_ptr<Collection>& collection) {
    runInPool(
        m_replies, "looking at the codes",
        [collection] {
            const ComputeThreadsScope alone(1); // there is one pool of compute threads, and it is another thread's
            return collection->lookAtAll();
        },
        [this, generation, collection](const Result<void>& done) {
            if (generation != m_generation)
                return;
            if (!done)
                return fail(done.error());
            setBusy(false);
            emit collected(collection->codes);
        });
}

void LatentService::fail(const Error& error) {
    setBusy(false);
    emit failed(coreText(error));
}

void LatentService::cancel() {
    ++m_generation;
    m_stop.request_stop();
    setBusy(false);
}

void LatentService::setBusy(bool isBusy) {
    if (isBusy == m_isBusy)
        return;
    m_isBusy = isBusy;
    emit busyChanged(isBusy);
}

void LatentService::decode(std::shared_ptr<const LatentCodes> codes, Tensor code) {
    m_lanes[static_cast<size_t>(Lane::Decode)].waiting = {std::move(codes), std::move(code)};
    post(Lane::Decode);
}

void LatentService::encode(std::shared_ptr<const LatentCodes> codes, Tensor sample) {
    m_lanes[static_cast<size_t>(Lane::Encode)].waiting = {std::move(codes), std::move(sample)};
    post(Lane::Encode);
}

void LatentService::post(Lane lane) {
    ProbeLane& own = m_lanes[static_cast<size_t>(lane)];
    if (own.isRunning || !own.waiting)
        return;
    own.isRunning = true;
    const auto probe = std::make_shared<const Probe>(*std::exchange(own.waiting, std::nullopt));
    compute(
        lane == Lane::Decode ? "decoding a code" : "encoding a picture",
        [lane, probe](Executor&) {
            const LatentModel& model = *probe->codes->model;
            return lane == Lane::Decode ? decodeCode(model, probe->input) : encodeSample(model, probe->input);
        },
        [this, lane](Result<LatentAnswer> answer) {
            m_lanes[static_cast<size_t>(lane)].isRunning = false;
            if (!answer)
                emit probeFailed(coreText(answer.error()));
            else if (lane == Lane::Decode)
                emit decoded(std::make_shared<const LatentAnswer>(*std::move(answer)));
            else
                emit encoded(std::make_shared<const LatentAnswer>(*std::move(answer)));
            post(lane);
        });
}

} // namespace hourglass
