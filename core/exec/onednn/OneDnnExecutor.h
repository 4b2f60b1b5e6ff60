#pragma once

// The executor that trains and denoises: matrix products by oneDNN, everything elementwise in strip passes, all memory
// planned when compiled.

#include <map>

#include "core/exec/Program.h"

namespace hourglass {

std::unique_ptr<Executor> makeOneDnnExecutor();

// What bit-exactness depends on, for the record of a run: "isa", "onednn", "kernels", "threads".
std::map<std::string, std::string> computeEnvironment();

// Whether bf16 is computed natively here; `auto` precision resolves to it.
bool nativeBf16();

} // namespace hourglass
