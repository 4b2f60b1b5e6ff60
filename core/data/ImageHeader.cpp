#include "core/data/ImageHeader.h"

#include "core/data/ByteView.h"
#include "core/data/TiffTags.h"

namespace hourglass {

namespace {

using Parsed = std::optional<ImageHeader>; // nothing: the bytes end before, or make no sense

std::optional<ImageFormat> formatOf(const ByteView& view) {
    if (view.matches(0, "\x89PNG\r\n\x1A\n"))
        return ImageFormat::Png;
    if (view.matches(0, "\xFF\xD8\xFF"))
        return ImageFormat::Jpeg;
    if (view.matches(0, "RIFF") && view.matches(8, "WEBP"))
        return ImageFormat::WebP;
    if (view.matches(0, "BM") && view.little(14, 4).value_or(0) >= 12 && view.little(14, 4).value_or(0) <= 256)
        return ImageFormat::Bmp;
    if (view.matches(0, std::string_view("II*\0", 4)) || view.matches(0, std::string_view("MM\0*", 4)))
        return ImageFormat::Tiff;
    return std::nullopt;
}

Parsed parsePng(const ByteView& view) {
    const auto width = view.big(16, 4), height = view.big(20, 4), depth = view.big(24, 1), colour = view.big(25, 1);
    if (!colour || !view.matches(12, "IHDR"))
        return std::nullopt;
    ImageHeader header{.format = ImageFormat::Png, .width = *width, .height = *height};
    header.bitDepth = *depth == 16 ? 16 : 8;
    header.channels = *colour == 0 || *colour == 4 ? 1 : 3;
    header.alpha = *colour == 4 || *colour == 6;
    for (uint64_t at = 33; view.holds(at, 8) && !view.matches(at + 4, "IDAT"); at += 12 + uint64_t{*view.big(at, 4)})
        if (view.matches(at + 4, "eXIf"))
            header.orientation = TiffTags(view.part(at + 8, *view.big(at, 4))).orientation();
    return header;
}

Parsed parseJpeg(const ByteView& view) {
    int orientation = 1;
    for (uint64_t at = 2; view.holds(at, 4);) {
        const uint32_t marker = *view.big(at, 2), length = *view.big(at + 2, 2);
        if (marker == 0xFFFF) { // a fill byte
            ++at;
            continue;
        }
        if (marker < 0xFFC0 || marker == 0xFFD9 || marker == 0xFFDA || length < 2)
            return std::nullopt;
        if (marker == 0xFFE1 && view.matches(at + 4, std::string_view("Exif\0\0", 6)))
            orientation = TiffTags(view.part(at + 10, length - 8)).orientation();
        const bool frame =
            marker >= 0xFFC0 && marker <= 0xFFCF && marker != 0xFFC4 && marker != 0xFFC8 && marker != 0xFFCC;
        if (frame) {
            const auto depth = view.big(at + 4, 1), height = view.big(at + 5, 2), width = view.big(at + 7, 2);
            const auto channels = view.big(at + 9, 1);
            if (!channels)
                return std::nullopt;
            return ImageHeader{.format = ImageFormat::Jpeg,
                               .width = *width,
                               .height = *height,
                               .channels = *channels == 1 ? 1 : 3,
                               .bitDepth = static_cast<int>(*depth),
                               .alpha = false,
                               .orientation = orientation};
        }
        at += 2 + uint64_t{length};
    }
    return std::nullopt;
}

Parsed parseWebP(const ByteView& view) {
    ImageHeader header{.format = ImageFormat::WebP, .channels = 3};
    if (view.matches(12, "VP8 ") && view.matches(23, "\x9D\x01\x2A") && view.holds(26, 4)) {
        header.width = *view.little(26, 2) & 0x3FFF;
        header.height = *view.little(28, 2) & 0x3FFF;
        return header;
    }
    if (view.matches(12, "VP8L") && view.matches(20, "\x2F") && view.holds(21, 4)) {
        const uint32_t bits = *view.little(21, 4);
        header.width = (bits & 0x3FFF) + 1;
        header.height = (bits >> 14 & 0x3FFF) + 1;
        header.alpha = (bits >> 28 & 1) != 0;
        return header;
    }
    if (!view.matches(12, "VP8X") || !view.holds(24, 6))
        return std::nullopt;
    header.alpha = (*view.little(20, 1) & 0x10) != 0;
    header.width = *view.little(24, 3) + 1;
    header.height = *view.little(27, 3) + 1;
    for (uint64_t at = 12; view.holds(at, 8); at += 8 + (uint64_t{*view.little(at + 4, 4)} + 1) / 2 * 2)
        if (view.matches(at, "EXIF")) {
            const uint64_t skip = view.matches(at + 8, std::string_view("Exif\0\0", 6)) ? 6 : 0;
            header.orientation = TiffTags(view.part(at + 8 + skip, *view.little(at + 4, 4))).orientation();
        }
    return header;
}

Parsed parseBmp(const ByteView& view) {
    const uint32_t headerSize = *view.little(14, 4);
    const size_t word = headerSize == 12 ? 2 : 4; // the OS/2 header has 16-bit sizes
    const auto width = view.little(18, word), height = view.little(18 + word, word);
    const auto bits = view.little(20 + 2 * word, 2);
    if (!bits)
        return std::nullopt;
    const auto rows = word == 2 ? int64_t{*height} : int64_t{static_cast<int32_t>(*height)}; // negative: top row first
    const auto columns = word == 2 ? int64_t{*width} : int64_t{static_cast<int32_t>(*width)};
    return ImageHeader{
        .format = ImageFormat::Bmp, .width = columns, .height = rows < 0 ? -rows : rows, .channels = 3, .bitDepth = 8};
}

Parsed parseTiff(std::span<const std::byte> bytes) {
    const TiffTags tags(bytes);
    const auto width = tags.value(256), height = tags.value(257);
    if (!width || !height)
        return std::nullopt;
    const uint32_t samples = tags.value(277).value_or(1), photometric = tags.value(262).value_or(1);
    const bool colour = photometric >= 2;
    return ImageHeader{.format = ImageFormat::Tiff,
                       .width = *width,
                       .height = *height,
                       .channels = colour ? 3 : 1,
                       .bitDepth = static_cast<int>(tags.value(258).value_or(1)),
                       .alpha = photometric <= 2 && samples > (colour ? 3u : 1u),
                       .orientation = tags.orientation()};
}

Parsed parse(std::span<const std::byte> bytes, ImageFormat format) {
    const ByteView view(bytes);
    switch (format) {
    case ImageFormat::Png:
        return parsePng(view);
    case ImageFormat::Jpeg:
        return parseJpeg(view);
    case ImageFormat::WebP:
        return parseWebP(view);
    case ImageFormat::Bmp:
        return parseBmp(view);
    case ImageFormat::Tiff:
        return parseTiff(bytes);
    }
    return std::nullopt;
}

// The most pixels that a byte can stand for: a compressor's best case. Deflate (PNG, TIFF) reaches 1032 bytes per byte,
// with 8 one-bit pixels in each; progressive JPEG and WebP can code large even areas in almost nothing, so there only
// the hard limit holds.
int64_t mostPixelsPerByte(ImageFormat format) {
    switch (format) {
    case ImageFormat::Png:
    case ImageFormat::Tiff:
        return 1032 * 8;
    case ImageFormat::Bmp:
        return 128; // run lengths: 255 pixels in two bytes
    case ImageFormat::Jpeg:
    case ImageFormat::WebP:
        return kMostPixels;
    }
    return 1;
}

} // namespace

bool isImage(std::span<const std::byte> head) {
    return formatOf(ByteView(head)).has_value();
}

Result<ImageHeader> readImageHeader(std::span<const std::byte> bytes, uint64_t fileSize) {
    const std::optional<ImageFormat> format = formatOf(ByteView(bytes));
    if (!format)
        return makeError(ErrorCode::Unreadable, "it is not a PNG, JPEG, WebP, BMP or TIFF picture.");
    const Parsed header = parse(bytes, *format);
    if (!header)
        return makeError(ErrorCode::Unreadable, "its header is damaged or truncated.");
    if (header->width <= 0 || header->height <= 0)
        return makeError(ErrorCode::Unreadable, "its header claims {} × {} pixels.", header->width, header->height);
    // Sizes are below 2^32 each, so this cannot overflow as a division.
    if (header->width > kMostPixels / header->height)
        return makeError(ErrorCode::Unreadable, "its header claims {} × {} pixels; at most {} are opened.",
                         header->width, header->height, kMostPixels);
    const int64_t pixels = header->width * header->height;
    const auto most = static_cast<double>(mostPixelsPerByte(*format)) * static_cast<double>(fileSize);
    if (static_cast<double>(pixels) > most)
        return makeError(ErrorCode::Unreadable, "its header claims {} × {} pixels, which {} bytes cannot hold.",
                         header->width, header->height, fileSize);
    if (header->bitDepth != 16 && header->bitDepth > 8)
        return makeError(ErrorCode::Unsupported, "it has {} bits per channel; 8 and 16 are read.", header->bitDepth);
    return *header;
}

} // namespace hourglass
