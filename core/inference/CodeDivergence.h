#pragma once

// Which dimensions of a variational code carry something: KL(q(z_j | x) ‖ N(0, 1)) of each, in nats, averaged over
// samples. Near zero a dimension has collapsed: it says nothing of the sample, and the decoder does not heed it.

#include "core/inference/ModelRunner.h"

namespace hourglass {

// [code elements], over all rows of `samples`; nothing when asked to stop. The model has a prior
// (CodeSource::hasPrior(); ContractError otherwise). Compute thread only. Errors: InvalidArgument (samples of another
// shape), those of Executor::compile.
Result<std::optional<std::vector<double>>> divergencePerDimension(ModelRunner& runner, const Dataset& samples,
                                                                  std::stop_token stop = {});

} // namespace hourglass
