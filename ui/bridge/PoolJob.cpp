#include "ui/bridge/PoolJob.h"

#include <QtCore/QRunnable>
#include <QtCore/QThread>

#include <memory>
#include <mutex>

namespace hourglass {

namespace {

// Handed over under a mutex of ours, which a thread sanitizer can follow where it does not see into Qt's.
class PoolTask final : public QRunnable {
public:
    explicit PoolTask(std::function<void()> work) : m_work(std::move(work)) {}

    static std::mutex& handOver() {
        static std::mutex mutex;
        return mutex;
    }
    void run() override {
        { const std::lock_guard received(handOver()); }
        m_work();
    }

private:
    std::function<void()> m_work;
};

} // namespace

void startInPool(QThreadPool& pool, std::function<void()> work) {
    std::unique_lock given(PoolTask::handOver());
    auto task = std::make_unique<PoolTask>(std::move(work));
    given.unlock();
    pool.start(task.release()); // which deletes it
}

QThreadPool& workPool() {
    static QThreadPool pool;
    return pool;
}

QThreadPool& quietPool() {
    static QThreadPool pool;
    pool.setThreadPriority(QThread::IdlePriority); // of threads that are yet to start: all
    return pool;
}

} // namespace hourglass
