#pragma once

// How fast this machine multiplies at best: what a share of the peak is a share of.

#include "core/exec/Program.h"

namespace hourglass {

struct MachinePeak {
    double matMul = 0, convolution = 0; // FLOP/s, two for each multiplication
};

// Large products of matrices (1024³) and convolutions (5×5, 64 to 64 channels on 8 pictures of 64×64) through the
// executor, the best of several runs. Takes about a second. Errors: as Executor::compile.
Result<MachinePeak> measurePeak(Precision precision, Executor& executor);

} // namespace hourglass
