#include "core/data/Shapes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/base/Random.h"

namespace hourglass {

namespace {

constexpr int kSide = 32;
constexpr std::array kKinds{"disc", "square", "triangle", "cross"};
constexpr std::array kSymmetry{0.0f, 0.5f, 2.0f / 3.0f,
                               0.5f}; // the angle that maps the shape onto itself, in units of π

struct Factors {
    float kind, x, y, size, rotation, brightness;
};

Factors factorsOf(int64_t row) {
    const RandomStream stream(0x5AFE5, static_cast<uint64_t>(RandomPurpose::Sample), static_cast<uint64_t>(row));
    const auto between = [&](uint64_t draw, float low, float high) {
        return low + (high - low) * stream.uniform(draw);
    };
    const auto kind = static_cast<size_t>(stream.below(0, kKinds.size()));
    const float size = between(1, 0.15f, 0.35f);
    return {static_cast<float>(kind),
            between(2, size, 1 - size),
            between(3, size, 1 - size),
            size,
            between(4, 0, kSymmetry[kind] * std::numbers::pi_v<float>),
            between(5, 0.4f, 1)};
}

float boxDistance(float x, float y, float halfWidth, float halfHeight) {
    const float dx = std::abs(x) - halfWidth, dy = std::abs(y) - halfHeight;
    return std::hypot(std::max(dx, 0.0f), std::max(dy, 0.0f)) + std::min(std::max(dx, dy), 0.0f);
}

// Signed distance to the outline of a shape of circumradius 1 around the origin, negative inside.
float distance(int kind, float x, float y) {
    switch (kind) {
    case 0:
        return std::hypot(x, y) - 1;
    case 1:
        return boxDistance(x, y, std::numbers::sqrt2_v<float> / 2, std::numbers::sqrt2_v<float> / 2);
    case 2: { // three half planes at distance ½; outside the corners the distance is a little short, which no pixel
              // shows
        const float side = std::abs(x) * std::numbers::sqrt3_v<float> / 2 + y / 2;
        return std::max(side, -y) - 0.5f;
    }
    default: { // arms of half width a and length b with a² + b² = 1
        constexpr float kArm = 0.3f, kLength = 0.954f;
        return std::min(boxDistance(x, y, kLength, kArm), boxDistance(x, y, kArm, kLength));
    }
    }
}

void draw(const Factors& factors, uint8_t* pixels) {
    const float cosine = std::cos(factors.rotation), sine = std::sin(factors.rotation);
    const float radius = factors.size * kSide;
    for (int row = 0; row < kSide; ++row)
        for (int column = 0; column < kSide; ++column) {
            const float dx = (static_cast<float>(column) + 0.5f - factors.x * kSide) / radius;
            const float dy = (static_cast<float>(row) + 0.5f - factors.y * kSide) / radius;
            const float along = cosine * dx + sine * dy, across = cosine * dy - sine * dx;
            const float inside = 0.5f - radius * distance(static_cast<int>(factors.kind), along, across);
            const float value = factors.brightness * std::clamp(inside, 0.0f, 1.0f);
            *pixels++ = static_cast<uint8_t>(std::lround(255 * value));
        }
}

} // namespace

std::shared_ptr<const MemoryDataset> makeShapes(const std::vector<int64_t>& rows) {
    MemoryDataset::Content content;
    content.rows = static_cast<int64_t>(rows.size());
    content.sampleShape = {1, kSide, kSide};
    content.image = true;
    content.bytes = RawBuffer<uint8_t>::allocate(rows.size() * kSide * kSide).value();
    content.classNames.assign(kKinds.begin(), kKinds.end());
    content.factorNames = {"kind", "x", "y", "size", "rotation", "brightness"};
    content.ids.assign(rows.begin(), rows.end());
    uint8_t* pixels = content.bytes.data();
    for (const int64_t row : rows) {
        const Factors factors = factorsOf(row);
        draw(factors, pixels);
        pixels += kSide * kSide;
        content.labels.push_back(static_cast<int>(factors.kind));
        content.names.push_back(fmt::format("{} {}", kKinds[static_cast<size_t>(factors.kind)], row));
        content.factors.insert(content.factors.end(), {factors.kind, factors.x, factors.y, factors.size,
                                                       factors.rotation, factors.brightness});
    }
    return std::make_shared<const MemoryDataset>(std::move(content));
}

} // namespace hourglass
