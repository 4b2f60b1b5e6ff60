#pragma once

// Measures how long the event loop of its thread was away from waiting: the longest time in which a click would not
// have been answered. A 1 ms timer that comes late tells; a benchmark prints it.

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <chrono>

namespace hourglass {

class EventLoopMonitor : public QObject {
    Q_OBJECT

public:
    explicit EventLoopMonitor(QObject* parent = nullptr);

    void start(); // forgets what was measured
    void stop();
    std::chrono::nanoseconds longestGap() const;
    int beats() const { return m_beats; }

private:
    void beat();

    QTimer m_timer;
    QElapsedTimer m_since;
    std::chrono::nanoseconds m_longest{0};
    int m_beats = 0;
};

} // namespace hourglass
