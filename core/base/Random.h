#pragma once

// Counter-based random numbers: the n-th number of a stream is a pure function of (key, n). Nothing is stored between
// draws, so results do not depend on thread count, and a resumed run draws exactly what the undisturbed one would have.
//
// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), Philox4x32-10.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace hourglass {

using RandomBlock = std::array<uint32_t, 4>;

// Philox4x32 with ten rounds: 128 bits of counter, 64 bits of key.
RandomBlock philox(RandomBlock counter, uint64_t key);

// A stream named by a seed and up to three numbers, such as {purpose, epoch, sample id}. Different names give
// independent streams. Cheap to copy; safe to read from several threads.
class RandomStream {
public:
    explicit RandomStream(uint64_t seed, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0);

    uint32_t bits(uint64_t index) const;
    // Uniform in [0, 1): 24 bits, every value a float.
    float uniform(uint64_t index) const;
    // Standard normal by Box and Muller, from block index/4.
    float normal(uint64_t index) const;
    void fillUniform(std::span<float> values, uint64_t firstBlock = 0) const;
    // Value i is normal(4 * firstBlock + i), whatever the length of the span.
    void fillNormal(std::span<float> values, uint64_t firstBlock = 0) const;
    // Uniform in [0, bound) without modulo bias worth naming (bound below 2^32).
    uint32_t below(uint64_t index, uint32_t bound) const;

private:
    RandomBlock block(uint64_t index) const;

    uint64_t m_key;
    uint64_t m_stream;
};

// What a stream is for, the first number of its name. Values are part of the file format: never renumber.
enum class RandomPurpose : uint64_t {
    Initialisation = 1,
    Shuffle = 2,
    Noise = 3,
    Augmentation = 4,
    Split = 5,
    Evaluation = 6,
    Graph = 7,
    Sample = 8,
};

// A uniformly random permutation of 0 … count-1 (Fisher–Yates).
std::vector<int64_t> randomPermutation(int64_t count, const RandomStream& stream);

} // namespace hourglass
