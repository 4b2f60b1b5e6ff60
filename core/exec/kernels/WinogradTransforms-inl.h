// The transforms of F(4×4, 3×3) along one axis and their adjoints, a vector of channels at a time; included once per
// instruction set.

#if defined(HOURGLASS_WINOGRAD_TRANSFORMS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HOURGLASS_WINOGRAD_TRANSFORMS_INL_H
#undef HOURGLASS_WINOGRAD_TRANSFORMS_INL_H
#else
#define HOURGLASS_WINOGRAD_TRANSFORMS_INL_H
#endif

#include "core/exec/kernels/StripOps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::HWY_NAMESPACE {

// Bᵀ d: six inputs, float or bf16, `step` elements apart, to six values.
template <typename D>
HWY_INLINE void inputTransform(const D* d, int64_t step, float* t, int64_t stepT) {
    const FloatTag tag;
    const auto at = [&](int64_t i) HWY_ATTR { return loadVector(tag, d + i * step); };
    const auto put = [&](int64_t i, Floats v) HWY_ATTR { hn::StoreU(v, tag, t + i * stepT); };
    const Floats four = hn::Set(tag, 4.0f), five = hn::Set(tag, 5.0f), two = hn::Set(tag, 2.0f);
    const Floats d0 = at(0), d1 = at(1), d2 = at(2), d3 = at(3), d4 = at(4), d5 = at(5);
    put(0, hn::MulAdd(four, d0, hn::NegMulAdd(five, d2, d4)));
    const Floats p = hn::NegMulAdd(four, d2, d4), q = hn::NegMulAdd(four, d1, d3);
    put(1, hn::Add(p, q));
    put(2, hn::Sub(p, q));
    const Floats r = hn::Sub(d4, d2), s = hn::Mul(two, hn::Sub(d3, d1));
    put(3, hn::Add(r, s));
    put(4, hn::Sub(r, s));
    put(5, hn::MulAdd(four, d1, hn::NegMulAdd(five, d3, d5)));
}

// Aᵀ m: six products to four outputs.
HWY_INLINE void outputTransform(const float* m, int64_t step, float* y, int64_t stepY) {
    const FloatTag tag;
    const auto at = [&](int64_t i) HWY_ATTR { return hn::LoadU(tag, m + i * step); };
    const auto put = [&](int64_t i, Floats v) HWY_ATTR { hn::StoreU(v, tag, y + i * stepY); };
    const Floats m1 = at(1), m2 = at(2), m3 = at(3), m4 = at(4);
    const Floats a = hn::Add(m1, m2), b = hn::Sub(m1, m2), c = hn::Add(m3, m4), d = hn::Sub(m3, m4);
    put(0, hn::Add(at(0), hn::Add(a, c)));
    put(1, hn::MulAdd(hn::Set(tag, 2.0f), d, b));
    put(2, hn::MulAdd(hn::Set(tag, 4.0f), c, a));
    put(3, hn::MulAdd(hn::Set(tag, 8.0f), d, hn::Add(b, at(5))));
}

// A y, the adjoint of outputTransform: four to six.
HWY_INLINE void outputAdjoint(const float* y, int64_t step, float* m, int64_t stepM) {
    const FloatTag tag;
    const auto at = [&](int64_t i) HWY_ATTR { return hn::LoadU(tag, y + i * step); };
    const auto put = [&](int64_t i, Floats v) HWY_ATTR { hn::StoreU(v, tag, m + i * stepM); };
    const Floats y0 = at(0), y1 = at(1), y2 = at(2), y3 = at(3);
    const Floats e = hn::Add(y0, y2), f = hn::Add(y1, y3);
    const Floats g = hn::MulAdd(hn::Set(tag, 4.0f), y2, y0);
    const Floats h = hn::MulAdd(hn::Set(tag, 8.0f), y3, hn::Add(y1, y1));
    put(0, y0);
    put(1, hn::Add(e, f));
    put(2, hn::Sub(e, f));
    put(3, hn::Add(g, h));
    put(4, hn::Sub(g, h));
    put(5, y3);
}

// G g: three weights to six.
HWY_INLINE void weightTransform(const float* g, int64_t step, float* u, int64_t stepU) {
    const FloatTag tag;
    const auto at = [&](int64_t i) HWY_ATTR { return hn::LoadU(tag, g + i * step); };
    const auto put = [&](int64_t i, Floats v) HWY_ATTR { hn::StoreU(v, tag, u + i * stepU); };
    const Floats g0 = at(0), g1 = at(1), g2 = at(2), sixth = hn::Set(tag, 1.0f / 6.0f);
    const Floats sum = hn::Mul(sixth, hn::Add(g0, g2)), middle = hn::Mul(sixth, g1);
    put(0, hn::Mul(hn::Set(tag, 0.25f), g0));
    put(1, hn::Neg(hn::Add(sum, middle)));
    put(2, hn::Sub(middle, sum));
    const Floats wide = hn::MulAdd(hn::Set(tag, 1.0f / 24.0f), g0, hn::Mul(sixth, g2));
    const Floats half = hn::Mul(hn::Set(tag, 0.5f), middle);
    put(3, hn::Add(wide, half));
    put(4, hn::Sub(wide, half));
    put(5, g2);
}

// Gᵀ u, its adjoint: six to three.
HWY_INLINE void weightAdjoint(const float* u, int64_t step, float* g, int64_t stepG) {
    const FloatTag tag;
    const auto at = [&](int64_t i) HWY_ATTR { return hn::LoadU(tag, u + i * step); };
    const auto put = [&](int64_t i, Floats v) HWY_ATTR { hn::StoreU(v, tag, g + i * stepG); };
    const Floats u1 = at(1), u2 = at(2), u3 = at(3), u4 = at(4), sixth = hn::Set(tag, 1.0f / 6.0f);
    const Floats quarter = hn::Set(tag, 0.25f);
    const Floats outer = hn::Mul(sixth, hn::Add(u1, u2)), wide = hn::Mul(sixth, hn::Add(u3, u4));
    put(0, hn::MulAdd(quarter, at(0), hn::Sub(hn::Mul(quarter, wide), outer)));
    put(1, hn::Mul(sixth, hn::MulAdd(hn::Set(tag, 0.5f), hn::Sub(u3, u4), hn::Sub(u2, u1))));
    put(2, hn::Add(hn::Sub(wide, outer), at(5)));
}

} // namespace hourglass::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
