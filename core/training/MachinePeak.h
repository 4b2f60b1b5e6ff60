#pragma once

// How fast this machine multiplies, and updates parameters, at best: what a share of the peak is a share of.

#include "core/exec/Program.h"

namespace hourglass {

struct MachinePeak {
    double matMul = 0, convolution = 0; // FLOP/s, two for each multiplication
};

// Large products of matrices (1024³) and convolutions (5×5, 64 to 64 channels on 8 pictures of 64×64) through the
// executor, the best of several runs. Takes about a second. Errors: as Executor::compile.
Result<MachinePeak> measurePeak(Precision precision, Executor& executor);

// Bytes that Adam reads and writes for each parameter in a step: weight, gradient and two moments; all but the
// gradient.
inline constexpr int64_t kUpdateBytes = 7 * static_cast<int64_t>(sizeof(float));
// Bytes per second of Adam's pass over 2²⁰ parameters, the best of several: it does little but wait for memory.
double measureUpdate();

} // namespace hourglass
