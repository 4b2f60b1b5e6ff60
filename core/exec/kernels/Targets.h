#pragma once

// Which instruction set our vector code runs with (Highway's dynamic dispatch).

namespace hourglass {

// "AVX3". Sums depend on it in their last bits.
const char* kernelTarget();

// Lets vector code use no more than the environment's ONEDNN_MAX_CPU_ISA allows oneDNN (SSE41, AVX, AVX2…; others
// change nothing), so that one setting shows what a lesser machine would compute. Call it before anything computes.
void limitKernelTarget();

} // namespace hourglass
