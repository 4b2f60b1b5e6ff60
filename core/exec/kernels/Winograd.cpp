#include "core/exec/kernels/Winograd.h"

#include <algorithm>

#include "core/base/Contract.h"
#include "core/base/Parallel.h"

// Sums are held in arrays of vectors, which those of unknown length cannot be.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/exec/kernels/Winograd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/exec/kernels/WinogradTiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::HWY_NAMESPACE {

// Registers: 2 · kRows sums, two vectors of weights, one number for all lanes.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
constexpr int64_t kRows = 12;
#else
constexpr int64_t kRows = 6;
#endif

// m[kRows][Vectors · lanes] = v[kRows][channels] · u[channels][Vectors · lanes].
template <int Vectors>
HWY_INLINE void product(const float* HWY_RESTRICT v, const float* HWY_RESTRICT u, float* HWY_RESTRICT m,
                        int64_t channels) {
    const FloatTag tag;
    const auto lanes = static_cast<int64_t>(hn::Lanes(tag));
    Floats sums[kRows][Vectors];
    for (int64_t r = 0; r < kRows; ++r)
        for (int k = 0; k < Vectors; ++k)
            sums[r][k] = hn::Zero(tag);
    for (int64_t c = 0; c < channels; ++c) {
        Floats weights[Vectors];
        for (int k = 0; k < Vectors; ++k)
            weights[k] = hn::LoadU(tag, u + (c * Vectors + k) * lanes);
        for (int64_t r = 0; r < kRows; ++r) {
            const Floats value = hn::Set(tag, v[r * channels + c]);
            for (int k = 0; k < Vectors; ++k)
                sums[r][k] = hn::MulAdd(value, weights[k], sums[r][k]);
        }
    }
    for (int64_t r = 0; r < kRows; ++r)
        for (int k = 0; k < Vectors; ++k)
            hn::StoreU(sums[r][k], tag, m + (r * Vectors + k) * lanes);
}

// Writes a tile's outputs of channels [begin, begin + width) from m[36][blockTiles][width].
template <typename Y>
HWY_INLINE void writeTile(const WinogradCall& call, int64_t tile, int64_t slot, const float* m, int64_t begin,
                          int64_t outputs) {
    const FloatTag tag;
    const auto lanes = static_cast<int64_t>(hn::Lanes(tag));
    alignas(64) float half[24 * 16], whole[16 * 16];
    const int64_t step = placeStride(call.blockTiles * outputs);
    const int64_t row = call.rowOf(tile), column = call.columnOf(tile);
    const int64_t height = std::min<int64_t>(4, call.outHeight - row);
    const int64_t width = std::min<int64_t>(4, call.outWidth - column);
    Y* first = static_cast<Y*>(call.y) +
               ((call.imageOf(tile) * call.outHeight + row) * call.outWidth + column) * call.outputs + begin;
    for (int64_t o = 0; o < outputs; o += lanes) {
        for (int64_t j = 0; j < 6; ++j) // along each column: 6 → 4 lines
            outputTransform(m + j * step + slot * outputs + o, 6 * step, half + j * lanes, 6 * lanes);
        for (int64_t i = 0; i < 4; ++i)
            outputTransform(half + i * 6 * lanes, lanes, whole + i * 4 * lanes, lanes);
        const Floats bias = call.bias != nullptr ? hn::LoadU(tag, call.bias + begin + o) : hn::Zero(tag);
        const Floats least = hn::Set(tag, call.rectify ? 0.0f : -std::numeric_limits<float>::infinity());
        for (int64_t i = 0; i < height; ++i) {
            Y* to = first + i * call.outWidth * call.outputs + o;
            for (int64_t j = 0; j < width; ++j)
                storeVector(tag, hn::Max(least, hn::Add(hn::Load(tag, whole + (i * 4 + j) * lanes), bias)),
                            to + j * call.outputs);
        }
    }
}

// Channels [begin, begin + Vectors · lanes) of a block's outputs.
template <int Vectors>
void outputsOfBlock(const WinogradCall& call, int64_t firstTile, int64_t tiles, const float* v, float* m,
                    int64_t begin) {
    const int64_t channels = call.channels, outputs = Vectors * static_cast<int64_t>(hn::Lanes(FloatTag()));
    const int64_t strideM = placeStride(call.blockTiles * outputs);
    const float* weights = call.transformed + begin * kPlaces * channels;
    for (int64_t place = 0; place < kPlaces; ++place)
        for (int64_t row = 0; row < tiles; row += kRows)
            product<Vectors>(v + place * call.stride + row * channels, weights + place * channels * outputs,
                             m + place * strideM + row * outputs, channels);
    for (int64_t slot = 0; slot < tiles; ++slot)
        if (call.typeY == StorageType::F32)
            writeTile<float>(call, firstTile + slot, slot, m, begin, outputs);
        else
            writeTile<uint16_t>(call, firstTile + slot, slot, m, begin, outputs);
}

void winogradBlock(const WinogradCall& call, int64_t block, float* scratch) {
    const int64_t first = block * call.blockTiles, tiles = std::min(call.blockTiles, call.tiles - first);
    float* v = scratch;
    float* m = v + kPlaces * call.stride;
    for (int64_t slot = 0; slot < tiles; ++slot)
        if (call.typeX == StorageType::F32)
            transformTile<float>(call, first + slot, slot, v);
        else
            transformTile<uint16_t>(call, first + slot, slot, v);
    const auto lanes = static_cast<int64_t>(hn::Lanes(FloatTag()));
    int64_t begin = 0;
    for (; begin + 2 * lanes <= call.outputs; begin += 2 * lanes)
        outputsOfBlock<2>(call, first, tiles, v, m, begin);
    for (; begin < call.outputs; begin += lanes)
        outputsOfBlock<1>(call, first, tiles, v, m, begin);
}

// To [blocks of outputs][36][C][outputs of the block], the order in which products read; for input channels [begin,
// end).
void weightsInto(const WinogradPlan& plan, const float* weights, bool isAdjoint, float* transformed, int64_t begin,
                 int64_t end) {
    const int64_t channels = plan.x[3], outputs = plan.y[3];
    const auto lanes = static_cast<int64_t>(hn::Lanes(FloatTag()));
    alignas(64) float kernel[9 * 16], half[18 * 16];
    for (int64_t c = begin; c < end; ++c)
        for (int64_t o = 0; o < outputs; o += lanes) {
            const int64_t ofBlock = o / (2 * lanes) * 2 * lanes;
            const bool isWide = ofBlock + 2 * lanes <= outputs;
            const int64_t width = isWide ? 2 * lanes : lanes, blockBegin = isWide ? ofBlock : o;
            for (int64_t lane = 0; lane < lanes; ++lane) {
                const float* from = weights + (isAdjoint ? c * outputs + o + lane : (o + lane) * channels + c) * 9;
                for (int64_t k = 0; k < 9; ++k)
                    kernel[k * lanes + lane] = from[isAdjoint ? 8 - k : k];
            }
            for (int64_t i = 0; i < 3; ++i)
                weightTransform(kernel + i * 3 * lanes, lanes, half + i * 6 * lanes, lanes);
            float* to = transformed + blockBegin * kPlaces * channels + c * width + o - blockBegin;
            for (int64_t j = 0; j < 6; ++j)
                weightTransform(half + j * lanes, 6 * lanes, to + j * channels * width, 6 * channels * width);
        }
}

} // namespace hourglass::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass {

HWY_EXPORT(winogradBlock);
HWY_EXPORT(weightsInto);

namespace {

constexpr int64_t kMostOutputsAtOnce = 32; // two vectors of 512 bits

int64_t scratchOfThread(const WinogradPlan& plan) {
    return kPlaces * (placeStride(plan.blockTiles * plan.x[3]) + placeStride(plan.blockTiles * kMostOutputsAtOnce));
}

} // namespace

int64_t WinogradPlan::scratchFloats() const {
    return threads * scratchOfThread(*this);
}

std::optional<WinogradPlan> planWinograd(const Shape& x, const Shape& y, int64_t kernel, const Window& window) {
    const bool suits = kernel == 3 && window.stride == 1 && x[3] % kChannelStep == 0 && y[3] % kChannelStep == 0 &&
                       y[1] >= 4 && y[2] >= 4;
    if (!suits)
        return std::nullopt;
    WinogradPlan plan{.x = x, .y = y, .padBefore = window.padBefore};
    plan.tilesDown = (y[1] + 3) / 4;
    plan.tilesAcross = (y[2] + 3) / 4;
    plan.threads = computeThreads();
    // The more weights, the more tiles have to share their way through the cache; but no thread shall wait for another.
    const int64_t most = kRowStep * std::clamp<int64_t>(x[3] * y[3] / (64 * 32), 2, 8);
    const int64_t rounds = (plan.tiles() + plan.threads * most - 1) / (plan.threads * most);
    const int64_t share = (plan.tiles() + plan.threads * rounds - 1) / (plan.threads * rounds);
    plan.blockTiles = (share + kRowStep - 1) / kRowStep * kRowStep;
    plan.threads = static_cast<int>(std::min<int64_t>(plan.threads, plan.blocks())); // others have nothing to do
    return plan;
}

void transformWeights(const WinogradPlan& plan, const float* weights, bool isAdjoint, float* transformed) {
    const auto transform = HWY_DYNAMIC_DISPATCH(weightsInto);
    parallelFor(plan.x[3], 4,
                [&](int64_t begin, int64_t end) { transform(plan, weights, isAdjoint, transformed, begin, end); });
}

void convolveWinograd(const WinogradPlan& plan, const ConstTensorView& x, const float* transformed, const float* bias,
                      bool rectify, const TensorView& y, float* scratch) {
    expects(threadsFor(plan.blocks()) <= plan.threads, "{} threads for scratch of {}", computeThreads(), plan.threads);
    const auto compute = HWY_DYNAMIC_DISPATCH(winogradBlock);
    WinogradCall call = winogradCall(plan);
    call.x = x.data;
    call.typeX = x.type;
    call.transformed = transformed;
    call.bias = bias;
    call.rectify = rectify;
    call.y = y.data;
    call.typeY = y.type;
    parallelFor(plan.blocks(), 1, [&](int64_t begin, int64_t end) {
        float* own = scratch + computeThread() * scratchOfThread(plan);
        for (int64_t block = begin; block < end; ++block)
            compute(call, block, own);
    });
}

} // namespace hourglass
#endif
