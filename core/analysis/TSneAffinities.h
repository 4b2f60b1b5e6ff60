#pragma once

// Who is whose neighbour, and how much: the joint probabilities P that t-SNE lays out in the plane.
//
//   p_{j|i} = exp(-β_i d_ij²) / Σ_l exp(-β_i d_il²)   over the k nearest neighbours of i, β_i such that the
//                                                      perplexity exp(-Σ_j p_{j|i} ln p_{j|i}) is the one asked for
//   p_ij = (p_{j|i} + p_{i|j}) / 2N                    symmetric, Σ_ij p_ij = 1
//
// Source: van der Maaten, "Accelerating t-SNE using tree-based algorithms" (JMLR 2014), equations 5 and 6.

#include <span>
#include <vector>

#include "core/analysis/NearestNeighbours.h"

namespace hourglass {

// p_{j|i} of each row's `perRow` neighbours, nearest first: [N, perRow] like its argument. More equally near neighbours
// than the perplexity asks for share alike. perplexity at least 1 and below perRow (ContractError). Uses parallelFor.
std::vector<double> conditionalAffinities(std::span<const Neighbour> neighbours, int64_t perRow, double perplexity);

// A symmetric sparse matrix, row after row, columns ascending.
struct Affinities {
    std::vector<size_t> starts = {0}; // row i holds entries starts[i] … starts[i + 1] - 1
    std::vector<size_t> columns;
    std::vector<double> values;

    size_t rows() const { return starts.size() - 1; }
};

// p_ij.
Affinities jointAffinities(std::span<const Neighbour> neighbours, int64_t perRow, std::span<const double> conditional);

} // namespace hourglass
