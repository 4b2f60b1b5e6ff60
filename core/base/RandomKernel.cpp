#include "core/base/RandomKernel.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace hourglass {

namespace {

constexpr size_t kStrip = 64; // blocks at a time: all of it stays in the first cache

struct Strip {
    alignas(64) uint32_t word[4][kStrip];
};

// Philox4x32-10 on `count` successive blocks; see philox() in Random.h.
void philoxStrip(RandomKey name, uint64_t firstBlock, size_t count, Strip& strip) {
    auto& [w0, w1, w2, w3] = strip.word;
    for (size_t i = 0; i < count; ++i) {
        const uint64_t index = firstBlock + i;
        w0[i] = static_cast<uint32_t>(index);
        w1[i] = static_cast<uint32_t>(index >> 32);
        w2[i] = static_cast<uint32_t>(name.stream);
        w3[i] = static_cast<uint32_t>(name.stream >> 32);
    }
    auto key0 = static_cast<uint32_t>(name.key), key1 = static_cast<uint32_t>(name.key >> 32);
    for (int round = 0; round < 10; ++round, key0 += kPhiloxWeyl0, key1 += kPhiloxWeyl1)
        for (size_t i = 0; i < count; ++i) {
            const uint64_t p0 = uint64_t{kPhiloxMultiplier0} * w0[i], p1 = uint64_t{kPhiloxMultiplier1} * w2[i];
            w0[i] = static_cast<uint32_t>(p1 >> 32) ^ w1[i] ^ key0;
            w2[i] = static_cast<uint32_t>(p0 >> 32) ^ w3[i] ^ key1;
            w1[i] = static_cast<uint32_t>(p1);
            w3[i] = static_cast<uint32_t>(p0);
        }
}

float toUnit(uint32_t bits) {
    return static_cast<float>(static_cast<int32_t>(bits >> 8)) * 0x1.0p-24f;
}

// Natural logarithm for x in [2^-24, 1], below one unit in the last place. Source: FreeBSD msun e_logf.c (the reduction
// to [√½, √2) and the polynomial of atanh).
float logarithm(float x) {
    const int32_t bits = std::bit_cast<int32_t>(x) - 0x3F3504F3;
    const auto exponent = static_cast<float>(bits >> 23);
    const float f = std::bit_cast<float>((bits & 0x007FFFFF) + 0x3F3504F3) - 1.0f;
    const float s = f / (2.0f + f), z = s * s, w = z * z;
    const float polynomial = z * (0.66666662693f + w * 0.28498786688f) + w * (0.40000972152f + w * 0.24279078841f);
    const float half = 0.5f * f * f;
    return s * (half + polynomial) + exponent * 9.0580006145e-06f - half + f + exponent * 6.9313812256e-01f;
}

struct Pair {
    float first, second;
};

// cos and sin of 2π b / 2^24 for the upper 24 bits b, both within 1e-7: the nearest quarter turn by integers, the rest,
// at most π/4, by the polynomials of Cephes' sinf and cosf.
Pair cosineAndSine(uint32_t bits) {
    const auto turn = static_cast<int32_t>(bits >> 8);
    const int32_t quarter = (turn + (1 << 21)) >> 22;
    const float x = static_cast<float>(turn - quarter * (1 << 22)) * 3.7450702e-07f; // 2π / 2^24
    const float z = x * x;
    const float sine = x + x * z * (-1.6666654611e-1f + z * (8.3321608736e-3f + z * -1.9515295891e-4f));
    const float cosine =
        1.0f - 0.5f * z + z * z * (4.166664568298827e-2f + z * (-1.388731625493765e-3f + z * 2.443315711809948e-5f));
    const bool swap = (quarter & 1) != 0;
    const float c = swap ? sine : cosine, s = swap ? cosine : sine;
    return {((quarter + 1) & 2) != 0 ? -c : c, (quarter & 2) != 0 ? -s : s};
}

Pair boxMuller(uint32_t a, uint32_t b) {
    const float radius = std::sqrt(-2.0f * logarithm(1.0f - toUnit(a))); // 1 - u keeps the logarithm finite
    const auto [cosine, sine] = cosineAndSine(b);
    return {radius * cosine, radius * sine};
}

// Interleaves four rows of results; the last block may be wanted in part.
template <typename Transform>
void fillBlocks(RandomKey name, uint64_t firstBlock, std::span<float> values, const Transform& transform) {
    Strip strip;
    alignas(64) float result[4][kStrip];
    while (!values.empty()) {
        const size_t blocks = std::min(kStrip, (values.size() + 3) / 4);
        philoxStrip(name, firstBlock, blocks, strip);
        transform(strip, blocks, result);
        const size_t whole = values.size() / 4 < blocks ? values.size() / 4 : blocks;
        float* target = values.data();
        for (size_t i = 0; i < whole; ++i)
            for (size_t j = 0; j < 4; ++j)
                target[4 * i + j] = result[j][i];
        for (size_t j = 0; whole < blocks && j < values.size() % 4; ++j)
            target[4 * whole + j] = result[j][whole];
        values = values.subspan(std::min(values.size(), 4 * blocks));
        firstBlock += blocks;
    }
}

} // namespace

void fillUniformBlocks(RandomKey name, uint64_t firstBlock, std::span<float> values) {
    fillBlocks(name, firstBlock, values, [](const Strip& strip, size_t blocks, float(&result)[4][kStrip]) {
        for (size_t j = 0; j < 4; ++j)
            for (size_t i = 0; i < blocks; ++i)
                result[j][i] = toUnit(strip.word[j][i]);
    });
}

void fillNormalBlocks(RandomKey name, uint64_t firstBlock, std::span<float> values) {
    fillBlocks(name, firstBlock, values, [](const Strip& strip, size_t blocks, float(&result)[4][kStrip]) {
        for (size_t j = 0; j < 4; j += 2)
            for (size_t i = 0; i < blocks; ++i) {
                const auto [first, second] = boxMuller(strip.word[j][i], strip.word[j + 1][i]);
                result[j][i] = first;
                result[j + 1][i] = second;
            }
    });
}

} // namespace hourglass
