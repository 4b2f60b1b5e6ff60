#pragma once

// How much memory there is to plan with.

#include <cstdint>

namespace hourglass {

// Bytes that this process may use when nobody else uses any: the machine's memory, or less where a container or a
// service (Linux control groups) sets a limit.
uint64_t availableMemory();

// Bytes that can be had at this moment without pushing anybody else's out: never more than availableMemory().
uint64_t freeMemory();

// What one array or data set may take: half of availableMemory().
inline uint64_t memoryBudget() {
    return availableMemory() / 2;
}

} // namespace hourglass
