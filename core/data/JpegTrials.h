#pragma once

// One picture as JPEG at whatever quality (1 … 100, baseline, standard tables, colour with halved chroma as is usual):
// how many bytes it takes, what is left of it, and which quality comes nearest to a number of bytes.
//
// A small picture is smaller than its file's tables. The abbreviated format of the standard (ITU-T T.81, B.4) leaves
// them out where both sides have them, as both have the decoder of an autoencoder or the components of a PCA; counted
// so, a picture costs its headers and data, and one byte for the quality that names its tables.
//
// Each quality is encoded once. One thread per object; safe from several with one each. Nothing is written anywhere.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/Result.h"
#include "core/tensor/Tensor.h"

namespace hourglass {

enum class JpegCount { WholeFile, WithoutTables };

class JpegTrials {
public:
    // pixels [C, H, W] in [0, 1], C 1 (gray) or 3 (RGB), brought to 8 bits first. ContractError for other shapes.
    JpegTrials(std::span<const float> pixels, const Shape& shape);

    // Errors: Unsupported, OutOfMemory (what the encoder says).
    Result<int64_t> bytes(int quality, JpegCount count);
    // The quality whose size is nearest to `bytes`, found by bisection: sizes grow with the quality but for a few
    // bytes here and there. Of two equally near the lower. Where all are larger, the smallest.
    Result<int> nearest(int64_t bytes, JpegCount count);
    // The least size, which is not always that of quality 1.
    Result<int64_t> smallest(JpegCount count);
    // What a reader gets, [C, H, W] in steps of 1/255.
    Result<std::vector<float>> decoded(int quality);

private:
    struct Trial {
        std::vector<uint8_t> file;
        int64_t tableBytes = 0;
    };
    Result<const Trial*> trial(int quality);

    Shape m_shape;
    std::vector<uint8_t> m_pixels; // interleaved BGR or gray
    std::array<std::optional<Trial>, 101> m_trials;
};

} // namespace hourglass
