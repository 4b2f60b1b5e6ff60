#pragma once

// How far a network sees: what cutting a picture into tiles must know.

#include "core/graph/Graph.h"

namespace hourglass {

struct ReceptiveField {
    int64_t stride = 1; // sides of pictures, and origins of tiles, must be multiples of this
    int64_t radius = 0; // of the input beyond a tile that its output depends on
};

// By how much the coarsest picture of a graph is smaller than its input: sides H and W that this divides make all its
// divisions exact. 1 where no size depends on them.
int64_t sizeMultiple(const Graph& graph);

// From a graph symbolic in H and W, with one picture input, perhaps smaller maps beside it, and the named picture
// output of the picture's size; both axes are treated alike. Nothing where an output pixel depends on the whole picture
// (matrix products, sums over places).
std::optional<ReceptiveField> receptiveField(const Graph& graph, const std::string& output);

} // namespace hourglass
