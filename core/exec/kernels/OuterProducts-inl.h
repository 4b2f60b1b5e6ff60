// Sums of outer products, what gradients of weights are made of; included once per instruction set. Whoever includes
// this disables targets whose vectors have no fixed length (HWY_DISABLED_TARGETS): sums are arrays of vectors.

#if defined(HOURGLASS_OUTER_PRODUCTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HOURGLASS_OUTER_PRODUCTS_INL_H
#undef HOURGLASS_OUTER_PRODUCTS_INL_H
#else
#define HOURGLASS_OUTER_PRODUCTS_INL_H
#endif

#include "core/exec/kernels/StripOps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::HWY_NAMESPACE {

// Where the factors lie: of each term some numbers for the rows of the sums, and some for their columns.
struct Factors {
    const float *rows, *columns;
    int64_t rowStride, columnStride, terms;
};

// sums[Rows][Vectors · lanes] (rows `stride` apart) += Σ rows ⊗ columns.
template <int Rows, int Vectors>
HWY_INLINE void addProduct(const Factors& f, float* HWY_RESTRICT sums, int64_t stride) {
    const FloatTag tag;
    const auto lanes = static_cast<int64_t>(hn::Lanes(tag));
    Floats total[Rows][Vectors];
    for (int r = 0; r < Rows; ++r)
        for (int k = 0; k < Vectors; ++k)
            total[r][k] = hn::LoadU(tag, sums + r * stride + k * lanes);
    const float *row = f.rows, *column = f.columns;
    for (int64_t i = 0; i < f.terms; ++i, row += f.rowStride, column += f.columnStride) {
        Floats values[Vectors];
        for (int k = 0; k < Vectors; ++k)
            values[k] = hn::LoadU(tag, column + k * lanes);
        for (int r = 0; r < Rows; ++r) {
            const Floats factor = hn::Set(tag, row[r]);
            for (int k = 0; k < Vectors; ++k)
                total[r][k] = hn::MulAdd(factor, values[k], total[r][k]);
        }
    }
    for (int r = 0; r < Rows; ++r)
        for (int k = 0; k < Vectors; ++k)
            hn::StoreU(total[r][k], tag, sums + r * stride + k * lanes);
}

template <int Rows>
HWY_INLINE void addRows(Factors f, float* sums, int64_t stride, int64_t width) {
    const auto lanes = static_cast<int64_t>(hn::Lanes(FloatTag()));
    int64_t i = 0;
    for (; i + 2 * lanes <= width; i += 2 * lanes, f.columns += 2 * lanes)
        addProduct<Rows, 2>(f, sums + i, stride);
    for (; i < width; i += lanes, f.columns += lanes)
        addProduct<Rows, 1>(f, sums + i, stride);
}

// The same for any number of rows; `width` in whole vectors.
HWY_INLINE void addProducts(Factors f, int64_t rows, int64_t width, float* sums, int64_t stride) {
    int64_t r = 0;
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL // registers for 16 sums and what goes into them
    for (; r + 8 <= rows; r += 8, f.rows += 8)
        addRows<8>(f, sums + r * stride, stride, width);
#endif
    for (; r + 4 <= rows; r += 4, f.rows += 4)
        addRows<4>(f, sums + r * stride, stride, width);
    for (; r < rows; ++r, ++f.rows)
        addRows<1>(f, sums + r * stride, stride, width);
}

} // namespace hourglass::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
