#include "core/base/Random.h"

#include <numeric>
#include <utility>

#include "core/base/RandomKernel.h"

namespace hourglass {

namespace {

// SplitMix64's finaliser: mixes the numbers that name a stream into one well-spread word.
uint64_t mix(uint64_t x) {
    x += 0x9E3779B97F4A7C15ULL;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

float toUnit(uint32_t bits) {
    return static_cast<float>(bits >> 8) * 0x1.0p-24f;
}

} // namespace

RandomBlock philox(RandomBlock counter, uint64_t key) {
    auto key0 = static_cast<uint32_t>(key), key1 = static_cast<uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
        const uint64_t p0 = uint64_t{kPhiloxMultiplier0} * counter[0], p1 = uint64_t{kPhiloxMultiplier1} * counter[2];
        counter = {static_cast<uint32_t>(p1 >> 32) ^ counter[1] ^ key0, static_cast<uint32_t>(p1),
                   static_cast<uint32_t>(p0 >> 32) ^ counter[3] ^ key1, static_cast<uint32_t>(p0)};
        key0 += kPhiloxWeyl0;
        key1 += kPhiloxWeyl1;
    }
    return counter;
}

RandomStream::RandomStream(uint64_t seed, uint64_t a, uint64_t b, uint64_t c)
    : m_key(mix(seed)), m_stream(mix(mix(mix(a) ^ b) ^ c)) {}

RandomBlock RandomStream::block(uint64_t index) const {
    return philox({static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32), static_cast<uint32_t>(m_stream),
                   static_cast<uint32_t>(m_stream >> 32)},
                  m_key);
}

uint32_t RandomStream::bits(uint64_t index) const {
    return block(index / 4)[index % 4];
}

float RandomStream::uniform(uint64_t index) const {
    return toUnit(bits(index));
}

float RandomStream::normal(uint64_t index) const {
    float four[4];
    fillNormalBlocks({m_key, m_stream}, index / 4, four);
    return four[index % 4];
}

void RandomStream::fillUniform(std::span<float> values, uint64_t firstBlock) const {
    fillUniformBlocks({m_key, m_stream}, firstBlock, values);
}

void RandomStream::fillNormal(std::span<float> values, uint64_t firstBlock) const {
    fillNormalBlocks({m_key, m_stream}, firstBlock, values);
}

uint32_t RandomStream::below(uint64_t index, uint32_t bound) const {
    return static_cast<uint32_t>((uint64_t{bits(index)} * bound) >> 32);
}

std::vector<int64_t> randomPermutation(int64_t count, const RandomStream& stream) {
    std::vector<int64_t> order(static_cast<size_t>(count));
    std::iota(order.begin(), order.end(), int64_t{0});
    for (size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[stream.below(i, static_cast<uint32_t>(i))]);
    return order;
}

} // namespace hourglass
