#pragma once

// Carries answers from other threads to an object of the GUI thread by queued calls, and nothing once that is gone.
// The object holds the channel, tasks hold its Sender.

#include <QtCore/QMetaObject>
#include <QtCore/QObject>

#include <functional>
#include <memory>
#include <mutex>

namespace hourglass {

class ReplyChannel {
    struct State {
        std::mutex mutex;
        QObject* target;
    };

public:
    explicit ReplyChannel(QObject* target) : m_state(std::make_shared<State>()) { m_state->target = target; }
    ~ReplyChannel() {
        const std::lock_guard lock(m_state->mutex);
        m_state->target = nullptr; // what is queued already, Qt drops with the object
    }
    ReplyChannel(const ReplyChannel&) = delete;
    ReplyChannel& operator=(const ReplyChannel&) = delete;

    class Sender {
    public:
        explicit Sender(std::shared_ptr<State> state) : m_state(std::move(state)) {}
        // From any thread: runs `reply` on the target's thread.
        void operator()(std::function<void()> reply) const {
            const std::lock_guard lock(m_state->mutex);
            if (m_state->target != nullptr)
                QMetaObject::invokeMethod(m_state->target, std::move(reply), Qt::QueuedConnection);
        }

    private:
        std::shared_ptr<State> m_state;
    };
    Sender sender() const { return Sender(m_state); }

private:
    std::shared_ptr<State> m_state;
};

// Answers need not come in the order of the requests, which are numbered as they are made: one that comes after that to
// a later request is out of date.
class LatestReply {
public:
    bool takes(int request) {
        if (request < m_taken)
            return false;
        m_taken = request;
        return true;
    }
    int taken() const { return m_taken; }

private:
    int m_taken = 0;
};

} // namespace hourglass
