// Vector code of the elementwise ops, one line or so each; included once per instruction set (Highway's scheme).

#if defined(HOURGLASS_STRIP_OPS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HOURGLASS_STRIP_OPS_INL_H
#undef HOURGLASS_STRIP_OPS_INL_H
#else
#define HOURGLASS_STRIP_OPS_INL_H
#endif

#include <limits>
#include <stdexcept>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "core/exec/kernels/Bf16.h"
#include "core/exec/kernels/StripProgram.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using FloatTag = hn::ScalableTag<float>;
using Floats = hn::Vec<FloatTag>;

// A vector of floats from and to memory of either type; bf16 is rounded to nearest, ties to even, a NaN stays one.
template <typename Tag>
HWY_INLINE hn::Vec<Tag> loadVector(Tag tag, const float* from) {
    return hn::LoadU(tag, from);
}
template <typename Tag>
HWY_INLINE hn::Vec<Tag> loadVector(Tag tag, const uint16_t* from) {
    const hn::Rebind<uint16_t, Tag> halves;
    const hn::RebindToUnsigned<Tag> bits;
    return hn::BitCast(tag, hn::ShiftLeft<16>(hn::PromoteTo(bits, hn::LoadU(halves, from))));
}
template <typename Tag>
HWY_INLINE void storeVector(Tag tag, hn::Vec<Tag> value, float* to) {
    hn::StoreU(value, tag, to);
}
template <typename Tag>
HWY_INLINE void storeVector(Tag, hn::Vec<Tag> value, uint16_t* to) {
    const hn::RebindToUnsigned<Tag> bits;
    const hn::RebindToSigned<Tag> signedBits;
    const hn::Rebind<uint16_t, Tag> halves;
    const auto u = hn::BitCast(bits, value);
    const auto upper = hn::ShiftRight<16>(u);
    const auto rounded =
        hn::ShiftRight<16>(hn::Add(hn::Add(u, hn::Set(bits, 0x7FFFu)), hn::And(upper, hn::Set(bits, 1u))));
    const auto isNumber = hn::RebindMask(bits, hn::Eq(value, value));
    const auto result = hn::IfThenElse(isNumber, rounded, hn::Or(upper, hn::Set(bits, 0x40u)));
    hn::StoreU(hn::DemoteTo(halves, hn::BitCast(signedBits, result)), halves, to);
}

HWY_INLINE void bf16ToFloats(const uint16_t* from, float* to, int64_t count) {
    for (int64_t i = 0; i < count; ++i)
        to[i] = bf16ToFloat(from[i]);
}

HWY_INLINE void floatsToBf16(const float* from, uint16_t* to, int64_t count) {
    for (int64_t i = 0; i < count; ++i)
        to[i] = floatToBf16(from[i]);
}

// `count` elements of x from `at` on, as floats: in place, or converted into `buffer`.
HWY_INLINE const float* asFloats(const void* x, StorageType type, int64_t at, int64_t count, float* buffer) {
    if (type == StorageType::F32)
        return static_cast<const float*>(x) + at;
    bf16ToFloats(static_cast<const uint16_t*>(x) + at, buffer, count);
    return buffer;
}

HWY_INLINE double sumOf(const float* values, int64_t count) {
    const FloatTag tag;
    const auto lanes = static_cast<int64_t>(hn::Lanes(tag));
    Floats sum0 = hn::Zero(tag), sum1 = hn::Zero(tag);
    int64_t i = 0;
    for (; i + 2 * lanes <= count; i += 2 * lanes) {
        sum0 = hn::Add(sum0, hn::LoadU(tag, values + i));
        sum1 = hn::Add(sum1, hn::LoadU(tag, values + i + lanes));
    }
    double total = static_cast<double>(hn::GetLane(hn::SumOfLanes(tag, hn::Add(sum0, sum1))));
    for (; i < count; ++i)
        total += static_cast<double>(values[i]);
    return total;
}

// Abramowitz and Stegun 7.1.26: absolute error below 1.5e-7.
HWY_INLINE Floats erf(FloatTag tag, Floats x) {
    const Floats one = hn::Set(tag, 1.0f), magnitude = hn::Abs(x);
    const Floats t = hn::Div(one, hn::MulAdd(hn::Set(tag, 0.3275911f), magnitude, one));
    Floats poly = hn::Set(tag, 1.061405429f);
    for (const float coefficient : {-1.453152027f, 1.421413741f, -0.284496736f, 0.254829592f})
        poly = hn::MulAdd(poly, t, hn::Set(tag, coefficient));
    const Floats tail = hn::Mul(hn::Mul(poly, t), hn::Exp(tag, hn::Neg(hn::Mul(x, x))));
    return hn::CopySignToAbs(hn::Sub(one, tail), x);
}

// A NaN stays one: training must notice it. (Max and Min give their second operand back when one is.)
HWY_INLINE Floats orNaN(Floats x, Floats y) {
    return hn::IfThenElse(hn::Eq(x, x), y, x);
}

// Beyond float's range the library's own wraps around.
HWY_INLINE Floats exponential(FloatTag tag, Floats x) {
    constexpr float kLargest = 88.722839f; // ln of the largest float
    const Floats limit = hn::Set(tag, kLargest);
    const Floats y = hn::Exp(tag, hn::Min(limit, x));
    const Floats infinity = hn::Set(tag, std::numeric_limits<float>::infinity());
    return orNaN(x, hn::IfThenElse(hn::Gt(x, limit), infinity, y));
}

// 1 / (1 + e⁻ˣ) is as exact far below zero as above it. Below −87 it stays at 1.6e-38, the last of the floats with
// which processors are quick.
HWY_INLINE Floats sigmoid(FloatTag tag, Floats x) {
    constexpr float kSmallest = -87.0f;
    const Floats one = hn::Set(tag, 1.0f), e = hn::Exp(tag, hn::Neg(hn::Max(hn::Set(tag, kSmallest), x)));
    return orNaN(x, hn::Div(one, hn::Add(one, e)));
}

// Strips are padded to whole vectors, so the last vector may compute past `count`.
template <typename Function>
HWY_INLINE void forEach(const float* a, float* y, int64_t count, Function function) {
    const FloatTag tag;
    for (int64_t i = 0; i < count; i += static_cast<int64_t>(hn::Lanes(tag)))
        hn::StoreU(function(hn::LoadU(tag, a + i)), tag, y + i);
}

template <typename Function>
HWY_INLINE void forEach(const float* a, const float* b, float* y, int64_t count, Function function) {
    const FloatTag tag;
    for (int64_t i = 0; i < count; i += static_cast<int64_t>(hn::Lanes(tag)))
        hn::StoreU(function(hn::LoadU(tag, a + i), hn::LoadU(tag, b + i)), tag, y + i);
}

// y = op(a, b) over a strip.
HWY_INLINE void applyOp(const StripInstruction& step, const float* a, const float* b, float* y, int64_t count) {
    const FloatTag tag;
    const Floats zero = hn::Zero(tag), one = hn::Set(tag, 1.0f);
    const Floats alpha = hn::Set(tag, step.alpha), beta = hn::Set(tag, step.beta);
    switch (step.op) {
    case OpKind::Constant:
        for (int64_t i = 0; i < count; i += static_cast<int64_t>(hn::Lanes(tag)))
            hn::StoreU(alpha, tag, y + i);
        return;
    case OpKind::Add:
        return forEach(a, b, y, count, [](auto u, auto v) HWY_ATTR { return hn::Add(u, v); });
    case OpKind::Subtract:
        return forEach(a, b, y, count, [](auto u, auto v) HWY_ATTR { return hn::Sub(u, v); });
    case OpKind::Multiply:
        return forEach(a, b, y, count, [](auto u, auto v) HWY_ATTR { return hn::Mul(u, v); });
    case OpKind::Divide:
        return forEach(a, b, y, count, [](auto u, auto v) HWY_ATTR { return hn::Div(u, v); });
    case OpKind::Affine:
        if (b != nullptr)
            return forEach(a, b, y, count,
                           [=](auto u, auto v) HWY_ATTR { return hn::Add(hn::MulAdd(u, alpha, beta), v); });
        return forEach(a, y, count, [=](auto x) HWY_ATTR { return hn::MulAdd(x, alpha, beta); });
    case OpKind::Square:
        return forEach(a, y, count, [](auto x) HWY_ATTR { return hn::Mul(x, x); });
    case OpKind::Sqrt:
        return forEach(a, y, count, [](auto x) HWY_ATTR { return hn::Sqrt(x); });
    case OpKind::Exp:
        return forEach(a, y, count, [=](auto x) HWY_ATTR { return exponential(tag, x); });
    case OpKind::Log:
        return forEach(a, y, count, [=](auto x) HWY_ATTR { return hn::Log(tag, x); });
    case OpKind::Abs:
        return forEach(a, y, count, [](auto x) HWY_ATTR { return hn::Abs(x); });
    case OpKind::Sign:
        return forEach(a, y, count,
                       [=](auto x) HWY_ATTR { return hn::IfThenElse(hn::Eq(x, zero), zero, hn::CopySign(one, x)); });
    case OpKind::Step:
        return forEach(a, y, count, [=](auto x) HWY_ATTR { return hn::IfThenElseZero(hn::Gt(x, zero), one); });
    case OpKind::Clamp:
        return forEach(a, y, count, [=](auto x) HWY_ATTR { return hn::Min(beta, hn::Max(alpha, x)); });
    case OpKind::Erf:
        return forEach(a, y, count, [=](auto x) HWY_ATTR { return erf(tag, x); });
    case OpKind::Softplus:
        return forEach(a, y, count, [=](auto x) HWY_ATTR {
            return hn::Add(hn::Max(zero, x), hn::Log1p(tag, hn::Exp(tag, hn::Neg(hn::Abs(x)))));
        });
    case OpKind::Sigmoid:
        return forEach(a, y, count, [=](auto x) HWY_ATTR { return sigmoid(tag, x); });
    case OpKind::Tanh:
        return forEach(a, y, count, [=](auto x) HWY_ATTR { return orNaN(x, hn::Tanh(tag, x)); });
    case OpKind::Relu:
        return forEach(a, y, count, [=](auto x) HWY_ATTR { return hn::Max(zero, x); });
    case OpKind::LeakyRelu:
        return forEach(a, y, count, [=](auto x) HWY_ATTR { return hn::Max(hn::Mul(x, alpha), x); });
    case OpKind::Elu:
        return forEach(a, y, count, [=](auto x) HWY_ATTR {
            return hn::IfThenElse(hn::Lt(x, zero), hn::Mul(alpha, hn::Expm1(tag, hn::Min(x, zero))), x);
        });
    case OpKind::Gelu:
        return forEach(a, y, count, [=](auto x) HWY_ATTR {
            const Floats half = hn::Mul(hn::Set(tag, 0.5f), x);
            return hn::MulAdd(half, erf(tag, hn::Mul(x, hn::Set(tag, 0.70710678118654752f))), half);
        });
    case OpKind::Silu:
        return forEach(a, y, count, [=](auto x) HWY_ATTR { return hn::Mul(x, sigmoid(tag, x)); });
    default:
        throw std::logic_error("not an elementwise op");
    }
}

} // namespace hourglass::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
