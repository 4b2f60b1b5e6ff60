#pragma once

// One emitter for each kind of group: the kernel that computes it, added to a compilation.

#include "core/exec/onednn/Compilation.h"

namespace hourglass::onednn {

Result<void> emitMatMul(Compilation& build, const Group& group);
Result<void> emitStrip(Compilation& build, const Group& group);
Result<void> emitReduce(Compilation& build, const Group& group);

} // namespace hourglass::onednn
