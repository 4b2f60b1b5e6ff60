#pragma once

// Division of whole numbers that rounds one way, also below zero; b > 0.

#include <cstdint>

namespace hourglass {

constexpr int64_t floorDivide(int64_t a, int64_t b) {
    return a / b - (a % b != 0 && a < 0 ? 1 : 0);
}
constexpr int64_t ceilDivide(int64_t a, int64_t b) {
    return -floorDivide(-a, b);
}
// To the next multiple of b.
constexpr int64_t roundUp(int64_t a, int64_t b) {
    return ceilDivide(a, b) * b;
}

} // namespace hourglass
