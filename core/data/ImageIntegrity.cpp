#include <zlib.h>

#include "core/data/ByteView.h"
#include "core/data/ImageHeader.h"
#include "core/data/TiffTags.h"

namespace hourglass {

namespace {

Error truncated() {
    return makeError(ErrorCode::Unreadable, "it is truncated.");
}

Result<void> checkPng(std::span<const std::byte> bytes) {
    const ByteView view(bytes);
    for (uint64_t at = 8; view.holds(at, 12);) {
        const uint64_t length = *view.big(at, 4);
        if (!view.holds(at + 8, length + 4))
            return truncated();
        const std::span<const std::byte> checked = view.part(at + 4, length + 4);
        const uLong sum = crc32_z(0, reinterpret_cast<const Bytef*>(checked.data()), checked.size());
        if (sum != *view.big(at + 8 + length, 4))
            return makeError(ErrorCode::Unreadable, "it is damaged: a checksum does not match.");
        if (view.matches(at + 4, "IEND"))
            return {};
        at += 12 + length;
    }
    return truncated();
}

// Walks the segments and the entropy-coded runs between them until the end marker.
Result<void> checkJpeg(std::span<const std::byte> bytes) {
    const ByteView view(bytes);
    uint64_t at = 2;
    while (view.holds(at, 2)) {
        const uint32_t marker = *view.big(at, 2);
        if (marker == 0xFFD9)
            return {};
        const bool stands = marker >= 0xFFD0 && marker <= 0xFFD7; // restart markers have no length
        if (marker > 0xFF00 && marker != 0xFFFF && !stands) {
            if (!view.holds(at + 2, 2))
                break;
            at += 2 + uint64_t{*view.big(at + 2, 2)};
            continue;
        }
        do { // inside coded data: on to the next 0xFF
            ++at;
        } while (view.holds(at, 2) && bytes[static_cast<size_t>(at)] != std::byte{0xFF});
    }
    return truncated();
}

Result<void> checkBmp(std::span<const std::byte> bytes) {
    const ByteView view(bytes);
    if (view.little(14, 4).value_or(0) < 40)
        return {};
    const auto start = view.little(10, 4), bits = view.little(28, 2), compression = view.little(30, 4);
    const Result<ImageHeader> header = readImageHeader(bytes, bytes.size());
    if (!compression || !header)
        return truncated();
    if (*compression == 1 || *compression == 2)
        return {}; // run lengths: only the decoder knows
    const uint64_t rowBytes = (static_cast<uint64_t>(header->width) * *bits + 31) / 32 * 4;
    return view.holds(*start, rowBytes * static_cast<uint64_t>(header->height)) ? Result<void>() : truncated();
}

Result<void> checkTiff(std::span<const std::byte> bytes) {
    const TiffTags tags(bytes);
    const ByteView view(bytes);
    const bool tiled = tags.value(324).has_value();
    constexpr size_t kMost = size_t{1} << 20;
    const std::vector<uint32_t> starts = tags.values(tiled ? 324 : 273, kMost);
    const std::vector<uint32_t> lengths = tags.values(tiled ? 325 : 279, kMost);
    if (starts.empty() || (!lengths.empty() && starts.size() != lengths.size()))
        return makeError(ErrorCode::Unreadable, "its directory does not say where the pixels are.");
    for (size_t i = 0; i < starts.size(); ++i)
        if (!view.holds(starts[i], lengths.empty() ? 1 : lengths[i]))
            return truncated();
    return {};
}

} // namespace

Result<void> checkImageComplete(std::span<const std::byte> bytes, ImageFormat format) {
    switch (format) {
    case ImageFormat::Png:
        return checkPng(bytes);
    case ImageFormat::Jpeg:
        return checkJpeg(bytes);
    case ImageFormat::WebP:
        return ByteView(bytes).holds(8, ByteView(bytes).little(4, 4).value_or(UINT32_MAX)) ? Result<void>()
                                                                                           : truncated();
    case ImageFormat::Bmp:
        return checkBmp(bytes);
    case ImageFormat::Tiff:
        return checkTiff(bytes);
    }
    return {};
}

} // namespace hourglass
