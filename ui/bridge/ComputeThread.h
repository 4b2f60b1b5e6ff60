#pragma once

// The one thread that compiles and runs Programs in the window's process: OpenMP gives every thread that computes a
// pool of its own, so there must not be a second. It is niced, so that the window stays fluid. No Qt; tasks run in
// order.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "core/exec/Program.h"

namespace hourglass {

class ComputeThread {
public:
    // A task must not throw; it looks at `stop` when it is long: the thread is being destroyed.
    using Task = std::function<void(Executor& executor, std::stop_token stop)>;

    ComputeThread();
    // Requests the stop of the running task, drops those that wait, joins.
    ~ComputeThread();
    ComputeThread(const ComputeThread&) = delete;
    ComputeThread& operator=(const ComputeThread&) = delete;

    // From any thread.
    void post(Task task);

private:
    void run(std::stop_token stop);

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<Task> m_tasks;
    std::jthread m_thread; // last: starts when the rest is there, ends before it goes
};

} // namespace hourglass
