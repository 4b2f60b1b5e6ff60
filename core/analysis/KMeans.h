#pragma once

// k-means clusters of codes (Lloyd, started by k-means++: Arthur and Vassilvitskii 2007), by OpenCV.

#include <optional>
#include <stop_token>

#include "core/base/Result.h"
#include "core/tensor/Tensor.h"

namespace hourglass {

struct KMeansOptions {
    int64_t clusters = 10;
    int attempts = 3; // starts of which the one with the least inertia is kept
    int64_t examples = 9;
    uint64_t seed = 0;
};

struct KMeans {
    // Largest cluster first, ties by the row that comes first. There are fewer than asked for when there are not as
    // many different codes.
    Tensor centres;                             // [k, K]
    std::vector<int> labels;                    // per row, its nearest centre
    std::vector<int64_t> sizes;                 // rows of each cluster
    std::vector<std::vector<int64_t>> examples; // of each cluster, its rows nearest to the centre, nearest first
    double inertia = 0;                         // Σ ‖x - centre‖²

    int64_t clusters() const { return static_cast<int64_t>(sizes.size()); }
};

// Of codes [N, K]. The same seed gives the same clusters. InvalidArgument when there is no code, one is not finite, or
// an option is below 1 (examples: 0); nothing when asked to stop, which is looked at between attempts (a few seconds of
// 60,000 codes).
Result<std::optional<KMeans>> kMeans(const Tensor& codes, const KMeansOptions& options, std::stop_token stop = {});

} // namespace hourglass
