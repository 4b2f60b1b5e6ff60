#pragma once

// How the window says the shape of a sample, in messages and captions alike.

#include <QtCore/QString>

#include "core/tensor/Shape.h"

namespace hourglass {

QString shapeText(const Shape& shape); // "28×28 gray", "64×64 RGB", "768"

} // namespace hourglass
