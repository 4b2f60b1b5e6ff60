#include "core/exec/onednn/MemoryPlan.h"

#include <algorithm>
#include <numeric>

namespace hourglass::onednn {

MemoryPlan planMemory(const std::vector<BufferRequest>& requests) {
    constexpr int64_t kLine = 64;
    std::vector<size_t> order(requests.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return requests[a].bytes > requests[b].bytes; });

    struct Placed {
        int64_t begin, end;
        const BufferRequest* request;
    };
    std::vector<Placed> placed; // sorted by begin
    MemoryPlan plan{std::vector<int64_t>(requests.size(), 0), 0};
    for (size_t i : order) {
        const BufferRequest& request = requests[i];
        const int64_t size = (request.bytes + kLine - 1) / kLine * kLine;
        int64_t at = 0;
        for (const Placed& other : placed) {
            const bool together =
                other.request->firstUse <= request.lastUse && request.firstUse <= other.request->lastUse;
            if (!together)
                continue;
            if (at + size <= other.begin)
                break;
            at = std::max(at, other.end);
        }
        plan.offsets[i] = at;
        plan.bytes = std::max(plan.bytes, at + size);
        const auto place = std::lower_bound(placed.begin(), placed.end(), at,
                                            [](const Placed& p, int64_t value) { return p.begin < value; });
        placed.insert(place, {at, at + size, &request});
    }
    return plan;
}

} // namespace hourglass::onednn
