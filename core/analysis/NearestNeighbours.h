#pragma once

// The rows of a table of codes that lie nearest to one code: retrieval in code space, example images of clusters, and
// the neighbourhoods of t-SNE. By comparing with every row, exactly; sums in double precision. Ties go to the lower
// row; a row with a value that is not finite is farther than all others. The searches use parallelFor.

#include <span>
#include <stop_token>
#include <vector>

#include "core/tensor/Tensor.h"

namespace hourglass {

enum class CodeDistance {
    Euclidean, // ‖a - b‖
    Cosine,    // 1 - aᵀb / (‖a‖ ‖b‖), from 0 to 2: direction only; 1 when one of them is 0
};

struct Neighbour {
    int64_t row = 0;
    double distance = 0;
    bool operator==(const Neighbour&) const = default;
};

// Of two codes of as many values. Calls nothing, so that it may be used within a parallelFor.
double codeDistance(std::span<const float> a, std::span<const float> b,
                    CodeDistance distance = CodeDistance::Euclidean);

// The min(k, N) rows of codes [N, K] nearest to a code of K values, nearest first.
std::vector<Neighbour> nearestToCode(const Tensor& codes, std::span<const float> code, int64_t k,
                                     CodeDistance distance = CodeDistance::Euclidean);

// The min(k, N - 1) rows nearest to a row, which is not its own neighbour.
std::vector<Neighbour> nearestToRow(const Tensor& codes, int64_t row, int64_t k,
                                    CodeDistance distance = CodeDistance::Euclidean);

// The same of every row, [N, min(k, N - 1)]; empty when asked to stop.
std::vector<Neighbour> nearestToEveryRow(const Tensor& codes, int64_t k,
                                         CodeDistance distance = CodeDistance::Euclidean, std::stop_token stop = {});

} // namespace hourglass
