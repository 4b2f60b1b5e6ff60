#pragma once

// Reading gzip (RFC 1952) as a stream, including files of several members. Checksums are verified by zlib.

#include "core/formats/ByteStream.h"
#include "core/formats/InputFile.h"

namespace hourglass {

// Whether these first bytes are gzip's.
bool isGzip(std::span<const std::byte> head);

// A stream of what is inside. atMost() follows from deflate's best ratio, 1032 to 1.
Result<std::unique_ptr<ByteStream>> openGzip(InputFile file);

} // namespace hourglass
