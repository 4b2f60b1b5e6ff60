#include "ui/bridge/ReplyChannel.h"

#include <utility>

namespace hourglass {

void ReplyChannel::State::answerNext() {
    std::function<void()> reply;
    {
        const std::lock_guard lock(mutex);
        if (replies.empty()) // the channel was closed after this ringing
            return;
        reply = std::move(replies.front());
        replies.pop_front();
    }
    reply();
}

ReplyChannel::ReplyChannel(QObject* target) : m_state(std::make_shared<State>()) {
    m_state->bell = &m_bell;
    QObject::connect(
        &m_bell, &ReplyBell::rung, target, [state = m_state] { state->answerNext(); }, Qt::QueuedConnection);
}

ReplyChannel::~ReplyChannel() {
    std::deque<std::function<void()>>
        unheard; // what they hold is let go here, where it belongs, and not under the mutex
    const std::lock_guard lock(m_state->mutex);
    m_state->bell = nullptr;
    unheard.swap(m_state->replies);
}

void ReplyChannel::Sender::operator()(std::function<void()> reply) const {
    const std::lock_guard lock(m_state->mutex);
    if (m_state->bell == nullptr)
        return;
    m_state->replies.push_back(std::move(reply));
    emit m_state->bell->rung();
}

} // namespace hourglass
