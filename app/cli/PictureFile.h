#pragma once

// A picture that a command reads, changes and writes again as it was: a picture file of any of our formats, or an .npy
// array [H, W] or [H, W, 3] (RGB) in [0, 1].

#include <optional>

#include "core/data/ImageCodec.h"

namespace hourglass::cli {

struct Picture {
    Tensor pixels;                          // [C, H, W], C 1 or 3
    std::optional<ImageFormat> format = {}; // none: an array
    int bitDepth = 8;
    bool hadAlpha = false; // which is dropped
};

// Errors: as decodeImage() and readNpy(); Unsupported (an array of another shape), Unreadable (no pixels, or values
// that are not finite).
Result<Picture> readPicture(const std::filesystem::path& path);
// In the picture's format, whatever the name says. Errors: as encodeImage() and writeNpy().
Result<void> writePicture(const std::filesystem::path& path, const Picture& picture);

} // namespace hourglass::cli
