#pragma once

// Whether two networks compute the same, measured on batches of random numbers in [0, 1]: of several sizes, so that a
// size that one of them holds fast is found out.

#include <optional>

#include "core/exec/Program.h"
#include "core/io/ImportedNetwork.h"

namespace hourglass {

struct ProbeResult {
    Shape inputShape;                     // of the first input, for the larger batch
    std::optional<Shape> otherShape = {}; // the same for pictures of another size, where there may be such
    double largestDifference = 0.0;       // |a − b| over all outputs and batches
    double meanDifference = 0.0;          // of the same
    double largestMagnitude = 0.0;        // |a|
    bool isFinite = true;                 // of both
};

// Runs both on batches of 4 and 1, and where the inputs depend on H and W on a batch of 2 of other height and width;
// the same numbers each time. Both must have the same inputs and outputs by name and shape (Unreadable otherwise).
// `ofPicture` gives H and W; n is not looked at. Errors as Executor::compile.
Result<ProbeResult> compareNetworks(const ImportedNetwork& a, const ImportedNetwork& b, SymbolSizes ofPicture,
                                    Executor& executor);

} // namespace hourglass
