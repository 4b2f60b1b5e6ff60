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
#pragma omp parallel for schedule(static)
    for (int64_t chunk = 0; chunk < chunks; ++chunk)
        function(chunk * grain, std::min(count, (chunk + 1) * grain));
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
