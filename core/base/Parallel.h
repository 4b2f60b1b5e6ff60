#pragma once

// The one way our own loops use several cores: the OpenMP pool that oneDNN uses too, so that there is never a second
// one. Call it from the compute thread only: each calling thread would get a pool of its own.

#include <cstdint>

namespace hourglass {

// A borrowed callable: no allocation, valid during the call only.
class RangeFunction {
public:
    template <typename Callable>
    RangeFunction(const Callable& callable)
        : m_object(&callable), m_call([](const void* object, int64_t begin, int64_t end) {
              (*static_cast<const Callable*>(object))(begin, end);
          }) {}
    void operator()(int64_t begin, int64_t end) const { m_call(m_object, begin, end); }

private:
    const void* m_object;
    void (*m_call)(const void*, int64_t, int64_t);
};

// Calls function(begin, end) over [0, count) in chunks of `grain`, each exactly once, in any order and in parallel.
// Chunk borders depend on count and grain only, never on the number of threads: partial sums per chunk, added up in
// order, are therefore reproducible. The function must not throw.
void parallelFor(int64_t count, int64_t grain, RangeFunction function);

// Which of them, from 0, calls this within a parallelFor: for scratch of its own.
int computeThread();

// How many of them take part in a parallelFor of so many chunks, at most: those numbered from 0 on, each with at most
// one chunk more than another.
int threadsFor(int64_t chunks);

// Threads that parallelFor and oneDNN use on the calling thread. 0 asks for all of the machine's.
int computeThreads();
void setComputeThreads(int count);

// Another number of them within a scope, on the calling thread.
class ComputeThreadsScope {
public:
    explicit ComputeThreadsScope(int count) : m_before(computeThreads()) { setComputeThreads(count); }
    ~ComputeThreadsScope() { setComputeThreads(m_before); }
    ComputeThreadsScope(const ComputeThreadsScope&) = delete;
    ComputeThreadsScope& operator=(const ComputeThreadsScope&) = delete;

private:
    int m_before;
};

} // namespace hourglass
