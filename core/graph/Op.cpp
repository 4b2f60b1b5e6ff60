#include "core/graph/Op.h"

#include <array>

#include "core/base/Contract.h"

namespace hourglass {

namespace {

constexpr OpInfo unary(OpKind kind, std::string_view name) {
    return {kind, name, 1, true, GradientKind::Exact};
}
constexpr OpInfo binary(OpKind kind, std::string_view name) {
    return {kind, name, 2, true, GradientKind::Exact};
}
constexpr OpInfo spatial(OpKind kind, std::string_view name, int arity) {
    return {kind, name, arity, false, GradientKind::Exact};
}

// In the order of OpKind.
constexpr std::array kOps = {
    OpInfo{OpKind::Input, "Input", 0, false, GradientKind::None},
    OpInfo{OpKind::Parameter, "Parameter", 0, false, GradientKind::None},
    OpInfo{OpKind::Constant, "Constant", 0, false, GradientKind::None},
    OpInfo{OpKind::MatMul, "MatMul", 2, false, GradientKind::Exact},
    binary(OpKind::Add, "Add"),
    binary(OpKind::Subtract, "Subtract"),
    binary(OpKind::Multiply, "Multiply"),
    binary(OpKind::Divide, "Divide"),
    unary(OpKind::Affine, "Affine"),
    unary(OpKind::Square, "Square"),
    unary(OpKind::Sqrt, "Sqrt"),
    unary(OpKind::Exp, "Exp"),
    unary(OpKind::Log, "Log"),
    unary(OpKind::Abs, "Abs"),
    unary(OpKind::Sign, "Sign"),
    unary(OpKind::Step, "Step"),
    unary(OpKind::Clamp, "Clamp"),
    unary(OpKind::Erf, "Erf"),
    unary(OpKind::Softplus, "Softplus"),
    unary(OpKind::Sigmoid, "Sigmoid"),
    unary(OpKind::Tanh, "Tanh"),
    unary(OpKind::Relu, "Relu"),
    unary(OpKind::LeakyRelu, "LeakyRelu"),
    unary(OpKind::Elu, "Elu"),
    unary(OpKind::Gelu, "Gelu"),
    unary(OpKind::Silu, "Silu"),
    OpInfo{OpKind::StopGradient, "StopGradient", 1, true, GradientKind::None},
    OpInfo{OpKind::Reduce, "Reduce", 1, false, GradientKind::Exact},
    OpInfo{OpKind::Expand, "Expand", 1, false, GradientKind::Exact},
    OpInfo{OpKind::Reshape, "Reshape", 1, false, GradientKind::Exact},
    spatial(OpKind::Permute, "Permute", 1),
    spatial(OpKind::Concat, "Concat", 2),
    spatial(OpKind::Slice, "Slice", 1),
    spatial(OpKind::Convolve, "Convolve", 2),
    spatial(OpKind::ConvolveTransposed, "ConvolveTransposed", 2),
    spatial(OpKind::ConvolveWeights, "ConvolveWeights", 2),
    spatial(OpKind::MaxPool, "MaxPool", 1),
    spatial(OpKind::SumPool, "SumPool", 1),
    spatial(OpKind::UpsampleNearest, "UpsampleNearest", 1),
    spatial(OpKind::UpsampleBilinear, "UpsampleBilinear", 1),
    spatial(OpKind::BilinearTransposed, "BilinearTransposed", 1),
    spatial(OpKind::PixelShuffle, "PixelShuffle", 1),
    spatial(OpKind::PixelUnshuffle, "PixelUnshuffle", 1),
};

} // namespace

std::span<const OpInfo> allOps() {
    return kOps;
}

const OpInfo& info(OpKind kind) {
    const OpInfo& row = kOps.at(static_cast<size_t>(kind));
    expects(row.kind == kind, "the op table is out of order at {}", row.name);
    return row;
}

} // namespace hourglass
