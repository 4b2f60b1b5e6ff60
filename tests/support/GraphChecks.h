#pragma once

// Graphs checked against what must hold of any: gradients are what central differences say, and oneDNN computes what
// the reference does. Findings come back as a sentence, empty when there is nothing to find.

#include <map>
#include <string>
#include <vector>

#include "core/exec/Program.h"
#include "core/exec/reference/Interpreter.h"

namespace hourglass::test {

// Of inputs and parameters, by name.
using Values = std::map<std::string, std::vector<double>>;

// The first "grad.PARAMETER" of the reference that differs from (loss(p + h) − loss(p − h)) / 2h, h = 1e-5, by more
// than 1e-6 · max(1, |difference quotient|), among up to about `most` elements of each parameter, spread evenly.
std::string wrongGradient(const Graph& graph, const SymbolSizes& sizes, const Values& values, size_t most);

// All outputs, by oneDNN.
std::map<std::string, Tensor> runOneDnn(const Graph& graph, const Values& values, const CompileOptions& options);

// The first value of `found` that is further from the reference than tolerance · max(1, |reference|); with
// Scale::Tensor the largest |reference| of its tensor counts, since sums lose what their largest terms cannot hold.
enum class Scale { Value, Tensor };
std::string wrongOutput(const std::map<std::string, reference::Array>& expected,
                        const std::map<std::string, Tensor>& found, double tolerance, Scale scale);

} // namespace hourglass::test
