#include <algorithm>
#include <array>
#include <cmath>

#include <opencv2/imgcodecs.hpp>

#include "core/base/AtomicFile.h"
#include "core/data/ImageCodec.h"
#include "core/data/RawImage.h"

namespace hourglass {

namespace {

std::string lowerExtension(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return extension;
}

constexpr std::array<std::pair<std::string_view, ImageFormat>, 7> kExtensions{{{".png", ImageFormat::Png},
                                                                               {".jpg", ImageFormat::Jpeg},
                                                                               {".jpeg", ImageFormat::Jpeg},
                                                                               {".webp", ImageFormat::WebP},
                                                                               {".bmp", ImageFormat::Bmp},
                                                                               {".tif", ImageFormat::Tiff},
                                                                               {".tiff", ImageFormat::Tiff}}};

// Planar RGB or gray in [0, 1] → interleaved BGR or gray; what is not a number becomes 0.
template <typename Pixel>
void pack(const Tensor& pixels, float scale, cv::Mat& image) {
    const int64_t channels = pixels.shape()[0], area = pixels.shape()[1] * pixels.shape()[2];
    auto* target = reinterpret_cast<Pixel*>(image.data);
    for (int64_t i = 0; i < area; ++i)
        for (int64_t c = 0; c < channels; ++c) {
            const float value = pixels.data()[(channels == 3 ? 2 - c : c) * area + i];
            const float inside = value > 0.0f ? std::min(value, 1.0f) : 0.0f;
            target[i * channels + c] = static_cast<Pixel>(std::lround(inside * scale));
        }
}

} // namespace

std::optional<ImageFormat> imageFormatOf(const std::filesystem::path& path) {
    const std::string extension = lowerExtension(path);
    for (const auto& [known, format] : kExtensions)
        if (known == extension)
            return format;
    return std::nullopt;
}

// The first of a format, by which OpenCV chooses its encoder too.
std::string imageExtension(ImageFormat format) {
    const auto row =
        std::find_if(kExtensions.begin(), kExtensions.end(), [=](const auto& r) { return r.second == format; });
    return std::string(row->first);
}

Result<void> encodeImage(const std::filesystem::path& path, const Tensor& pixels, const EncodeOptions& options) {
    expects(pixels.shape().rank() == 3 && (pixels.shape()[0] == 1 || pixels.shape()[0] == 3) && pixels.elements() > 0,
            "a picture to write has the shape {}, not [1 or 3, H, W]", pixels.shape().toString());
    expects(options.bitDepth == 8 || options.bitDepth == 16, "{} bits per channel", options.bitDepth);
    const std::optional<ImageFormat> format = options.format ? options.format : imageFormatOf(path);
    if (!format)
        return makeError(ErrorCode::Unsupported,
                         "'{}' cannot be written: the extension must be .png, .jpg, .webp, .bmp or .tif.",
                         path.string());
    if (options.bitDepth == 16 && *format != ImageFormat::Png && *format != ImageFormat::Tiff)
        return makeError(ErrorCode::Unsupported, "'{}' cannot hold 16 bits per channel; PNG and TIFF can.",
                         path.string());
    const auto channels = static_cast<int>(pixels.shape()[0]);
    std::vector<uchar> encoded;
    try {
        cv::Mat image(static_cast<int>(pixels.shape()[1]), static_cast<int>(pixels.shape()[2]),
                      CV_MAKETYPE(options.bitDepth == 16 ? CV_16U : CV_8U, channels));
        if (options.bitDepth == 16)
            pack<uint16_t>(pixels, 65535.0f, image);
        else
            pack<uint8_t>(pixels, 255.0f, image);
        const std::vector<int> parameters{cv::IMWRITE_JPEG_QUALITY, options.jpegQuality, cv::IMWRITE_WEBP_QUALITY,
                                          options.webpQuality};
        const bool parametrised = *format == ImageFormat::Jpeg || *format == ImageFormat::WebP;
        if (!cv::imencode(imageExtension(*format), image, encoded, parametrised ? parameters : std::vector<int>()))
            return makeError(ErrorCode::Unsupported, "'{}' cannot be encoded.", path.string());
    } catch (const cv::Exception& exception) {
        return makeError(ErrorCode::Unsupported, "'{}' cannot be encoded: {}.", path.string(), exception.err);
    }
    return writeFileAtomically(path, std::as_bytes(std::span(encoded)));
}

Tensor resizeImage(const Tensor& pixels, int64_t height, int64_t width) {
    RawImage image{pixels.shape(), {}, std::vector<float>(pixels.values().begin(), pixels.values().end())};
    const RawImage result = resized(image, height, width);
    return Tensor(result.shape, result.floats);
}

} // namespace hourglass
