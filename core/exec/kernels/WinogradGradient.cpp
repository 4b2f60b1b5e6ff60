// The gradient of a Winograd convolution's weights: y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ x B)] A makes dw = Gᵀ [Σ (A dy Aᵀ) ⊙ (Bᵀ x
// B)] G, the sum being over tiles: 36 matrix products again.

#include <algorithm>
#include <cstring>

#include "core/base/Contract.h"
#include "core/base/Parallel.h"
#include "core/exec/kernels/Winograd.h"

// Sums are held in arrays of vectors, which those of unknown length cannot be.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/exec/kernels/WinogradGradient.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/exec/kernels/OuterProducts-inl.h"
#include "core/exec/kernels/WinogradTiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::HWY_NAMESPACE {

// w[36][blockTiles][O] of a tile of dy.
template <typename Y>
HWY_INLINE void transformGradient(const WinogradCall& call, const Y* dy, int64_t tile, int64_t slot, float* w,
                                  int64_t stride) {
    const FloatTag tag;
    const auto lanes = static_cast<int64_t>(hn::Lanes(tag));
    alignas(64) float read[16 * 16], half[24 * 16];
    const int64_t row = call.rowOf(tile), column = call.columnOf(tile);
    const Y* first = dy + ((call.imageOf(tile) * call.outHeight + row) * call.outWidth + column) * call.outputs;
    for (int64_t o = 0; o < call.outputs; o += lanes) {
        for (int64_t i = 0; i < 4; ++i)
            for (int64_t j = 0; j < 4; ++j) {
                const bool isPicture = row + i < call.outHeight && column + j < call.outWidth;
                const Y* from = first + (i * call.outWidth + j) * call.outputs + o;
                hn::Store(isPicture ? loadVector(tag, from) : hn::Zero(tag), tag, read + (i * 4 + j) * lanes);
            }
        for (int64_t i = 0; i < 4; ++i) // along each line
            outputAdjoint(read + i * 4 * lanes, lanes, half + i * 6 * lanes, lanes);
        for (int64_t j = 0; j < 6; ++j) // along each column
            outputAdjoint(half + j * lanes, 6 * lanes, w + j * stride + slot * call.outputs + o, 6 * stride);
    }
}

// Adds a block of tiles to du [36][O][C].
void gradientBlock(const WinogradCall& call, const void* dy, int64_t block, float* du, float* scratch) {
    const int64_t first = block * call.blockTiles, tiles = std::min(call.blockTiles, call.tiles - first);
    const int64_t strideW = placeStride(call.blockTiles * call.outputs);
    float* v = scratch;
    float* w = v + kPlaces * call.stride;
    for (int64_t slot = 0; slot < tiles; ++slot) {
        if (call.typeX == StorageType::F32)
            transformTile<float>(call, first + slot, slot, v);
        else
            transformTile<uint16_t>(call, first + slot, slot, v);
        if (call.typeY == StorageType::F32)
            transformGradient(call, static_cast<const float*>(dy), first + slot, slot, w, strideW);
        else
            transformGradient(call, static_cast<const uint16_t*>(dy), first + slot, slot, w, strideW);
    }
    for (int64_t place = 0; place < kPlaces; ++place)
        addProducts({w + place * strideW, v + place * call.stride, call.outputs, call.channels, tiles}, call.outputs,
                    call.channels, du + place * call.outputs * call.channels, call.channels);
}

// dw [C, 3, 3] of one output from the sum of the threads' du.
void gradientOfOutput(const WinogradCall& call, const float* du, int threads, int64_t ofThread, int64_t output,
                      float* dw) {
    const FloatTag tag;
    const auto lanes = static_cast<int64_t>(hn::Lanes(tag));
    alignas(64) float whole[kPlaces * 16], half[18 * 16], kernel[9 * 16];
    for (int64_t c = 0; c < call.channels; c += lanes) {
        for (int64_t place = 0; place < kPlaces; ++place) {
            const float* from = du + (place * call.outputs + output) * call.channels + c;
            Floats sum = hn::LoadU(tag, from);
            for (int thread = 1; thread < threads; ++thread)
                sum = hn::Add(sum, hn::LoadU(tag, from + thread * ofThread));
            hn::Store(sum, tag, whole + place * lanes);
        }
        for (int64_t i = 0; i < 6; ++i)
            weightAdjoint(whole + i * 6 * lanes, lanes, half + i * 3 * lanes, lanes);
        for (int64_t j = 0; j < 3; ++j)
            weightAdjoint(half + j * lanes, 3 * lanes, kernel + j * lanes, 3 * lanes);
        for (int64_t lane = 0; lane < lanes; ++lane)
            for (int64_t k = 0; k < 9; ++k)
                dw[(c + lane) * 9 + k] = kernel[k * lanes + lane];
    }
}

} // namespace hourglass::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass {

HWY_EXPORT(gradientBlock);
HWY_EXPORT(gradientOfOutput);

namespace {

int64_t sumFloats(const WinogradPlan& plan) {
    return placeStride(plan.weightFloats());
}
int64_t tileFloats(const WinogradPlan& plan) {
    return kPlaces * (placeStride(plan.blockTiles * plan.x[3]) + placeStride(plan.blockTiles * plan.y[3]));
}

} // namespace

int64_t WinogradPlan::gradientScratchFloats() const {
    return threads * (sumFloats(*this) + tileFloats(*this));
}

void winogradWeightGradient(const WinogradPlan& plan, const ConstTensorView& x, const ConstTensorView& dy, float* dw,
                            float* scratch) {
    WinogradCall call = winogradCall(plan);
    call.x = x.data;
    call.typeX = x.type;
    call.typeY = dy.type;
    const int threads = threadsFor(plan.blocks());
    expects(threads <= plan.threads, "{} threads for scratch of {}", threads, plan.threads);
    const int64_t ofThread = sumFloats(plan) + tileFloats(plan);
    parallelFor(threads, 1, [&](int64_t begin, int64_t end) {
        for (int64_t thread = begin; thread < end; ++thread)
            std::memset(scratch + thread * ofThread, 0, static_cast<size_t>(sumFloats(plan)) * sizeof(float));
    });
    const auto add = HWY_DYNAMIC_DISPATCH(gradientBlock);
    parallelFor(plan.blocks(), 1, [&](int64_t begin, int64_t end) {
        float* own = scratch + computeThread() * ofThread;
        for (int64_t block = begin; block < end; ++block)
            add(call, dy.data, block, own, own + sumFloats(plan));
    });
    const auto finish = HWY_DYNAMIC_DISPATCH(gradientOfOutput);
    parallelFor(plan.y[3], 4, [&](int64_t begin, int64_t end) {
        for (int64_t output = begin; output < end; ++output)
            finish(call, scratch, threads, ofThread, output, dw + output * plan.x[3] * 9);
    });
}

} // namespace hourglass
#endif
