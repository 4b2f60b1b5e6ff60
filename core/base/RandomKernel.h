#pragma once

// The inner loops of RandomStream, written so that a compiler turns them into vector code. No fused multiply-add, no
// reordering: one block alone and many together give the same bits, on every machine.

#include <cstdint>
#include <span>

namespace hourglass {

inline constexpr uint32_t kPhiloxMultiplier0 = 0xD2511F53, kPhiloxMultiplier1 = 0xCD9E8D57;
inline constexpr uint32_t kPhiloxWeyl0 = 0x9E3779B9, kPhiloxWeyl1 = 0xBB67AE85;

// Names a stream to the kernel: Philox's key and the upper half of its counter.
struct RandomKey {
    uint64_t key;
    uint64_t stream;
};

// values[i] is number i % 4 of block firstBlock + i / 4: uniform in [0, 1), 24 bits.
void fillUniformBlocks(RandomKey name, uint64_t firstBlock, std::span<float> values);
// The same as standard normals, by Box and Muller from words 0, 1 and 2, 3 of each block.
void fillNormalBlocks(RandomKey name, uint64_t firstBlock, std::span<float> values);

} // namespace hourglass
