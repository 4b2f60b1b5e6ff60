#pragma once

// A light sheet to place pictures and text on; private to ComparisonSheet, apart from it because here OpenCV draws.

#include <memory>
#include <span>
#include <string>

#include "core/tensor/Tensor.h"

namespace hourglass {

class SheetCanvas {
public:
    SheetCanvas(int64_t width, int64_t height);
    ~SheetCanvas();

    // Stretches a picture [C, H, W] over the rectangle: whole factors repeat pixels, smaller sizes average areas.
    void drawImage(std::span<const float> pixels, const Shape& shape, int64_t x, int64_t y, int64_t width,
                   int64_t height);

    struct TextStyle {
        double capHeight = 9;  // of capital letters, in pixels
        double darkness = 0.8; // 0 is the ground, 1 black
        bool bold = false;
    };
    // Text from x on, its capitals standing on `baseline`.
    void drawText(const std::string& text, int64_t x, int64_t baseline, const TextStyle& style);
    static int64_t textWidth(const std::string& text, const TextStyle& style);

    Tensor toTensor() const; // [3, height, width]

private:
    struct Surface;
    std::unique_ptr<Surface> m_surface;
};

} // namespace hourglass
