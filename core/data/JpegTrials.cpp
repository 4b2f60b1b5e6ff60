#include "core/data/JpegTrials.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgcodecs.hpp>

#include "core/base/Contract.h"

namespace hourglass {

namespace {

constexpr int kWorst = 1, kBest = 100;
constexpr int kAround = 4; // sizes are not quite in order: qualities to look at on either side

int typeOf(const Shape& shape) {
    return shape[0] == 1 ? CV_8UC1 : CV_8UC3;
}

// Bytes of the quantisation and Huffman tables before the scan: segments DQT and DHT with their markers.
int64_t tableBytesOf(const std::vector<uint8_t>& file) {
    constexpr uint8_t kQuantisation = 0xDB, kHuffman = 0xC4, kScan = 0xDA;
    int64_t tables = 0;
    for (size_t at = 2; at + 3 < file.size() && file[at] == 0xFF && file[at + 1] != kScan;) {
        const size_t length = 2 + (size_t{file[at + 2]} << 8 | file[at + 3]);
        if (file[at + 1] == kQuantisation || file[at + 1] == kHuffman)
            tables += static_cast<int64_t>(length);
        at += length;
    }
    return tables;
}

} // namespace

JpegTrials::JpegTrials(std::span<const float> pixels, const Shape& shape) : m_shape(shape) {
    expects(shape.rank() == 3 && (shape[0] == 1 || shape[0] == 3) &&
                static_cast<int64_t>(pixels.size()) == shape.elements(),
            "{} values for a picture {}", pixels.size(), shape.toString());
    const auto channels = static_cast<size_t>(shape[0]), area = pixels.size() / channels;
    m_pixels.resize(pixels.size());
    for (size_t i = 0; i < area; ++i)
        for (size_t c = 0; c < channels; ++c) {
            const float value = pixels[(channels == 3 ? 2 - c : c) * area + i];
            const float inside = value > 0.0f ? std::min(value, 1.0f) : 0.0f;
            m_pixels[i * channels + c] = static_cast<uint8_t>(std::lround(inside * 255.0f));
        }
}

Result<const JpegTrials::Trial*> JpegTrials::trial(int quality) {
    expects(quality >= kWorst && quality <= kBest, "JPEG quality {}", quality);
    std::optional<Trial>& known = m_trials[static_cast<size_t>(quality)];
    if (known)
        return &*known;
    try {
        const cv::Mat image(static_cast<int>(m_shape[1]), static_cast<int>(m_shape[2]), typeOf(m_shape),
                            m_pixels.data());
        Trial made;
        if (!cv::imencode(".jpg", image, made.file, {cv::IMWRITE_JPEG_QUALITY, quality}))
            return makeError(ErrorCode::Unsupported, "A picture of {}×{} cannot be encoded as JPEG.", m_shape[2],
                             m_shape[1]);
        made.tableBytes = tableBytesOf(made.file);
        known = std::move(made);
    } catch (const cv::Exception& exception) {
        return makeError(ErrorCode::Unsupported, "A picture of {}×{} cannot be encoded as JPEG: {}.", m_shape[2],
                         m_shape[1], exception.err);
    } catch (const std::bad_alloc&) {
        return makeError(ErrorCode::OutOfMemory, "There is not enough memory to encode a picture of {}×{} as JPEG.",
                         m_shape[2], m_shape[1]);
    }
    return &*known;
}

Result<int64_t> JpegTrials::bytes(int quality, JpegCount count) {
    const Result<const Trial*> made = trial(quality);
    if (!made)
        return made.error();
    const auto file = static_cast<int64_t>((*made)->file.size());
    return count == JpegCount::WholeFile ? file : file - (*made)->tableBytes + 1;
}

Result<int> JpegTrials::nearest(int64_t wanted, JpegCount count) {
    int low = kWorst, high = kBest; // the answer lies around where sizes pass `wanted`
    while (low < high) {
        const int middle = (low + high) / 2;
        const Result<int64_t> size = bytes(middle, count);
        if (!size)
            return size.error();
        if (*size < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    int best = kWorst;
    int64_t least = INT64_MAX;
    for (int quality = std::max(kWorst, low - kAround); quality <= std::min(kBest, low + kAround); ++quality) {
        const Result<int64_t> size = bytes(quality, count);
        if (!size)
            return size.error();
        if (std::abs(*size - wanted) < least) {
            least = std::abs(*size - wanted);
            best = quality;
        }
    }
    return best;
}

Result<int64_t> JpegTrials::smallest(JpegCount count) {
    const Result<int> quality = nearest(0, count);
    return quality ? bytes(*quality, count) : Result<int64_t>(quality.error());
}

Result<std::vector<float>> JpegTrials::decoded(int quality) {
    const Result<const Trial*> made = trial(quality);
    if (!made)
        return made.error();
    try {
        const cv::Mat image = cv::imdecode((*made)->file, m_shape[0] == 1 ? cv::IMREAD_GRAYSCALE : cv::IMREAD_COLOR);
        if (image.type() != typeOf(m_shape) || image.rows != m_shape[1] || image.cols != m_shape[2])
            return makeError(ErrorCode::Unsupported, "A JPEG of {}×{} that was just made cannot be read.", m_shape[2],
                             m_shape[1]);
        const auto channels = static_cast<size_t>(m_shape[0]), area = m_pixels.size() / channels;
        std::vector<float> pixels(m_pixels.size());
        for (size_t i = 0; i < area; ++i)
            for (size_t c = 0; c < channels; ++c)
                pixels[(channels == 3 ? 2 - c : c) * area + i] =
                    static_cast<float>(image.data[i * channels + c]) / 255.0f;
        return pixels;
    } catch (const cv::Exception& exception) {
        return makeError(ErrorCode::Unsupported, "A JPEG of {}×{} cannot be read: {}.", m_shape[2], m_shape[1],
                         exception.err);
    }
}

} // namespace hourglass
