#include "ui/bridge/ComputeThread.h"

#include <sys/resource.h>
#include <unistd.h>

#include "core/exec/onednn/OneDnnExecutor.h"

namespace hourglass {

namespace {

// OpenMP's threads are started by this one and inherit its niceness.
void lowerPriority() {
    constexpr int kNice = 10;
    setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
}

} // namespace

ComputeThread::ComputeThread() : m_thread([this](std::stop_token stop) { run(std::move(stop)); }) {}

ComputeThread::~ComputeThread() {
    m_thread.request_stop();
    m_thread.join();
}

void ComputeThread::post(Task task) {
    {
        const std::lock_guard lock(m_mutex);
        m_tasks.push_back(std::move(task));
    }
    m_changed.notify_one();
}

void ComputeThread::run(std::stop_token stop) {
    lowerPriority();
    const std::unique_ptr<Executor> executor = makeOneDnnExecutor();
    while (true) {
        Task task;
        {
            std::unique_lock lock(m_mutex);
            if (!m_changed.wait(lock, stop, [this] { return !m_tasks.empty(); }) || stop.stop_requested())
                return;
            task = std::move(m_tasks.front());
            m_tasks.pop_front();
        }
        task(*executor, stop);
    }
}

} // namespace hourglass
