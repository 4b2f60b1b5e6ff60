#pragma once

// The number types that array files hold, and their conversion to float32.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hourglass {

enum class ElementType { Bool, U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64 };

// Bytes of one element.
size_t elementSize(ElementType type);
// "uint8", "float32", … as people and numpy say it.
std::string_view elementName(ElementType type);

// Converts values.size() elements, tightly packed and possibly unaligned, to float32. `swapped` means that their bytes
// stand in the other order than this machine's. Precondition: bytes.size() == values.size() * elementSize(type).
void convertToFloat(std::span<const std::byte> bytes, ElementType type, bool swapped, std::span<float> values);

// Bytes that an array of these sizes takes, or nothing when the product (or a partial one, even beside a zero) leaves
// 62 bits: what may then safely become a Shape.
std::optional<uint64_t> arrayBytes(std::span<const uint64_t> sizes, size_t bytesPerElement);

} // namespace hourglass
