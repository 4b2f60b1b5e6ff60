#pragma once

// Which rows train, which validate, which test: decided by stable ids, so that the same sample stays on the same side
// whatever the order of the rows.

#include "core/data/Dataset.h"

namespace hourglass {

struct Split {
    std::vector<int64_t> train, validation, test; // dataset rows, ascending
};

// Groups are ranked by a hash of (seed, group); the first make the test part, the next the validation part, the rest
// trains. Counts are the fractions rounded, exactly so where groups are single rows; a positive fraction gets at least
// one group as long as one is left to train. Fractions are from 0 to 1, together below 1 (ContractError). With 0
// everything trains.
Split splitByStableId(const Dataset& dataset, double validationFraction, double testFraction, uint64_t seed);

// `count` places of `total`, or all where there are fewer, spread evenly: neighbours may be patches of one photograph.
std::vector<int64_t> spreadEvenly(int64_t total, int64_t count);

} // namespace hourglass
