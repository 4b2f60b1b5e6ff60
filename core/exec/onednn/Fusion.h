#pragma once

// Cuts a graph into groups, each of which runs as one kernel: a product (of matrices, or a convolution) with its bias
// and activation, a chain of elementwise ops (with the full sums at its end) as one strip pass, a reduction, or a move
// of elements between places.

#include <vector>

#include "core/graph/Graph.h"

namespace hourglass::onednn {

struct Group {
    enum class Kind { MatMul, Convolution, Strip, Reduce, Move } kind;
    std::vector<NodeId> nodes; // in order; of a product: the product, then what is absorbed
    // Products only.
    std::optional<NodeId> bias;
    std::optional<NodeId> activation;
};

// The groups of a graph in an order that respects their dependencies.
struct FusedGraph {
    std::vector<Group> groups;
    std::vector<int> groupOf; // by node; -1 for sources and for views
};

// `shapes` are the sizes of every node. Nodes that only rename their input (Reshape, StopGradient) belong to no group.
FusedGraph fuse(const Graph& graph, const std::vector<Shape>& shapes);

// The node whose memory a node shows: itself, unless it is a view of another.
NodeId resolveView(const Graph& graph, NodeId id);

// How a strip pass over `elements` elements reads a node: see StripInput.
struct StripAccess {
    int64_t repeat = 1, period = 0;
};
// Of operand k of a node that is part of a strip pass.
StripAccess stripAccess(const Node& node, const Shape& shape, const Shape& operandShape);
// Whether a node is a matrix product or a convolution, and whether operand `k` of one is a convolution's weights.
bool isProduct(OpKind op);
bool isWeights(OpKind op, size_t k);
// Whether a node can be part of a strip pass.
bool isStripNode(const Node& node);

} // namespace hourglass::onednn
