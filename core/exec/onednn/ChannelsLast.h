#pragma once

// Rewrites a graph so that its pictures lie with their channels last, [N, H, W, C], from the first convolution to the
// last: the layout that all kernels here share. Inputs, outputs and weights keep their declared order; Permute nodes
// stand where a picture changes it (and none where a single channel makes both orders one).

#include "core/graph/Graph.h"

namespace hourglass::onednn {

Graph channelsLast(const Graph& graph);

} // namespace hourglass::onednn
