#pragma once

// numpy's .npy: "\x93NUMPY", version, header length, a Python literal {'descr', 'fortran_order', 'shape'}, the values.
// Source: numpy.lib.format ("NEP 1"). Read: versions 1 to 3, f2 f4 f8, signed and unsigned integers, bool, either byte
// order, C and Fortran order; never objects or records. Written: float32, little-endian, C order, version 1.

#include <functional>

#include "core/formats/NumericArray.h"

namespace hourglass {

using NpyArray = NumericArray;

// Whether these first bytes are those of an .npy file.
bool isNpy(std::span<const std::byte> head);

// Errors: NotFound, Unreadable (damaged, truncated, lies about its size), Unsupported (objects, records, texts),
// OutOfMemory.
Result<NpyArray> readNpy(const std::filesystem::path& path);
// The same from anything that streams, which must end with the array.
Result<NpyArray> readNpy(ByteStream& stream);

// Writes atomically. Errors: WriteFailed.
Result<void> writeNpy(const std::filesystem::path& path, const Tensor& tensor);

// Receives values piece by piece, in C order; false once writing has failed, after which the rest may be skipped.
using FloatSink = std::function<bool(std::span<const float>)>;

// The same for arrays that are never whole in memory: `produce` sends shape.elements() values (ContractError otherwise)
// or returns an error, upon which nothing is written and the error is passed on.
Result<void> writeNpyStreaming(const std::filesystem::path& path, const Shape& shape,
                               const std::function<Result<void>(const FloatSink&)>& produce);

} // namespace hourglass
