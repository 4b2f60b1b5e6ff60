#pragma once

// The interpreter behind the Executor interface, so that anything that trains or denoises can be run on the reference.

#include "core/exec/Program.h"

namespace hourglass {

std::unique_ptr<Executor> makeReferenceExecutor();

} // namespace hourglass
