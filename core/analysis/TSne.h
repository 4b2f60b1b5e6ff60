#pragma once

// t-SNE: codes laid out in the plane so that neighbours stay neighbours (van der Maaten and Hinton 2008; with the
// Barnes–Hut approximation of van der Maaten 2014, θ = 0.5). Debian has no C++ library for it, so this is our own.
//
//   1. at most 50 principal components (Pca.h);
//   2. the 3 · perplexity nearest neighbours of each point, exactly, and the affinities P (TSneAffinities.h);
//   3. the layout starts as the first two components, scaled to a standard deviation of 1e-4 (Kobak and Berens 2019),
//      with normal noise of 1e-6, so that equal codes, or codes on a line, can part;
//   4. gradient descent (TSneObjective.h) with momentum, 0.5 then 0.8, and a gain per coordinate, at learning rate
//      max(N / 12 / 4, 50) for gradients with their factor 4 (Belkina et al. 2019: N / exaggeration without it). For
//      the first 250 iterations, or a quarter when there are fewer than 1000, P counts twelvefold.
//
// Made for up to 10,000 codes: time grows with N² in step 2 and N log N per iteration in step 4. Every step is the same
// bit for bit for any number of threads.

#include <functional>
#include <optional>
#include <stop_token>

#include "core/base/Result.h"
#include "core/tensor/Tensor.h"

namespace hourglass {

struct TSneOptions {
    double perplexity = 30; // about how many neighbours count; 1 to 500
    int64_t iterations = 1000;
    uint64_t seed = 0; // of the noise
};

struct TSneLayout {
    Tensor points;           // [N, 2]
    double perplexity = 0;   // the one asked for, or (N - 1) / 3 if that is less
    double klDivergence = 0; // of the layout from the affinities, nats
};

// Hears of the layout before the first iteration, every ten, and after the last: iterations done and in all, the points
// [N, 2] (valid during the call) and their divergence. On the calling thread.
using TSneProgress =
    std::function<void(int64_t iteration, int64_t total, std::span<const float> layout, double klDivergence)>;

// Of codes [N, K]. InvalidArgument for fewer than 4 codes, a value that is not finite or far too large, or options out
// of range; nothing when asked to stop. Compute thread only.
Result<std::optional<TSneLayout>> tSne(const Tensor& codes, const TSneOptions& options = {},
                                       const TSneProgress& progress = {}, std::stop_token stop = {});

} // namespace hourglass
