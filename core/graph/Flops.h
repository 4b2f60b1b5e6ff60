#pragma once

// What a graph costs, counted from its shapes.

#include "core/graph/Graph.h"

namespace hourglass {

// Multiplications and additions (two for each product) of one run through the matrix products and convolutions that its
// outputs need, convolutions counted as if computed directly and padding as if it were picture. The sizes must be ones
// that the graph can take (ContractError).
int64_t productFlops(const Graph& graph, const SymbolSizes& sizes);

} // namespace hourglass
