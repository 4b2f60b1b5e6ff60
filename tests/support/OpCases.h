#pragma once

// One small graph for each op, over any size, for the tests that walk allOps(). To cover a new op, add its row here.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/graph/Graph.h"

namespace hourglass::test {

struct OpCase {
    std::string name;
    OpKind op;
    // Builds the graph for matrices of rows × columns, with parameters as operands; returns the result node.
    std::function<NodeId(Graph&, int64_t rows, int64_t columns)> build;
    double low = -2.0, high = 2.0;  // operand values are drawn from here …
    std::vector<double> kinks = {}; // … at least 0.05 away from these
    double f32Tolerance = 2e-6;     // |Δ| ≤ 4 · tolerance · max(1, the largest |reference| of its tensor)
};

std::vector<OpCase> opCases();

// Values for every parameter of the graph, drawn as the case says.
std::map<std::string, std::vector<double>> drawOperands(const OpCase& opCase, const Graph& graph, uint64_t seed);

} // namespace hourglass::test
