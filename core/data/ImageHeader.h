#pragma once

// What a picture file says about itself, read without decoding it.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/base/Result.h"

namespace hourglass {

enum class ImageFormat { Png, Jpeg, WebP, Bmp, Tiff };

struct ImageHeader {
    ImageFormat format = ImageFormat::Png;
    int64_t width = 0; // as stored: before the orientation is applied
    int64_t height = 0;
    int channels = 1; // colour channels, without alpha: 1 or 3
    int bitDepth = 8; // of one channel: 8 (also for 1, 2 and 4 bit) or 16
    bool alpha = false;
    int orientation = 1; // EXIF: 1 upright … 8; from 5 on width and height swap

    int64_t uprightWidth() const { return orientation >= 5 ? height : width; }
    int64_t uprightHeight() const { return orientation >= 5 ? width : height; }
};

// More pixels than this are refused: a decoder would ask for gigabytes.
inline constexpr int64_t kMostPixels = int64_t{1} << 28;

// Whether the first bytes are those of a picture format that we read.
bool isImage(std::span<const std::byte> head);

// Reads the header of a whole file, or of its first bytes when `fileSize` is larger. Errors: Unreadable (not a picture,
// truncated, over kMostPixels, more pixels than the file's bytes can hold), Unsupported; saying what, not which file.
Result<ImageHeader> readImageHeader(std::span<const std::byte> bytes, uint64_t fileSize);

// Whether the file is complete: chunks and checksums of PNG, the end marker of JPEG, declared sizes of WebP and BMP.
Result<void> checkImageComplete(std::span<const std::byte> bytes, ImageFormat format);

} // namespace hourglass
