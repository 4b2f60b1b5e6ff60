#pragma once

// A decoded picture, planar, kept as bytes when its source has 8 bits; and what is done to pictures on their way into
// a data set. Shapes are [C, H, W], C 1 or 3.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/Result.h"
#include "core/data/ImageHeader.h"
#include "core/tensor/Tensor.h"

namespace hourglass {

struct RawImage {
    Shape shape;
    std::vector<uint8_t> bytes; // [C, H, W], 0 … 255
    std::vector<float> floats;  // or this, in [0, 1]
    int bitDepth = 8;
    bool hadAlpha = false;
    ImageFormat format = ImageFormat::Png; // of the file that it came from

    bool isBytes() const { return floats.empty(); }
    int64_t channels() const { return shape[0]; }
    int64_t height() const { return shape[1]; }
    int64_t width() const { return shape[2]; }
    // Writes `bytes` / 255 or `floats`; values.size() is shape.elements().
    void copyTo(std::span<float> values) const;
};

// Decodes a whole picture file held in memory; see ImageCodec.h for the checks and errors.
Result<RawImage> decodeRaw(std::span<const std::byte> file, const std::string& name);

// Luma 0.299 R + 0.587 G + 0.114 B, or three equal channels.
RawImage withChannels(RawImage image, int64_t channels);
// Area averaging where it shrinks, bicubic where it grows; clamped.
RawImage resized(const RawImage& image, int64_t height, int64_t width);
// The rectangle from (top, left); must lie inside (ContractError).
RawImage cropped(const RawImage& image, int64_t top, int64_t left, int64_t height, int64_t width);
// The largest middle part of these proportions, scaled to height × width.
RawImage covering(const RawImage& image, int64_t height, int64_t width);
// Scaled to fit inside height × width, black around it.
RawImage padded(const RawImage& image, int64_t height, int64_t width);

} // namespace hourglass
