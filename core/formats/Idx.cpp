#include "core/formats/Idx.h"

#include <bit>

namespace hourglass {

namespace {

std::optional<ElementType> idxType(std::byte code) {
    switch (std::to_integer<int>(code)) {
    case 0x08:
        return ElementType::U8;
    case 0x09:
        return ElementType::I8;
    case 0x0B:
        return ElementType::I16;
    case 0x0C:
        return ElementType::I32;
    case 0x0D:
        return ElementType::F32;
    case 0x0E:
        return ElementType::F64;
    default:
        return std::nullopt;
    }
}

} // namespace

bool isIdx(std::span<const std::byte> head) {
    return head.size() >= 4 && head[0] == std::byte{0} && head[1] == std::byte{0} && idxType(head[2]) &&
           head[3] >= std::byte{1} && head[3] <= std::byte{8};
}

Result<NumericArray> readIdx(const std::filesystem::path& path) {
    Result<std::unique_ptr<ByteStream>> opened = openByteStream(path);
    if (!opened)
        return std::move(opened).error();
    ByteStream& stream = **opened;
    std::byte magic[4];
    if (Result<void> read = stream.read(magic); !read)
        return std::move(read).error();
    if (!isIdx(magic))
        return makeError(
            ErrorCode::Unreadable,
            "{} is not an IDX file: it starts with the bytes {}, not with two zeros, a type and a number of "
            "axes.",
            stream.name(),
            fmt::format("{:02x} {:02x} {:02x} {:02x}", std::to_integer<int>(magic[0]), std::to_integer<int>(magic[1]),
                        std::to_integer<int>(magic[2]), std::to_integer<int>(magic[3])));
    ArrayHeader header{.type = *idxType(magic[2]), .swapped = std::endian::native == std::endian::little};
    header.sizes.resize(std::to_integer<size_t>(magic[3]));
    for (uint64_t& size : header.sizes) {
        std::byte word[4];
        if (Result<void> read = stream.read(word); !read)
            return std::move(read).error();
        size = std::to_integer<uint64_t>(word[0]) << 24 | std::to_integer<uint64_t>(word[1]) << 16 |
               std::to_integer<uint64_t>(word[2]) << 8 | std::to_integer<uint64_t>(word[3]);
    }
    return readArray(stream, header);
}

} // namespace hourglass
