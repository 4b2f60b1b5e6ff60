#pragma once

// An optimiser's step: one pass over the arenas for clipping, decay, moments, update, average, and the copy in bf16
// that the next products read. Bound by memory and by one root and one division for each parameter.
//
// Sources: Adam: Kingma and Ba 2015, algorithm 1. AdamW: Loshchilov and Hutter 2019, algorithm 2 (decay times the
// learning rate). SGD: v ← μ v + g, p ← p − η v.

#include <cstdint>
#include <span>

namespace hourglass {

enum class UpdateKind : uint8_t { Sgd, Adam };

// With g' = clip · g + penalty · p:
// Adam: m ← β1 m + (1 − β1) g', v ← β2 v + (1 − β2) g'², p ← decay · p − step · m / (√v · rootCorrection + ε).
// SGD: m ← β1 m + g', p ← decay · p − step · m.
// Then average ← averageDecay · average + (1 − averageDecay) · p.
struct UpdateRule {
    UpdateKind kind = UpdateKind::Adam;
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    double clip = 1.0;
    double penalty = 0.0; // weight decay as a part of the gradient, λ
    double decay = 1.0;   // weight decay apart from it, 1 − η λ
    double step = 0.0, rootCorrection = 1.0, averageDecay = 0.0;
};

// Arenas of one length, a multiple of 16, each from the start of a cache line (ArenaLayout, AlignedBuffer). v is null
// for SGD, average and rounded where there are none.
struct UpdateArenas {
    std::span<float> p;
    const float* g;
    float *m, *v, *average;
    uint16_t* rounded; // p as bf16
};

// On the compute threads; the same whatever their number.
void updateParameters(const UpdateRule& rule, const UpdateArenas& arenas);

// Σ values², in an order that does not depend on the number of threads.
double sumOfSquares(std::span<const float> values);

// `values` as bf16.
void roundToBf16(std::span<const float> values, uint16_t* rounded);

} // namespace hourglass
