#include "core/data/RawImage.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "core/base/Contract.h"

namespace hourglass {

namespace {

// Planes of either kind through one function: call(bytes or floats of source, of target).
template <typename Function>
void onPixels(const RawImage& source, RawImage& target, Function call) {
    const auto count = static_cast<size_t>(target.shape.elements());
    if (source.isBytes()) {
        target.bytes.resize(count);
        call(source.bytes.data(), target.bytes.data());
    } else {
        target.floats.resize(count);
        call(source.floats.data(), target.floats.data());
    }
}

RawImage sameKind(const RawImage& image, Shape shape) {
    return {std::move(shape), {}, {}, image.bitDepth, image.hadAlpha, image.format};
}

template <typename T>
T luma(T red, T green, T blue) {
    const float value =
        0.299f * static_cast<float>(red) + 0.587f * static_cast<float>(green) + 0.114f * static_cast<float>(blue);
    if constexpr (std::is_same_v<T, uint8_t>)
        return static_cast<uint8_t>(value + 0.5f);
    else
        return value;
}

int64_t rounded(double value, int64_t least, int64_t most) {
    return std::clamp<int64_t>(std::lround(value), least, most);
}

} // namespace

void RawImage::copyTo(std::span<float> values) const {
    expects(values.size() == static_cast<size_t>(shape.elements()), "{} values for a picture {}", values.size(),
            shape.toString());
    if (!isBytes())
        std::copy(floats.begin(), floats.end(), values.begin());
    else
        std::transform(bytes.begin(), bytes.end(), values.begin(),
                       [](uint8_t byte) { return static_cast<float>(byte) / 255.0f; });
}

RawImage withChannels(RawImage image, int64_t channels) {
    if (image.channels() == channels)
        return image;
    RawImage result = sameKind(image, {channels, image.height(), image.width()});
    const auto area = static_cast<size_t>(image.height() * image.width());
    onPixels(image, result, [&](const auto* source, auto* target) {
        if (channels == 1)
            for (size_t i = 0; i < area; ++i)
                target[i] = luma(source[i], source[area + i], source[2 * area + i]);
        else
            for (size_t plane = 0; plane < 3; ++plane)
                std::copy_n(source, area, target + plane * area);
    });
    return result;
}

RawImage resized(const RawImage& image, int64_t height, int64_t width) {
    if (image.height() == height && image.width() == width)
        return image;
    RawImage result = sameKind(image, {image.channels(), height, width});
    const bool shrinks = height <= image.height() && width <= image.width();
    onPixels(image, result, [&](const auto* source, auto* target) {
        const int type = image.isBytes() ? CV_8UC1 : CV_32FC1;
        const cv::Size from(static_cast<int>(image.width()), static_cast<int>(image.height()));
        const cv::Size to(static_cast<int>(width), static_cast<int>(height));
        using Pixel = std::remove_pointer_t<decltype(target)>;
        for (int64_t plane = 0; plane < image.channels(); ++plane) {
            const cv::Mat input(from, type, const_cast<Pixel*>(source + plane * from.area()));
            cv::Mat output(to, type, target + plane * to.area());
            cv::resize(input, output, to, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_CUBIC);
        }
    });
    for (float& value : result.floats)
        value = std::clamp(value, 0.0f, 1.0f); // bicubic overshoots at edges
    return result;
}

RawImage cropped(const RawImage& image, int64_t top, int64_t left, int64_t height, int64_t width) {
    expects(top >= 0 && left >= 0 && top + height <= image.height() && left + width <= image.width(),
            "{} × {} from ({}, {}) of a picture {}", height, width, top, left, image.shape.toString());
    RawImage result = sameKind(image, {image.channels(), height, width});
    onPixels(image, result, [&](const auto* source, auto* target) {
        for (int64_t plane = 0; plane < image.channels(); ++plane)
            for (int64_t y = 0; y < height; ++y)
                std::copy_n(source + (plane * image.height() + top + y) * image.width() + left, width,
                            target + (plane * height + y) * width);
    });
    return result;
}

RawImage covering(const RawImage& image, int64_t height, int64_t width) {
    // Cut first: the whole of a long thin picture, scaled, could be many gigabytes.
    const double proportion = static_cast<double>(width) / static_cast<double>(height);
    const int64_t h = rounded(static_cast<double>(image.width()) / proportion, 1, image.height());
    const int64_t w = rounded(static_cast<double>(image.height()) * proportion, 1, image.width());
    return resized(cropped(image, (image.height() - h) / 2, (image.width() - w) / 2, h, w), height, width);
}

RawImage padded(const RawImage& image, int64_t height, int64_t width) {
    const double factor = std::min(static_cast<double>(height) / static_cast<double>(image.height()),
                                   static_cast<double>(width) / static_cast<double>(image.width()));
    const int64_t h = rounded(factor * static_cast<double>(image.height()), 1, height);
    const int64_t w = rounded(factor * static_cast<double>(image.width()), 1, width);
    const RawImage inner = resized(image, h, w);
    RawImage result = sameKind(image, {image.channels(), height, width});
    const int64_t top = (height - h) / 2, left = (width - w) / 2;
    onPixels(inner, result, [&](const auto* source, auto* target) { // resize() of the vectors has made it black
        for (int64_t plane = 0; plane < image.channels(); ++plane)
            for (int64_t y = 0; y < h; ++y)
                std::copy_n(source + (plane * h + y) * w, w, target + (plane * height + top + y) * width + left);
    });
    return result;
}

} // namespace hourglass
