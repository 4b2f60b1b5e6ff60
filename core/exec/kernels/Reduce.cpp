#include <algorithm>

#include "core/base/Parallel.h"
#include "core/exec/kernels/StripProgram.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/exec/kernels/Reduce.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/exec/kernels/StripOps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::HWY_NAMESPACE {

// Sums kVectors vectors of columns of x [rows, columns], from top to bottom.
template <int kVectors, typename Element>
void sumVectors(const Element* x, float* y, int64_t rows, int64_t columns, float factor) {
    const FloatTag tag;
    const size_t lanes = hn::Lanes(tag);
    Floats sums[kVectors];
    for (Floats& sum : sums)
        sum = hn::Zero(tag);
    for (int64_t row = 0; row < rows; ++row, x += columns)
        for (size_t k = 0; k < kVectors; ++k)
            sums[k] = hn::Add(sums[k], loadVector(tag, x + k * lanes));
    for (size_t k = 0; k < kVectors; ++k)
        hn::StoreU(hn::Mul(hn::Set(tag, factor), sums[k]), tag, y + k * lanes);
}

// Columns [begin, end): as many at once as registers hold, which reads rows in long pieces.
template <typename Element>
void sumColumns(const Element* x, float* y, int64_t rows, int64_t columns, int64_t begin, int64_t end, float factor) {
    constexpr int kMany = 8; // half of what AVX2 has
    const auto lanes = static_cast<int64_t>(hn::Lanes(FloatTag()));
    int64_t at = begin;
    for (; at + kMany * lanes <= end; at += kMany * lanes)
        sumVectors<kMany>(x + at, y + at, rows, columns, factor);
    for (; at + lanes <= end; at += lanes)
        sumVectors<1>(x + at, y + at, rows, columns, factor);
    float sums[hn::MaxLanes(FloatTag())] = {}; // of columns that fill no vector, side by side
    for (int64_t row = 0; row < rows && at < end; ++row)
        for (int64_t column = at; column < end; ++column)
            sums[column - at] += toFloat(x[row * columns + column]);
    for (int64_t column = at; column < end; ++column)
        y[column] = factor * sums[column - at];
}

void columnSums(const void* x, StorageType type, float* y, int64_t rows, int64_t columns, int64_t begin, int64_t end,
                float factor) {
    if (type == StorageType::F32)
        sumColumns(static_cast<const float*>(x), y, rows, columns, begin, end, factor);
    else
        sumColumns(static_cast<const uint16_t*>(x), y, rows, columns, begin, end, factor);
}

void groupSums(const void* x, StorageType type, float* y, int64_t outer, int64_t kept, int64_t inner, int64_t begin,
               int64_t end, float factor) {
    alignas(64) float buffer[StripProgram::kStrip];
    for (int64_t m = begin; m < end; ++m) {
        double sum = 0.0;
        for (int64_t p = 0; p < outer; ++p)
            for (int64_t s = 0; s < inner; s += StripProgram::kStrip) {
                const int64_t count = std::min(StripProgram::kStrip, inner - s);
                sum += sumOf(asFloats(x, type, (p * kept + m) * inner + s, count, buffer), count);
            }
        y[m] = factor * static_cast<float>(sum);
    }
}

} // namespace hourglass::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass {

HWY_EXPORT(columnSums);
HWY_EXPORT(groupSums);

namespace {

// Rows of a column sum that are taken as one: by all threads at once where there are few columns and many rows.
int64_t rowsAtOnce(int64_t rows, int64_t columns) {
    constexpr int64_t kMostParts = 64, kFewColumns = 512;
    if (columns > kFewColumns)
        return rows;
    return std::max((rows + kMostParts - 1) / kMostParts, (StripProgram::kChunk + columns - 1) / columns);
}

int64_t parts(int64_t rows, int64_t columns) {
    return (rows + rowsAtOnce(rows, columns) - 1) / rowsAtOnce(rows, columns);
}

} // namespace

int64_t reduceScratchFloats(int64_t outer, int64_t kept, int64_t inner) {
    return inner == 1 && parts(outer, kept) > 1 ? parts(outer, kept) * kept : 0;
}

void reduceMiddle(const void* x, StorageType type, float* y, int64_t outer, int64_t kept, int64_t inner, float factor,
                  float* scratch) {
    if (inner == 1) {
        const auto sums = HWY_DYNAMIC_DISPATCH(columnSums);
        const int64_t rows = rowsAtOnce(outer, kept), rowBytes = kept * (type == StorageType::F32 ? 4 : 2);
        if (parts(outer, kept) <= 1) {
            parallelFor(kept, 128,
                        [&](int64_t begin, int64_t end) { sums(x, type, y, outer, kept, begin, end, factor); });
            return;
        }
        parallelFor(outer, rows, [&](int64_t begin, int64_t end) {
            sums(static_cast<const std::byte*>(x) + begin * rowBytes, type, scratch + begin / rows * kept, end - begin,
                 kept, 0, kept, 1.0f);
        });
        sums(scratch, StorageType::F32, y, parts(outer, kept), kept, 0, kept, factor);
        return;
    }
    const auto sums = HWY_DYNAMIC_DISPATCH(groupSums);
    const int64_t grain = std::max<int64_t>(1, StripProgram::kChunk / std::max<int64_t>(1, outer * inner));
    parallelFor(kept, grain,
                [&](int64_t begin, int64_t end) { sums(x, type, y, outer, kept, inner, begin, end, factor); });
}

} // namespace hourglass
#endif
