#include "core/formats/ElementType.h"

#include <bit>
#include <cstring>

#include "core/base/Contract.h"

namespace hourglass {

namespace {

template <typename Word>
Word loadWord(const std::byte* at, bool swapped) {
    Word word;
    std::memcpy(&word, at, sizeof word);
    if (swapped) {
        if constexpr (sizeof(Word) == 2)
            word = __builtin_bswap16(word);
        else if constexpr (sizeof(Word) == 4)
            word = __builtin_bswap32(word);
        else if constexpr (sizeof(Word) == 8)
            word = __builtin_bswap64(word);
    }
    return word;
}

// IEEE binary16, with subnormals, infinities and NaN.
float fromHalf(uint16_t half) {
    const uint32_t sign = uint32_t{half & 0x8000u} << 16, exponent = (half >> 10) & 31u, mantissa = half & 1023u;
    if (exponent == 31)
        return std::bit_cast<float>(sign | 0x7F800000u | (mantissa << 13));
    if (exponent != 0)
        return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
    const float magnitude = static_cast<float>(mantissa) * 0x1.0p-24f;
    return sign != 0 ? -magnitude : magnitude;
}

template <typename Word, typename Convert>
void convertEach(std::span<const std::byte> bytes, bool swapped, std::span<float> values, Convert convert) {
    for (size_t i = 0; i < values.size(); ++i)
        values[i] = convert(loadWord<Word>(bytes.data() + i * sizeof(Word), swapped));
}

template <typename Number, typename Word>
float reinterpreted(Word word) {
    return static_cast<float>(std::bit_cast<Number>(word));
}

} // namespace

size_t elementSize(ElementType type) {
    switch (type) {
    case ElementType::Bool:
    case ElementType::U8:
    case ElementType::I8:
        return 1;
    case ElementType::U16:
    case ElementType::I16:
    case ElementType::F16:
    case ElementType::BF16:
        return 2;
    case ElementType::U32:
    case ElementType::I32:
    case ElementType::F32:
        return 4;
    case ElementType::U64:
    case ElementType::I64:
    case ElementType::F64:
        return 8;
    }
    return 0;
}

std::string_view elementName(ElementType type) {
    constexpr std::string_view kNames[] = {"bool",   "uint8", "int8",    "uint16",   "int16",   "uint32", "int32",
                                           "uint64", "int64", "float16", "bfloat16", "float32", "float64"};
    return kNames[static_cast<size_t>(type)];
}

void convertToFloat(std::span<const std::byte> bytes, ElementType type, bool swapped, std::span<float> values) {
    expects(bytes.size() == values.size() * elementSize(type), "{} bytes for {} values of {}", bytes.size(),
            values.size(), elementName(type));
    switch (type) {
    case ElementType::Bool:
        return convertEach<uint8_t>(bytes, false, values, [](uint8_t w) { return w != 0 ? 1.0f : 0.0f; });
    case ElementType::U8:
        return convertEach<uint8_t>(bytes, false, values, reinterpreted<uint8_t, uint8_t>);
    case ElementType::I8:
        return convertEach<uint8_t>(bytes, false, values, reinterpreted<int8_t, uint8_t>);
    case ElementType::U16:
        return convertEach<uint16_t>(bytes, swapped, values, reinterpreted<uint16_t, uint16_t>);
    case ElementType::I16:
        return convertEach<uint16_t>(bytes, swapped, values, reinterpreted<int16_t, uint16_t>);
    case ElementType::U32:
        return convertEach<uint32_t>(bytes, swapped, values, reinterpreted<uint32_t, uint32_t>);
    case ElementType::I32:
        return convertEach<uint32_t>(bytes, swapped, values, reinterpreted<int32_t, uint32_t>);
    case ElementType::U64:
        return convertEach<uint64_t>(bytes, swapped, values, reinterpreted<uint64_t, uint64_t>);
    case ElementType::I64:
        return convertEach<uint64_t>(bytes, swapped, values, reinterpreted<int64_t, uint64_t>);
    case ElementType::F16:
        return convertEach<uint16_t>(bytes, swapped, values, fromHalf);
    case ElementType::BF16:
        return convertEach<uint16_t>(bytes, swapped, values,
                                     [](uint16_t w) { return std::bit_cast<float>(uint32_t{w} << 16); });
    case ElementType::F32:
        return convertEach<uint32_t>(bytes, swapped, values, [](uint32_t w) { return std::bit_cast<float>(w); });
    case ElementType::F64:
        return convertEach<uint64_t>(bytes, swapped, values, [](uint64_t w) {
            const double number = std::bit_cast<double>(w);
            // Out of float's range is undefined to convert: it becomes an infinity, which readers then refuse.
            constexpr double kLimit = 3.4028235677973366e38;
            if (number >= kLimit || number <= -kLimit)
                return std::bit_cast<float>(number > 0 ? 0x7F800000u : 0xFF800000u);
            return static_cast<float>(number);
        });
    }
}

std::optional<uint64_t> arrayBytes(std::span<const uint64_t> sizes, size_t bytesPerElement) {
    constexpr uint64_t kLimit = uint64_t{1} << 62;
    uint64_t largest = bytesPerElement; // the product with zeros left out
    bool empty = false;
    for (const uint64_t size : sizes) {
        empty |= size == 0;
        if (size != 0 && (__builtin_mul_overflow(largest, size, &largest) || largest > kLimit))
            return std::nullopt;
    }
    return empty ? 0 : largest;
}

} // namespace hourglass
