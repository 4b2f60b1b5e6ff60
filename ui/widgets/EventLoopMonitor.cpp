#include "ui/widgets/EventLoopMonitor.h"

#include <algorithm>

namespace hourglass {

EventLoopMonitor::EventLoopMonitor(QObject* parent) : QObject(parent) {
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(std::chrono::milliseconds(1));
    connect(&m_timer, &QTimer::timeout, this, &EventLoopMonitor::beat);
}

void EventLoopMonitor::start() {
    m_longest = {};
    m_beats = 0;
    m_since.start();
    m_timer.start();
}

void EventLoopMonitor::stop() {
    beat();
    m_timer.stop();
}

void EventLoopMonitor::beat() {
    m_longest = longestGap();
    m_since.restart();
    ++m_beats;
}

std::chrono::nanoseconds EventLoopMonitor::longestGap() const {
    const std::chrono::nanoseconds running(m_since.isValid() && m_timer.isActive() ? m_since.nsecsElapsed() : 0);
    return std::max(m_longest, running);
}

} // namespace hourglass
