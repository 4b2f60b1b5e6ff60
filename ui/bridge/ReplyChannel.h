#pragma once

// Carries answers from other threads to an object of the GUI thread by queued calls, and nothing once that is gone.
// The object holds the channel, tasks hold its Sender.

#include <QtCore/QObject>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace hourglass {

// Rung once for each answer. Qt queues the ringing, and the answers wait under a mutex of ours: all that passes from
// thread to thread does so where a thread sanitizer, which does not see into Qt, can follow.
class ReplyBell : public QObject {
    Q_OBJECT

signals:
    void rung();
};

class ReplyChannel {
    struct State {
        std::mutex mutex;
        ReplyBell* bell = nullptr; // null: nobody listens any more
        std::deque<std::function<void()>> replies;

        void answerNext();
    };

public:
    explicit ReplyChannel(QObject* target);
    ~ReplyChannel();
    ReplyChannel(const ReplyChannel&) = delete;
    ReplyChannel& operator=(const ReplyChannel&) = delete;

    class Sender {
    public:
        explicit Sender(std::shared_ptr<State> state) : m_state(std::move(state)) {}
        // From any thread: runs `reply` on the target's thread, after those that were sent before.
        void operator()(std::function<void()> reply) const;

    private:
        std::shared_ptr<State> m_state;
    };
    Sender sender() const { return Sender(m_state); }

private:
    ReplyBell m_bell;
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
