#include "core/formats/NumericArray.h"

#include <algorithm>

#include "core/base/Memory.h"

namespace hourglass {

namespace {

// From the order in which the first axis is fastest to that in which the last one is.
template <typename T>
Result<RawBuffer<T>> transposed(const RawBuffer<T>& source, const std::vector<int64_t>& sizes) {
    Result<RawBuffer<T>> target = RawBuffer<T>::allocate(source.size());
    if (!target || source.size() == 0)
        return target;
    // `from` walks the source with the index of the target: strides of a Fortran array, odometer from the last axis.
    const size_t rank = sizes.size();
    std::vector<size_t> stride(rank, 1), index(rank, 0);
    for (size_t axis = 1; axis < rank; ++axis)
        stride[axis] = stride[axis - 1] * static_cast<size_t>(sizes[axis - 1]);
    size_t from = 0;
    for (T& value : target->span()) {
        value = source.data()[from];
        for (size_t axis = rank; axis-- > 0;) {
            from += stride[axis];
            if (++index[axis] < static_cast<size_t>(sizes[axis]))
                break;
            from -= stride[axis] * static_cast<size_t>(sizes[axis]);
            index[axis] = 0;
        }
    }
    return target;
}

template <typename T>
Result<void> toCOrder(RawBuffer<T>& buffer, const Shape& shape) {
    Result<RawBuffer<T>> ordered = transposed(buffer, shape.sizes());
    if (!ordered)
        return std::move(ordered).error();
    buffer = *std::move(ordered);
    return {};
}

Result<void> readFloats(ByteStream& stream, const ArrayHeader& header, std::span<float> values) {
    const size_t size = elementSize(header.type);
    if (header.type == ElementType::F32 && !header.swapped)
        return stream.read(std::as_writable_bytes(values));
    std::vector<std::byte> chunk(std::min<size_t>(values.size(), size_t{1} << 16) * size);
    while (!values.empty()) {
        const size_t count = std::min<size_t>(values.size(), size_t{1} << 16);
        const std::span<std::byte> piece = std::span(chunk).first(count * size);
        if (Result<void> read = stream.read(piece); !read)
            return read;
        convertToFloat(piece, header.type, header.swapped, values.first(count));
        values = values.subspan(count);
    }
    return {};
}

} // namespace

Tensor NumericArray::toTensor() const {
    if (!isBytes())
        return Tensor(shape, floats.span());
    Tensor tensor(shape);
    convertToFloat(std::as_bytes(bytes.span()), ElementType::U8, false, tensor.values());
    return tensor;
}

Result<NumericArray> readArray(ByteStream& stream, const ArrayHeader& header) {
    const std::optional<uint64_t> bytes = arrayBytes(header.sizes, elementSize(header.type));
    const std::string sizes = fmt::format("{}", fmt::join(header.sizes, ", "));
    if (!bytes)
        return makeError(ErrorCode::Unreadable, "{} claims an impossible shape: [{}].", stream.name(), sizes);
    if (*bytes > stream.atMost())
        return makeError(ErrorCode::Unreadable, "{} claims the shape [{}] of {}, {} bytes, but at most {} can follow.",
                         stream.name(), sizes, elementName(header.type), *bytes, stream.atMost());
    const uint64_t count = *bytes / elementSize(header.type);
    // What comes out of gzip or a sparse file can be many times the memory. Twice where the order is turned round.
    const uint64_t needed = (header.type == ElementType::U8 ? 1 : sizeof(float)) * (header.fortran ? 2 : 1);
    if (count > memoryBudget() / needed)
        return makeError(ErrorCode::OutOfMemory, "{} holds [{}] numbers, {} MB in memory; at most {} MB are used.",
                         stream.name(), sizes, count / 1024 * needed / 1024, memoryBudget() >> 20);
    NumericArray array;
    array.shape = Shape(std::vector<int64_t>(header.sizes.begin(), header.sizes.end()));
    array.storedAs = header.type;

    Result<void> done;
    if (array.isBytes()) {
        Result<RawBuffer<uint8_t>> buffer = RawBuffer<uint8_t>::allocate(count);
        if (!buffer)
            return std::move(buffer).error().withContext(stream.name());
        array.bytes = *std::move(buffer);
        done = stream.read(std::as_writable_bytes(array.bytes.span()));
    } else {
        Result<RawBuffer<float>> buffer = RawBuffer<float>::allocate(count);
        if (!buffer)
            return std::move(buffer).error().withContext(stream.name());
        array.floats = *std::move(buffer);
        done = readFloats(stream, header, array.floats.span());
    }
    if (done)
        done = stream.expectEnd();
    if (done && header.fortran && array.shape.rank() > 1)
        done = array.isBytes() ? toCOrder(array.bytes, array.shape) : toCOrder(array.floats, array.shape);
    if (!done)
        return std::move(done).error();
    return array;
}

} // namespace hourglass
