#include "core/training/TrainerMailbox.h"

#include <utility>

namespace hourglass {

void TrainerMailbox::setPaused(bool paused) {
    {
        const std::lock_guard lock(m_mutex);
        m_pending.paused = paused;
        m_pauseAtEpochEnd = false;
    }
    m_changed.notify_all();
}

void TrainerMailbox::stepEpoch() {
    {
        const std::lock_guard lock(m_mutex);
        m_pending.paused = false;
        m_pauseAtEpochEnd = true;
    }
    m_changed.notify_all();
}

void TrainerMailbox::epochEnded() {
    const std::lock_guard lock(m_mutex);
    if (std::exchange(m_pauseAtEpochEnd, false))
        m_pending.paused = true;
}

void TrainerMailbox::setOptions(const LiveValues& values) {
    const std::lock_guard lock(m_mutex);
    for (const auto& [key, value] : values)
        m_pending.options[key] = value;
}

void TrainerMailbox::requestCheckpoint() {
    {
        const std::lock_guard lock(m_mutex);
        m_pending.checkpoint = true;
    }
    m_changed.notify_all();
}

void TrainerMailbox::post(TrainerJob job) {
    {
        const std::lock_guard lock(m_mutex);
        m_pending.jobs.push_back(std::move(job));
    }
    m_changed.notify_all();
}

TrainerMailbox::Commands TrainerMailbox::take() {
    const std::lock_guard lock(m_mutex);
    const bool paused = m_pending.paused;
    return std::exchange(m_pending, Commands{.paused = paused, .options = {}, .checkpoint = false, .jobs = {}});
}

TrainerMailbox::Commands TrainerMailbox::waitWhilePaused(std::stop_token stop) {
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, std::move(stop),
                       [this] { return !m_pending.paused || m_pending.checkpoint || !m_pending.jobs.empty(); });
    }
    return take();
}

} // namespace hourglass
