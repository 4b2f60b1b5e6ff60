#pragma once

// Picture files: PNG, JPEG, WebP, BMP, TIFF; 8 and 16 bit; gray and colour. Pictures are [C, H, W], C 1 (gray) or 3
// (RGB), float32 in [0, 1], upright (the EXIF orientation is applied). Alpha is dropped.
//
// Headers are read by ourselves before a decoder sees the file: pictures over kMostPixels, sizes that the file cannot
// hold and truncated files are refused. Errors: NotFound, Unreadable, Unsupported, OutOfMemory, WriteFailed; all name
// the file. Safe from several threads.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "core/base/Result.h"
#include "core/data/ImageHeader.h"
#include "core/tensor/Tensor.h"

namespace hourglass {

struct DecodedImage {
    Tensor pixels; // [C, H, W] in [0, 1]
    int bitDepth = 8;
    bool hadAlpha = false;
    ImageFormat format = ImageFormat::Png; // by content, whatever the name says
};

Result<DecodedImage> decodeImage(const std::filesystem::path& path);
// The same from memory; `name` is what messages call it.
Result<DecodedImage> decodeImage(std::span<const std::byte> file, const std::string& name);

struct EncodeOptions {
    std::optional<ImageFormat> format = {}; // that of the extension otherwise
    int bitDepth = 8;                       // 16 for PNG and TIFF only
    int jpegQuality = 95;                   // 1 … 100
    int webpQuality = 101;                  // over 100 is lossless
};

// Writes [C, H, W] with C 1 or 3, clamped to [0, 1] and rounded, in the format asked for or that of the extension (.png
// .jpg .jpeg .webp .bmp .tif .tiff), atomically. Unsupported for other extensions, for 16 bits where the format has
// none, and for what the format cannot hold; WriteFailed as writeFileAtomically().
Result<void> encodeImage(const std::filesystem::path& path, const Tensor& pixels, const EncodeOptions& options = {});

// The format that a file's name promises: that of one of the extensions above.
std::optional<ImageFormat> imageFormatOf(const std::filesystem::path& path);
inline bool hasImageExtension(const std::filesystem::path& path) {
    return imageFormatOf(path).has_value();
}
// ".png": the usual one.
std::string imageExtension(ImageFormat format);

// [C, H, W] → [C, height, width]: area averaging where it shrinks, bicubic (then clamped to [0, 1]) where it grows.
Tensor resizeImage(const Tensor& pixels, int64_t height, int64_t width);

} // namespace hourglass
