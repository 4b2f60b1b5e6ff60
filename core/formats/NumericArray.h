#pragma once

// An array as read from a file: bytes where the file holds uint8 (so that a big data set is not quadrupled), float32
// for every other type. C order.

#include <vector>

#include "core/formats/ByteStream.h"
#include "core/formats/ElementType.h"
#include "core/formats/RawBuffer.h"
#include "core/tensor/Tensor.h"

namespace hourglass {

struct NumericArray {
    Shape shape;
    ElementType storedAs = ElementType::F32;
    RawBuffer<uint8_t> bytes; // only when storedAs is U8
    RawBuffer<float> floats;  // otherwise

    bool isBytes() const { return storedAs == ElementType::U8; }
    // The numbers as they are: a byte 255 becomes 255.
    Tensor toTensor() const;
};

// What a header says about the values that follow it.
struct ArrayHeader {
    ElementType type = ElementType::F32;
    bool swapped = false; // bytes in the other order than this machine's
    bool fortran = false; // first axis fastest: transposed to C order while reading
    std::vector<uint64_t> sizes = {};
};

// Reads the values from the stream, which must then end. Held against stream.atMost() before anything is allocated.
// Errors: Unreadable (too short, too long, an impossible shape), OutOfMemory.
Result<NumericArray> readArray(ByteStream& stream, const ArrayHeader& header);

} // namespace hourglass
