#include "core/base/ComputeEnvironment.h"

#include <cstdlib>

#include <unistd.h>

namespace hourglass {

void ensureComputeEnvironment(char** argv) {
    if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr)
        return;
    setenv("GOMP_SPINCOUNT", "2000", 1); // some tens of microseconds: longer than two threads differ in a product
    execv("/proc/self/exe", argv);       // returns only when it fails; then things are slow, but right
}

} // namespace hourglass
