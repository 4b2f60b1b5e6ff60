#pragma once

// Reverse-mode differentiation as a graph transformation: the gradient of a scalar is appended to the graph, node by
// node, in the same ops, so it can be compiled, exported or differentiated again.

#include <optional>
#include <span>

#include "core/graph/Graph.h"

namespace hourglass {

// Appends ∂loss/∂w for each of `with` and returns the nodes, in order. `loss` must be a scalar. A node that the loss
// does not depend on gets a zero constant expanded to its shape. Differentiating through a node whose rule is Pseudo a
// second time is a ContractError.
std::vector<NodeId> differentiate(Graph& graph, NodeId loss, std::span<const NodeId> with);

// The rule of one op (Gradients.cpp): given ∂L/∂y, the gradient for each input, nothing where it is zero.
std::vector<std::optional<NodeId>> gradientRule(Graph& graph, NodeId node, NodeId gradY);

} // namespace hourglass
