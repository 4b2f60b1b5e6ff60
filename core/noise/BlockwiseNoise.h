#pragma once

// Combines values with random numbers block by block, on the stack: value i meets the stream's number i.

#include <algorithm>
#include <array>

#include "core/noise/NoiseModel.h"

namespace hourglass {

inline constexpr size_t kNoiseBlock = 512;

template <typename Combine, typename Fill>
void forRandomBlocks(std::span<float> values, const Combine& combine, const Fill& fill) {
    std::array<float, kNoiseBlock> numbers;
    for (size_t from = 0; from < values.size(); from += kNoiseBlock) {
        const size_t count = std::min(kNoiseBlock, values.size() - from);
        fill(std::span(numbers).first(count), from / 4); // four numbers to a block of the stream
        float* target = values.data() + from;
        for (size_t i = 0; i < count; ++i)
            target[i] = combine(target[i], numbers[i]);
    }
}

template <typename Combine>
void forNormals(std::span<float> values, const RandomStream& stream, const Combine& combine) {
    forRandomBlocks(values, combine,
                    [&](std::span<float> numbers, uint64_t block) { stream.fillNormal(numbers, block); });
}

template <typename Combine>
void forUniforms(std::span<float> values, const RandomStream& stream, const Combine& combine) {
    forRandomBlocks(values, combine,
                    [&](std::span<float> numbers, uint64_t block) { stream.fillUniform(numbers, block); });
}

} // namespace hourglass
