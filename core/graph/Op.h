#pragma once

// The closed set of operations that every network, loss and optimiser update is written in. To add one: a row in
// Op.cpp, its shape in Shapes.cpp, its gradient in Gradients.cpp, its reference in exec/reference, its oneDNN
// implementation in exec/onednn, its ONNX emitter in io/exporters. The generic tests walk allOps().

#include <cstdint>
#include <span>
#include <string_view>

namespace hourglass {

enum class OpKind : uint8_t {
    // Sources.
    Input,     // named; bound at run time
    Parameter, // named; lives in the ParameterStore
    Constant,  // a scalar, `alpha`
    // Linear algebra. op(A) · op(B) of matrices, each transposed on request.
    MatMul,
    // Elementwise with two inputs; the smaller shape must be a trailing part of the larger one ([K] with [N, K]; []).
    Add,
    Subtract,
    Multiply,
    Divide,
    // Elementwise with one input.
    Affine, // alpha · x + beta
    Square,
    Sqrt,
    Exp,
    Log,
    Abs,
    Sign,
    Step,  // 1 if x > 0, else 0 (strict)
    Clamp, // to [alpha, beta]
    Erf,
    Softplus, // log(1 + eˣ), without overflow
    Sigmoid,
    Tanh,
    Relu,
    LeakyRelu,    // alpha · x below zero, 0 ≤ alpha < 1
    Elu,          // alpha (eˣ − 1) below zero, alpha > 0
    Gelu,         // x Φ(x), exact form with erf
    Silu,         // x σ(x)
    StopGradient, // x; its gradient is nothing
    // Shapes.
    Reduce,  // sum over `axes`, which disappear; divided by the sizes of `averageAxes`, a subset of them
    Expand,  // the transpose of Reduce: copies along `axes` of `shape`; divided by the sizes of `averageAxes`
    Reshape, // the same elements as `shape`
    Permute, // axis i of the result is axis `axes`[i] of the operand
    Concat,  // of two, along axis `axes`[0]
    Slice,   // `shape` of it, from `begin` on along axis `axes`[0]
    // Pictures [N, C, H, W]; weights are [O, C, k, k]. Convolutions do not flip the kernel (cross-correlations), move
    // by `stride`, and see padBefore zeros before and padAfter behind each line and column.
    Convolve,           // x, w → [N, O, (H + padding − k) / stride + 1, …]
    ConvolveTransposed, // y, w → the picture of `shape` whose Convolve has y's shape: adjoint of Convolve in x
    ConvolveWeights,    // x, y → weights of `shape`: adjoint of Convolve in w
    MaxPool,            // largest of each factor × factor block; lines that fill no block are left out
    SumPool,            // sum of each factor × factor block of a picture of whole blocks
    UpsampleNearest,    // each element factor × factor times: adjoint of SumPool
    UpsampleBilinear,   // by `factor`, half-pixel centres, edges repeated (align_corners = false)
    BilinearTransposed, // adjoint of UpsampleBilinear
    PixelShuffle,   // [N, C f², H, W] → [N, C, H f, W f]: channel c f² + i f + j becomes place (i, j) of block c
    PixelUnshuffle, // its inverse
};

// How far the gradient rule of an op can be trusted.
enum class GradientKind : uint8_t {
    Exact,  // the derivative (zero where it is zero almost everywhere)
    Pseudo, // straight-through; not to be checked by differences nor differentiated again
    None,   // a source, or a wall
};

struct OpInfo {
    OpKind kind;
    std::string_view name; // as in messages and tests
    int arity;
    bool elementwise;
    GradientKind gradient;
};

std::span<const OpInfo> allOps();
const OpInfo& info(OpKind kind);

} // namespace hourglass
