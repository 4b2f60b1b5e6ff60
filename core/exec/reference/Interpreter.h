#pragma once

// The truth: every op in double precision with naive loops. Slow on purpose; whatever else runs a graph is tested
// against this, and this against central differences.

#include <map>
#include <string>
#include <vector>

#include "core/graph/Graph.h"

namespace hourglass::reference {

struct Array {
    Shape shape;
    std::vector<double> values; // row-major
};

// One op applied to its inputs (Ops.cpp). `shape` is the output's.
Array apply(const Node& node, const Shape& shape, const std::vector<const Array*>& inputs);

// The part of it that moves elements between places (Spatial.cpp); y is zero before.
void applySpatial(const Node& node, const std::vector<const Array*>& inputs, Array& y);

// Evaluates every node that the outputs need and returns the outputs by name. `values` holds inputs and parameters by
// name; a missing one, or one of another size, is a ContractError.
std::map<std::string, Array> evaluate(const Graph& graph, const SymbolSizes& sizes,
                                      const std::map<std::string, std::vector<double>>& values);

} // namespace hourglass::reference
