#include "core/formats/Npy.h"

#include <bit>

#include "core/base/AtomicFile.h"
#include "core/base/Contract.h"
#include "core/formats/NpyHeader.h"

namespace hourglass {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr uint64_t kLongestHeader = uint64_t{1} << 20;

// What makes writeFileAtomically() give up: carries a producer's own error past it.
struct Abandoned {
    Error error;
};

std::string headerText(const Shape& shape) {
    std::string sizes;
    for (const int64_t size : shape.sizes())
        sizes += std::to_string(size) + (shape.rank() == 1 ? "," : &size == &shape.sizes().back() ? "" : ", ");
    std::string text = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", sizes);
    // Values start on 64 bytes: magic, two version bytes, two of length, the text, a newline.
    text.resize((text.size() + 11 + 63) / 64 * 64 - 11, ' ');
    text += '\n';
    const auto length = static_cast<uint16_t>(text.size());
    return std::string(kMagic) + std::string("\x01\x00", 2) + static_cast<char>(length & 255) +
           static_cast<char>(length >> 8) + text;
}

} // namespace

bool isNpy(std::span<const std::byte> head) {
    return head.size() >= kMagic.size() &&
           std::string_view(reinterpret_cast<const char*>(head.data()), kMagic.size()) == kMagic;
}

Result<NpyArray> readNpy(ByteStream& stream) {
    std::byte start[8];
    if (Result<void> read = stream.read(start); !read)
        return std::move(read).error();
    const int version = std::to_integer<int>(start[6]);
    if (!isNpy(start))
        return makeError(ErrorCode::Unreadable, "{} is not an .npy array.", stream.name());
    if (version < 1 || version > 3)
        return makeError(ErrorCode::Unsupported, "{} has the .npy version {}; 1 to 3 are read.", stream.name(),
                         version);
    std::byte lengthBytes[4] = {};
    if (Result<void> read = stream.read(std::span(lengthBytes).first(version == 1 ? 2 : 4)); !read)
        return std::move(read).error();
    uint64_t length = 0;
    for (size_t i = 0; i < 4; ++i)
        length |= std::to_integer<uint64_t>(lengthBytes[i]) << (8 * i);
    if (length > kLongestHeader || length > stream.atMost())
        return makeError(ErrorCode::Unreadable, "{} claims a header of {} bytes.", stream.name(), length);
    std::string text(static_cast<size_t>(length), '\0');
    if (Result<void> read = stream.read(std::as_writable_bytes(std::span(text))); !read)
        return std::move(read).error();
    Result<ArrayHeader> header = parseNpyHeader(text);
    if (!header)
        return std::move(header).error().withContext(stream.name() + " cannot be read");
    return readArray(stream, *header);
}

Result<NpyArray> readNpy(const std::filesystem::path& path) {
    Result<std::unique_ptr<ByteStream>> stream = openByteStream(path);
    return stream ? readNpy(**stream) : Result<NpyArray>(std::move(stream).error());
}

Result<void> writeNpyStreaming(const std::filesystem::path& path, const Shape& shape,
                               const std::function<Result<void>(const FloatSink&)>& produce) {
    static_assert(std::endian::native == std::endian::little, "values are written as they are");
    const auto elements = static_cast<uint64_t>(shape.elements());
    const std::string header = headerText(shape);
    try {
        return writeFileAtomically(path, [&](const ByteSink& sink) {
            uint64_t sent = 0;
            bool writing = sink(std::as_bytes(std::span(header)));
            Result<void> produced = produce([&](std::span<const float> values) {
                sent += values.size();
                expects(sent <= elements, "{} values for an array {}", sent, shape.toString());
                writing = writing && sink(std::as_bytes(values));
                return writing;
            });
            if (!produced)
                throw Abandoned{std::move(produced).error()};
            expects(!writing || sent == elements, "{} values for an array {}", sent, shape.toString());
        });
    } catch (const Abandoned& abandoned) {
        return abandoned.error;
    }
}

Result<void> writeNpy(const std::filesystem::path& path, const Tensor& tensor) {
    return writeNpyStreaming(path, tensor.shape(), [&](const FloatSink& sink) {
        sink(tensor.values());
        return Result<void>();
    });
}

} // namespace hourglass
