#include "core/base/Parallel.h"

#include <algorithm>

#include <omp.h>

#include "core/base/Contract.h"

namespace hourglass {

void parallelFor(int64_t count, int64_t grain, RangeFunction function) {
    expects(grain > 0, "parallelFor needs a positive grain, got {}", grain);
    const int64_t chunks = (count + grain - 1) / grain;
    if (chunks <= 1 || omp_get_max_threads() == 1) {
        for (int64_t begin = 0; begin < count; begin += grain)
            function(begin, std::min(count, begin + grain));
        return;
    }
#pragma omp parallel
    {
        // Shared out by hand, since threadsFor() promises which threads take part in a short loop.
        const int64_t thread = omp_get_thread_num(), threads = omp_get_num_threads();
        const int64_t share = chunks / threads, longer = chunks % threads;
        const int64_t first = thread * share + std::min(thread, longer);
        for (int64_t chunk = first; chunk < first + share + (thread < longer ? 1 : 0); ++chunk)
            function(chunk * grain, std::min(count, (chunk + 1) * grain));
    }
}

int threadsFor(int64_t chunks) {
    return static_cast<int>(std::clamp<int64_t>(chunks, 1, omp_get_max_threads()));
}

int computeThread() {
    return omp_get_thread_num();
}

int computeThreads() {
    return omp_get_max_threads();
}

void setComputeThreads(int count) {
    static const int unrestricted = omp_get_max_threads(); // all cores, or what OMP_NUM_THREADS says
    omp_set_num_threads(count > 0 ? count : unrestricted);
}

} // namespace hourglass
