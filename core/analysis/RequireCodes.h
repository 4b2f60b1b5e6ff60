#pragma once

// What everything that looks at a table of codes asks of it first.

#include <string>

#include "core/base/Result.h"
#include "core/tensor/Tensor.h"

namespace hourglass {

// InvalidArgument unless codes [N, K] have at least one row and `leastRows` of them, and hold finite numbers only; the
// sentence names the count or the first bad row (from 0), and `what` needs them: "A t-SNE layout". ContractError for
// another rank or K = 0.
Result<void> requireCodes(const Tensor& codes, int64_t leastRows, const std::string& what);

} // namespace hourglass
