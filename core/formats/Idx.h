#pragma once

// IDX, the format of MNIST and Fashion-MNIST, plain or gzip: two zero bytes, a type byte, the number of axes, the sizes
// as big-endian 32-bit words, the values big-endian. Source: http://yann.lecun.com/exdb/mnist/ ("the IDX file format").

#include "core/formats/NumericArray.h"

namespace hourglass {

// Whether these first bytes (decompressed) can start an IDX file.
bool isIdx(std::span<const std::byte> head);

// Reads a whole file, decompressing straight into its final memory. Errors: NotFound, Unreadable, OutOfMemory.
Result<NumericArray> readIdx(const std::filesystem::path& path);

} // namespace hourglass
