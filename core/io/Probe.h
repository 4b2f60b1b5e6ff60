#pragma once

// Whether two networks compute the same, measured on batches of random numbers in [0, 1].

#include "core/exec/Program.h"
#include "core/io/ImportedNetwork.h"

namespace hourglass {

struct ProbeResult {
    Shape inputShape;               // of the first input, for the larger batch
    double largestDifference = 0.0; // |a − b| over all outputs and batches
    double meanDifference = 0.0;    // of the same
    double largestMagnitude = 0.0;  // |a|
    bool isFinite = true;           // of both
};

// Runs both on batches of 4 and 1, the same numbers each time. Both must have the same inputs and outputs by name and
// shape (Unreadable otherwise). `sizes` gives H and W; n is not looked at. Errors as Executor::compile.
Result<ProbeResult> compareNetworks(const ImportedNetwork& a, const ImportedNetwork& b, SymbolSizes sizes,
                                    Executor& executor);

} // namespace hourglass
