#pragma once

// Procedural pictures with known causes: one shape, 32×32 gray, anti-aliased. Factors per sample: kind (0 disc, 1
// square, 2 triangle, 3 cross), x and y of the centre and size (circumradius) as fractions of the width, rotation in
// radians over the shape's symmetry (0 for discs), brightness. Sample i is the same in every program: a pure function
// of i.

#include "core/data/MemoryDataset.h"

namespace hourglass {

inline constexpr int64_t kShapesCount = 4096;

// The chosen rows of the set; ids are their numbers.
std::shared_ptr<const MemoryDataset> makeShapes(const std::vector<int64_t>& rows);

} // namespace hourglass
