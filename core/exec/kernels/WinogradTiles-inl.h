// What the Winograd kernels share: where tiles lie, and the transform of the input's. Included once per instruction
// set.

#include "core/exec/kernels/Winograd.h"

#ifndef HOURGLASS_WINOGRAD_CALL
#define HOURGLASS_WINOGRAD_CALL
namespace hourglass {

constexpr int64_t kPlaces = 36;  // of a 6×6 tile
constexpr int64_t kRowStep = 12; // tiles that a product holds in registers; blocks are multiples of it

// From one place of a tile to the next in scratch: an odd number of cache lines, or the 36 places would fall on few of
// the cache's sets and drive each other out.
constexpr int64_t placeStride(int64_t floats) {
    constexpr int64_t kLine = 16;
    return ((floats + kLine - 1) / kLine | 1) * kLine;
}

// A plan's numbers, flat, and what it works on.
struct WinogradCall {
    int64_t height, width, channels;      // of x
    int64_t outHeight, outWidth, outputs; // of y
    int64_t padBefore, tilesDown, tilesAcross, tiles, blockTiles;
    int64_t stride; // of transformed tiles, placeStride()
    const void* x;
    StorageType typeX, typeY;
    const float *transformed, *bias;
    bool rectify;
    void* y;

    int64_t imageOf(int64_t tile) const { return tile / (tilesDown * tilesAcross); }
    int64_t rowOf(int64_t tile) const { return tile / tilesAcross % tilesDown * 4; }
    int64_t columnOf(int64_t tile) const { return tile % tilesAcross * 4; }
};

inline WinogradCall winogradCall(const WinogradPlan& plan) {
    WinogradCall call{};
    call.height = plan.x[1];
    call.width = plan.x[2];
    call.channels = plan.x[3];
    call.outHeight = plan.y[1];
    call.outWidth = plan.y[2];
    call.outputs = plan.y[3];
    call.padBefore = plan.padBefore;
    call.tilesDown = plan.tilesDown;
    call.tilesAcross = plan.tilesAcross;
    call.tiles = plan.tiles();
    call.blockTiles = plan.blockTiles;
    call.stride = placeStride(plan.blockTiles * plan.x[3]);
    return call;
}

} // namespace hourglass
#endif

#if defined(HOURGLASS_WINOGRAD_TILES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HOURGLASS_WINOGRAD_TILES_INL_H
#undef HOURGLASS_WINOGRAD_TILES_INL_H
#else
#define HOURGLASS_WINOGRAD_TILES_INL_H
#endif

#include "core/exec/kernels/WinogradTransforms-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::HWY_NAMESPACE {

// v[36][blockTiles][C] of tile `slot` of a block.
template <typename X>
HWY_INLINE void transformTile(const WinogradCall& call, int64_t tile, int64_t slot, float* v) {
    const int64_t height = call.height, width = call.width, channels = call.channels;
    const FloatTag tag;
    const auto lanes = static_cast<int64_t>(hn::Lanes(tag));
    alignas(64) float read[kPlaces * 16], half[kPlaces * 16]; // one vector of channels at each place
    const int64_t step = call.stride;
    const int64_t top = call.rowOf(tile) - call.padBefore, left = call.columnOf(tile) - call.padBefore;
    const bool isInside = top >= 0 && left >= 0 && top + 6 <= height && left + 6 <= width;
    const X* first = static_cast<const X*>(call.x) + ((call.imageOf(tile) * height + top) * width + left) * channels;
    for (int64_t c = 0; c < channels; c += lanes) {
        if (!isInside) {
            for (int64_t i = 0; i < 6; ++i)
                for (int64_t j = 0; j < 6; ++j) {
                    const bool isPicture = top + i >= 0 && top + i < height && left + j >= 0 && left + j < width;
                    const X* from = first + (i * width + j) * channels + c;
                    hn::Store(isPicture ? loadVector(tag, from) : hn::Zero(tag), tag, read + (i * 6 + j) * lanes);
                }
        }
        for (int64_t i = 0; i < 6; ++i) // along each line
            if (isInside)
                inputTransform(first + i * width * channels + c, channels, half + i * 6 * lanes, lanes);
            else
                inputTransform(read + i * 6 * lanes, lanes, half + i * 6 * lanes, lanes);
        for (int64_t j = 0; j < 6; ++j) // along each column
            inputTransform(half + j * lanes, 6 * lanes, v + j * step + slot * channels + c, 6 * step);
    }
}

} // namespace hourglass::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
