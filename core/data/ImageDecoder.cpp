#include <algorithm>

#include <opencv2/imgcodecs.hpp>

#include "core/data/ImageCodec.h"
#include "core/data/QuietDecoders.h"
#include "core/data/RawImage.h"
#include "core/formats/InputFile.h"

namespace hourglass {

namespace {

constexpr uint64_t kLargestFile = uint64_t{1} << 31;

// Where the pixel (y, x) of the stored picture goes in the upright one of height × width; EXIF 2.3, tag 274.
int64_t uprightPlace(int orientation, int64_t y, int64_t x, int64_t height, int64_t width) {
    switch (orientation) {
    case 2:
        return y * width + (width - 1 - x);
    case 3:
        return (height - 1 - y) * width + (width - 1 - x);
    case 4:
        return (height - 1 - y) * width + x;
    case 5:
        return x * width + y;
    case 6:
        return x * width + (width - 1 - y);
    case 7:
        return (height - 1 - x) * width + (width - 1 - y);
    case 8:
        return (height - 1 - x) * width + y;
    default:
        return y * width + x;
    }
}

// Interleaved BGR(A) or gray → planar RGB or gray, upright.
template <typename Pixel, typename Value>
void unpack(const cv::Mat& image, int64_t channels, int orientation, std::vector<Value>& values,
            Value (*convert)(Pixel)) {
    const bool turned = orientation >= 5;
    const int64_t height = turned ? image.cols : image.rows, width = turned ? image.rows : image.cols;
    const int64_t area = height * width, step = image.channels();
    values.resize(static_cast<size_t>(channels * area));
    for (int y = 0; y < image.rows; ++y) {
        const Pixel* row = image.ptr<Pixel>(y);
        for (int64_t x = 0; x < image.cols; ++x) {
            const int64_t place = uprightPlace(orientation, y, x, height, width);
            for (int64_t c = 0; c < channels; ++c)
                values[static_cast<size_t>(c * area + place)] = convert(row[x * step + (channels == 3 ? 2 - c : 0)]);
        }
    }
}

Result<cv::Mat> decodeMat(std::span<const std::byte> file, const std::string& name) {
    const QuietDecoders quiet;
    try {
        const cv::Mat input(1, static_cast<int>(file.size()), CV_8UC1, const_cast<std::byte*>(file.data()));
        cv::Mat image = cv::imdecode(input, cv::IMREAD_UNCHANGED);
        if (!image.empty())
            return image;
        return makeError(ErrorCode::Unreadable, "'{}' is damaged: it cannot be decoded.", name);
    } catch (const cv::Exception& exception) {
        if (exception.code == cv::Error::StsNoMem)
            return makeError(ErrorCode::OutOfMemory, "There is no memory to decode '{}'.", name);
        return makeError(ErrorCode::Unreadable, "'{}' is damaged: {}.", name, exception.err);
    } catch (const std::bad_alloc&) {
        return makeError(ErrorCode::OutOfMemory, "There is no memory to decode '{}'.", name);
    }
}

} // namespace

Result<RawImage> decodeRaw(std::span<const std::byte> file, const std::string& name) {
    const std::string context = fmt::format("'{}' cannot be opened", name);
    if (file.size() >= kLargestFile)
        return makeError(ErrorCode::Unsupported, "it has {} bytes.", file.size()).withContext(context);
    Result<ImageHeader> header = readImageHeader(file, file.size());
    if (!header)
        return std::move(header).error().withContext(context);
    if (Result<void> complete = checkImageComplete(file, header->format); !complete)
        return std::move(complete).error().withContext(context);
    Result<cv::Mat> decoded = decodeMat(file, name);
    if (!decoded)
        return std::move(decoded).error();
    const cv::Mat& image = *decoded;
    if (image.cols != header->width && image.cols != header->uprightWidth())
        return makeError(ErrorCode::Unreadable, "its header claims {} × {} pixels but {} × {} came out.", header->width,
                         header->height, image.cols, image.rows)
            .withContext(context);
    // OpenCV turns TIFF pictures upright by itself, whatever it is told.
    const int orientation = header->format == ImageFormat::Tiff ? 1 : header->orientation;
    const int64_t channels = image.channels() == 1 ? 1 : header->channels;
    RawImage raw;
    raw.format = header->format;
    raw.hadAlpha = image.channels() == 4 || image.channels() == 2;
    raw.shape = orientation >= 5 ? Shape{channels, image.cols, image.rows} : Shape{channels, image.rows, image.cols};
    if (image.depth() == CV_8U) {
        unpack<uint8_t, uint8_t>(image, channels, orientation, raw.bytes, [](uint8_t value) { return value; });
    } else if (image.depth() == CV_16U) {
        raw.bitDepth = 16;
        unpack<uint16_t, float>(image, channels, orientation, raw.floats,
                                [](uint16_t value) { return static_cast<float>(value) / 65535.0f; });
    } else {
        return makeError(ErrorCode::Unsupported, "it has neither 8 nor 16 bits per channel.").withContext(context);
    }
    return raw;
}

Result<DecodedImage> decodeImage(std::span<const std::byte> file, const std::string& name) {
    Result<RawImage> raw = decodeRaw(file, name);
    if (!raw)
        return std::move(raw).error();
    DecodedImage image{Tensor(raw->shape), raw->bitDepth, raw->hadAlpha, raw->format};
    raw->copyTo(image.pixels.values());
    return image;
}

Result<DecodedImage> decodeImage(const std::filesystem::path& path) {
    Result<std::vector<std::byte>> file = readBytes(path, kLargestFile);
    if (!file)
        return std::move(file).error();
    return decodeImage(*file, path.string());
}

} // namespace hourglass
