#include "core/exec/kernels/ParameterUpdate.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "core/base/Contract.h"
#include "core/base/Parallel.h"
#include "core/exec/kernels/StripProgram.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/exec/kernels/ParameterUpdate.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/exec/kernels/StripOps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::HWY_NAMESPACE {

// Moments of weights whose gradient stays zero fade until they are too small for the processor to be quick with: those
// are zero.
HWY_INLINE Floats withoutTiny(FloatTag tag, Floats x) {
    const Floats smallest = hn::Set(tag, std::numeric_limits<float>::min());
    return hn::IfThenElseZero(hn::Ge(hn::Abs(x), smallest), x);
}

// Elements [begin, end), whole vectors of them: arenas are padded to lines of 16 floats.
template <UpdateKind kKind, bool kAverages, bool kRounds>
void updateRange(const UpdateRule& rule, const UpdateArenas& a, int64_t begin, int64_t end) {
    const FloatTag tag;
    const auto all = [tag](double value) HWY_ATTR { return hn::Set(tag, static_cast<float>(value)); };
    const Floats beta1 = all(rule.beta1), rest1 = all(1.0 - rule.beta1);
    const Floats beta2 = all(rule.beta2), rest2 = all(1.0 - rule.beta2);
    const Floats clip = all(rule.clip), penalty = all(rule.penalty), decay = all(rule.decay), step = all(rule.step);
    const Floats correction = all(rule.rootCorrection), epsilon = all(rule.epsilon);
    const Floats average = all(rule.averageDecay), averageRest = all(1.0 - rule.averageDecay);
    for (int64_t i = begin; i < end; i += static_cast<int64_t>(hn::Lanes(tag))) {
        constexpr int64_t kAhead = 256; // floats; each chunk is a new start for the processor's own prefetching
        hwy::Prefetch(a.g + i + kAhead);
        hwy::Prefetch(a.p.data() + i + kAhead);
        hwy::Prefetch(a.m + i + kAhead);
        Floats p = hn::Load(tag, a.p.data() + i);
        const Floats g = hn::MulAdd(clip, hn::Load(tag, a.g + i), hn::Mul(penalty, p));
        Floats m = hn::Mul(beta1, hn::Load(tag, a.m + i));
        if constexpr (kKind == UpdateKind::Adam) {
            hwy::Prefetch(a.v + i + kAhead);
            m = withoutTiny(tag, hn::MulAdd(rest1, g, m));
            const Floats v = withoutTiny(tag, hn::MulAdd(rest2, hn::Mul(g, g), hn::Mul(beta2, hn::Load(tag, a.v + i))));
            const Floats scale = hn::MulAdd(hn::Sqrt(v), correction, epsilon);
            p = hn::NegMulAdd(step, hn::Div(m, scale), hn::Mul(decay, p));
            hn::Store(v, tag, a.v + i);
        } else {
            m = withoutTiny(tag, hn::Add(m, g));
            p = hn::NegMulAdd(step, m, hn::Mul(decay, p));
        }
        hn::Store(m, tag, a.m + i);
        hn::Store(p, tag, a.p.data() + i);
        if constexpr (kAverages)
            hn::Store(hn::MulAdd(averageRest, p, hn::Mul(average, hn::Load(tag, a.average + i))), tag, a.average + i);
        if constexpr (kRounds)
            storeVector(tag, p, a.rounded + i);
    }
}

template <UpdateKind kKind>
void updateRange(const UpdateRule& rule, const UpdateArenas& a, int64_t begin, int64_t end) {
    const bool rounds = a.rounded != nullptr;
    if (a.average != nullptr)
        return rounds ? updateRange<kKind, true, true>(rule, a, begin, end)
                      : updateRange<kKind, true, false>(rule, a, begin, end);
    return rounds ? updateRange<kKind, false, true>(rule, a, begin, end)
                  : updateRange<kKind, false, false>(rule, a, begin, end);
}

void updateAny(const UpdateRule& rule, const UpdateArenas& a, int64_t begin, int64_t end) {
    return rule.kind == UpdateKind::Adam ? updateRange<UpdateKind::Adam>(rule, a, begin, end)
                                         : updateRange<UpdateKind::Sgd>(rule, a, begin, end);
}

// In vectors of floats over a chunk, in double beyond it.
double squares(const float* values, int64_t count) {
    const FloatTag tag;
    const auto lanes = static_cast<int64_t>(hn::Lanes(tag));
    double total = 0.0;
    for (int64_t from = 0; from < count; from += StripProgram::kChunk) {
        const int64_t end = std::min(count, from + StripProgram::kChunk);
        Floats sum0 = hn::Zero(tag), sum1 = hn::Zero(tag);
        int64_t i = from;
        for (; i + 2 * lanes <= end; i += 2 * lanes) {
            const Floats x = hn::LoadU(tag, values + i), y = hn::LoadU(tag, values + i + lanes);
            sum0 = hn::MulAdd(x, x, sum0);
            sum1 = hn::MulAdd(y, y, sum1);
        }
        total += static_cast<double>(hn::GetLane(hn::SumOfLanes(tag, hn::Add(sum0, sum1))));
        for (; i < end; ++i)
            total += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    }
    return total;
}

void roundRange(const float* from, uint16_t* to, int64_t count) {
    floatsToBf16(from, to, count);
}

} // namespace hourglass::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass {

HWY_EXPORT(updateAny);
HWY_EXPORT(squares);
HWY_EXPORT(roundRange);

void updateParameters(const UpdateRule& rule, const UpdateArenas& arenas) {
    const auto count = static_cast<int64_t>(arenas.p.size());
    expects(count % 16 == 0, "an arena of {} floats", count);
    const auto update = HWY_DYNAMIC_DISPATCH(updateAny);
    parallelFor(count, StripProgram::kChunk, [&](int64_t begin, int64_t end) { update(rule, arenas, begin, end); });
}

double sumOfSquares(std::span<const float> values) {
    constexpr int64_t kParts = 64;
    const auto count = static_cast<int64_t>(values.size());
    const int64_t part = std::max(StripProgram::kChunk, (count + kParts - 1) / kParts);
    std::array<double, kParts> sums{};
    const auto sum = HWY_DYNAMIC_DISPATCH(squares);
    parallelFor(count, part, [&](int64_t begin, int64_t end) {
        sums[static_cast<size_t>(begin / part)] = sum(values.data() + begin, end - begin);
    });
    return std::accumulate(sums.begin(), sums.end(), 0.0);
}

void roundToBf16(std::span<const float> values, uint16_t* rounded) {
    const auto round = HWY_DYNAMIC_DISPATCH(roundRange);
    parallelFor(static_cast<int64_t>(values.size()), StripProgram::kChunk,
                [&](int64_t begin, int64_t end) { round(values.data() + begin, rounded + begin, end - begin); });
}

} // namespace hourglass
#endif
