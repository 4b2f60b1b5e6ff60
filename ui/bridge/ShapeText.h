#pragma once

// What the window makes of the shape of a sample: whether it can be shown, and how it is said, in messages and captions
// alike.

#include <QtCore/QString>

#include "core/tensor/Shape.h"

namespace hourglass {

bool isPictureShape(const Shape& shape); // [1 or 3, height, width]: it can be shown

QString shapeText(const Shape& shape); // "28×28 gray", "64×64 RGB", "768"

} // namespace hourglass
