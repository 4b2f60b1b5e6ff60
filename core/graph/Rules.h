#pragma once

// The rules of each op, for Shapes.cpp and Gradients.cpp: those of pictures have files of their own.

#include "core/graph/Graph.h"

namespace hourglass {

// Shapes of the ops that move elements between places: SpatialShapes.cpp.
SymbolicShape spatialShape(const Graph& graph, OpKind op, const std::vector<NodeId>& inputs,
                           const OpAttributes& attributes);

// Gradients of the same, by operand, given the node and ∂L/∂node: SpatialGradients.cpp.
std::vector<std::optional<NodeId>> spatialGradient(Graph& graph, NodeId id, NodeId g);

} // namespace hourglass
