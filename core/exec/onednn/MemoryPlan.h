#pragma once

// Places short-lived buffers in one workspace so that buffers alive at the same time never overlap.

#include <cstdint>
#include <vector>

namespace hourglass::onednn {

struct BufferRequest {
    int64_t bytes;
    int firstUse, lastUse; // positions in the run, inclusive
};

struct MemoryPlan {
    std::vector<int64_t> offsets; // multiples of 64, by request
    int64_t bytes = 0;
};

// Greedy by size: the largest first, each at the lowest place where it fits between those alive with it.
MemoryPlan planMemory(const std::vector<BufferRequest>& requests);

} // namespace hourglass::onednn
