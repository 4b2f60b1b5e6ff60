#pragma once

// What services have in common that put a model to work in the background, one request at a time: the latest one wins,
// and of one before nothing is heard any more; a run does not wait for them; what they made is written on the pool. GUI
// thread, QtCore only.

#include <QtCore/QObject>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "core/base/Guarded.h"
#include "ui/bridge/ModelMemory.h"
#include "ui/bridge/ReplyChannel.h"
#include "ui/bridge/TrainingController.h"

namespace hourglass {

// Answers once, also when the job that holds it is dropped unrun: with null then.
template <typename T>
class Answer {
public:
    explicit Answer(std::function<void(std::shared_ptr<T>)> send) : m_send(std::move(send)) {}
    ~Answer() {
        if (m_send)
            m_send(nullptr);
    }
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;

    void give(T value) { std::exchange(m_send, nullptr)(std::make_shared<T>(std::move(value))); }
    void keepQuiet() { m_send = nullptr; }

private:
    std::function<void(std::shared_ptr<T>)> m_send;
};

class ModelService : public QObject {
    Q_OBJECT

public:
    // Stops what runs, without waiting for it.
    ~ModelService() override;

    // Nothing is heard of the request any more.
    virtual void cancel();
    bool isBusy() const { return m_isBusy; }

signals:
    void failed(const QString& message);
    void busyChanged(bool isBusy);
    void saved(const std::filesystem::path& path);
    void saveFailed(const QString& message);

protected:
    // `controller` outlives the service.
    ModelService(TrainingController& controller, QObject* parent);

    // Posts the request at hand; false when it is for the model at hand and there is none. Called again where it has to
    // give way to a run, or was dropped with one.
    virtual bool post() = 0;
    // Whether what is under way is on the compute thread or waits for it.
    virtual bool isInTheWay() const { return true; }
    // Stops what is under way and posts the request at hand; whether it was posted.
    bool postAnew();
    // The same of a request that somebody waits for already: that its model is gone by now is said.
    void repost();
    void setBusy(bool isBusy);

    // From any thread: does something here, for as long as the request is the one at hand.
    class Caller {
    public:
        template <typename Act>
        void operator()(Act act) const {
            m_reply([service = m_service, generation = m_generation, act = std::move(act)] {
                if (generation == service->m_generation)
                    act();
            });
        }

    private:
        friend class ModelService;
        explicit Caller(ModelService* service)
            : m_service(service), m_generation(service->m_generation), m_reply(service->m_replies.sender()) {}
        ModelService* m_service;
        int m_generation;
        ReplyChannel::Sender m_reply;
    };
    struct Request {
        Caller call;
        std::stop_token stop;
    };
    // The start of post(): what was posted before is out of date.
    Request newRequest();
    // What is under way is stopped and out of date, though nothing takes its place yet.
    void forget();

    // An answer that ends the request: nothing was made when it was stopped, and it is posted again when it was
    // dropped.
    template <typename T>
    std::shared_ptr<Answer<Result<std::optional<T>>>> answerTo(const Request& request,
                                                               std::function<void(std::shared_ptr<const T>)> finished) {
        using Outcome = Result<std::optional<T>>;
        return std::make_shared<Answer<Outcome>>(
            [this, call = request.call, finished = std::move(finished)](const std::shared_ptr<Outcome>& outcome) {
                call([this, finished, outcome] {
                    if (outcome == nullptr) // dropped with its run, which may have left a model
                        return repost();
                    setBusy(false);
                    if (!*outcome)
                        tellFailed(outcome->error());
                    else if (**outcome)
                        finished(std::make_shared<const T>(std::move(**outcome).value()));
                });
            });
    }

    // Posts work(model, executor, stop) with the model from `path`, or with the one at hand where that is empty.
    template <typename T, typename Work>
    bool postWork(const Request& request, const std::filesystem::path& path, const char* doing,
                  const std::shared_ptr<ModelMemory>& memory, Work work,
                  std::function<void(std::shared_ptr<const T>)> finished) {
        using Outcome = Result<std::optional<T>>;
        const auto answer = answerTo<T>(request, std::move(finished));
        const auto run = [answer, doing, stop = request.stop, work = std::move(work)](Executor& executor,
                                                                                      const auto& find) {
            answer->give(guarded(doing, [&]() -> Outcome {
                if (stop.stop_requested())
                    return std::optional<T>();
                const Result<WorkingModel> model = find();
                if (!model)
                    return model.error();
                return work(*model, executor, stop);
            }));
        };
        if (!path.empty()) {
            m_controller.postJob(
                [run, memory, path](Executor& executor) { run(executor, [&] { return memory->load(path); }); });
            return true;
        }
        const bool isPosted =
            m_controller.postModelJob([run, isTraining = m_controller.isActive(),
                                       from = m_controller.modelPath()](const JobContext& context, Executor& executor) {
                run(executor, [&]() -> Result<WorkingModel> { return modelAtHand(context, from, isTraining); });
            });
        if (!isPosted)
            answer->keepQuiet();
        return isPosted;
    }

    // On the pool; `saved` or `saveFailed` answers.
    void write(const std::filesystem::path& path, std::function<Result<void>()> write);
    void tellFailed(const Error& error);

    TrainingController& m_controller;
    ReplyChannel m_replies{this};

private:
    std::stop_source m_stop;
    int m_generation = 0;
    bool m_isBusy = false;
};

} // namespace hourglass
