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

constexpr int64_t kColumns = 64; // columns summed together: a few cache lines wide

// Sums columns [begin, end) of x [rows, columns] from top to bottom.
void columnSums(const void* x, StorageType type, float* y, int64_t rows, int64_t columns, int64_t begin, int64_t end,
                float factor) {
    const FloatTag tag;
    const auto lanes = static_cast<int64_t>(hn::Lanes(tag));
    alignas(64) float buffer[kColumns];
    for (int64_t from = begin; from < end; from += kColumns) {
        const int64_t count = std::min(kColumns, end - from);
        alignas(64) float sums[kColumns] = {};
        for (int64_t row = 0; row < rows; ++row) {
            const float* line = asFloats(x, type, row * columns + from, count, buffer);
            int64_t i = 0;
            for (; i + lanes <= count; i += lanes)
                hn::Store(hn::Add(hn::Load(tag, sums + i), hn::LoadU(tag, line + i)), tag, sums + i);
            for (; i < count; ++i)
                sums[i] += line[i];
        }
        for (int64_t i = 0; i < count; ++i)
            y[from + i] = factor * sums[i];
    }
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
