#include "core/analysis/SheetCanvas.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace hourglass {

namespace {

constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
constexpr double kCapHeightOfScaleOne = 21; // Hershey's capitals at font scale 1
constexpr int kOversampling = 4; // letters are drawn four times too large and averaged: thin strokes stay even
constexpr float kGround = 0.97f;

const cv::Scalar& inkColour() {
    static const cv::Scalar ink(0.10, 0.12, 0.16);
    return ink;
}

// Hershey fonts hold ASCII only: what our own descriptions use is spelt out, any other character becomes one '?'.
std::string asciiOnly(const std::string& text) {
    static constexpr std::pair<std::string_view, std::string_view> kSpelt[] = {
        {"×", "x"}, {"σ", "sigma"}, {"β", "beta"}, {"λ", "lambda"}, {"–", "-"}, {"·", "-"}, {"…", "..."}};
    std::string result;
    for (std::string_view rest = text; !rest.empty();) {
        const auto known = std::find_if(std::begin(kSpelt), std::end(kSpelt),
                                        [&](const auto& spelling) { return rest.starts_with(spelling.first); });
        if (known != std::end(kSpelt)) {
            result += known->second;
            rest.remove_prefix(known->first.size());
            continue;
        }
        const auto byte = static_cast<unsigned char>(rest.front());
        if ((byte & 0xC0) != 0x80) // not the continuation of a character
            result += byte >= 32 && byte < 127 ? rest.front() : '?';
        rest.remove_prefix(1);
    }
    return result;
}

struct Lettering {
    double scale;
    int thickness;
};

Lettering enlargedLettering(const SheetCanvas::TextStyle& style) {
    const double stroke = style.capHeight * (style.bold ? 0.17 : 0.115) * kOversampling;
    return {style.capHeight * kOversampling / kCapHeightOfScaleOne, std::max(1, static_cast<int>(std::lround(stroke)))};
}

cv::Size enlargedSize(const std::string& text, const Lettering& lettering) {
    int baseline = 0;
    return cv::getTextSize(text, kFont, lettering.scale, lettering.thickness, &baseline);
}

} // namespace

struct SheetCanvas::Surface {
    cv::Mat3f pixels; // RGB
};

SheetCanvas::SheetCanvas(int64_t width, int64_t height) : m_surface(std::make_unique<Surface>()) {
    m_surface->pixels.create(static_cast<int>(height), static_cast<int>(width));
    m_surface->pixels.setTo(cv::Scalar::all(static_cast<double>(kGround)));
}

SheetCanvas::~SheetCanvas() = default;

void SheetCanvas::drawImage(std::span<const float> pixels, const Shape& shape, int64_t x, int64_t y, int64_t width,
                            int64_t height) {
    const int rows = static_cast<int>(shape[1]), columns = static_cast<int>(shape[2]);
    const auto plane = static_cast<size_t>(shape[1] * shape[2]);
    cv::Mat3f picture(rows, columns);
    for (size_t i = 0; i < plane; ++i) {
        cv::Vec3f& pixel = picture(static_cast<int>(i) / columns, static_cast<int>(i) % columns);
        for (size_t c = 0; c < 3; ++c) {
            const float value = pixels[shape[0] == 1 ? i : c * plane + i];
            pixel[static_cast<int>(c)] = value > 0 ? std::min(value, 1.0f) : 0.0f; // not a number shows as black
        }
    }
    const cv::Rect place(static_cast<int>(x), static_cast<int>(y), static_cast<int>(width), static_cast<int>(height));
    cv::Mat3f target = m_surface->pixels(place);
    cv::resize(picture, target, place.size(), 0, 0, width < shape[2] ? cv::INTER_AREA : cv::INTER_NEAREST);
}

void SheetCanvas::drawText(const std::string& text, int64_t x, int64_t baseline, const TextStyle& style) {
    const std::string letters = asciiOnly(text);
    const Lettering lettering = enlargedLettering(style);
    const int ascent = static_cast<int>(std::ceil(style.capHeight * 1.4)), descent = ascent / 2 + 1;
    const int width = enlargedSize(letters, lettering).width / kOversampling + 3;
    cv::Mat1b enlarged((ascent + descent) * kOversampling, width * kOversampling, uchar{0});
    cv::putText(enlarged, letters, {kOversampling, ascent * kOversampling}, kFont, lettering.scale, cv::Scalar(255),
                lettering.thickness, cv::LINE_AA);
    cv::Mat1b coverage;
    cv::resize(enlarged, coverage, {width, ascent + descent}, 0, 0, cv::INTER_AREA);

    const cv::Rect canvas({0, 0}, m_surface->pixels.size());
    const cv::Rect wanted(static_cast<int>(x) - 1, static_cast<int>(baseline) - ascent, width, ascent + descent);
    const cv::Rect place = wanted & canvas;
    for (int row = place.y; row < place.y + place.height; ++row) {
        for (int column = place.x; column < place.x + place.width; ++column) {
            const double cover = style.darkness * coverage(row - wanted.y, column - wanted.x) / 255.0;
            cv::Vec3f& pixel = m_surface->pixels(row, column);
            for (int c = 0; c < 3; ++c)
                pixel[c] = static_cast<float>((1 - cover) * static_cast<double>(pixel[c]) + cover * inkColour()[c]);
        }
    }
}

int64_t SheetCanvas::textWidth(const std::string& text, const TextStyle& style) {
    return enlargedSize(asciiOnly(text), enlargedLettering(style)).width / kOversampling;
}

Tensor SheetCanvas::toTensor() const {
    const cv::Mat3f& pixels = m_surface->pixels;
    Tensor tensor(Shape{3, pixels.rows, pixels.cols});
    for (int c = 0; c < 3; ++c) {
        cv::Mat1f plane(pixels.rows, pixels.cols, tensor.data() + static_cast<size_t>(c) * pixels.total());
        cv::extractChannel(pixels, plane, c);
    }
    for (float& value : tensor.values())
        value = std::min(value, 1.0f); // averaging areas rounds
    return tensor;
}

} // namespace hourglass
