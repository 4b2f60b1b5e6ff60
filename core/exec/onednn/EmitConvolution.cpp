#include "core/exec/onednn/Emitters.h"

namespace hourglass::onednn {

namespace {

// A picture as a product reads it: in bf16 where that is the program's precision.
int operandOf(Compilation& build, NodeId id) {
    const NodeId source = build.resolve(id);
    return build.isBf16() ? build.asBf16(source) : build.valueOf(source);
}

void emitFewOutputs(Compilation& build, const Group& group, const ConvolutionSpec& spec) {
    const Node& node = build.graph().node(group.nodes.front());
    const NodeId last = group.nodes.back();
    const int x = operandOf(build, node.inputs[0]), weights = build.valueOf(build.resolve(node.inputs[1]));
    const int scratch = build.addBuffer(Shape{spec.weights.elements()}, StorageType::F32);
    build.add(FewOutputsKernel{{build.used(x), spec.x},
                               {build.used(build.valueOf(last)), spec.y},
                               build.used(weights),
                               group.bias ? build.used(build.valueOf(*group.bias)) : -1,
                               build.used(scratch),
                               spec.weights,
                               spec.window});
}

// Whether Winograd's algorithm computes a convolution, and then how. It computes in float32 on bf16 pictures too:
// measured on AVX-512 with bf16 dot products, a quarter faster than those, and more exact. Processors that multiply
// bf16 tiles are another matter.
std::optional<WinogradPlan> winogradPlan(const Compilation& build, const ConvolutionSpec& spec) {
    if (build.isBf16() && Device::hasMatrixTiles())
        return std::nullopt;
    if (spec.kind != ConvolutionSpec::Kind::Transposed)
        return planWinograd(spec.x, spec.y, spec.weights[2], spec.window);
    const int64_t reach = spec.weights[2] - 1; // the adjoint of a convolution is one from y to x, of flipped weights
    return planWinograd(spec.y, spec.x, spec.weights[2],
                        {spec.window.stride, reach - spec.window.padBefore, reach - spec.window.padAfter});
}

// An activation that the kernel before could not apply.
void emitInPlace(Compilation& build, NodeId activation, int value) {
    const Node& node = build.graph().node(activation);
    StripProgram program;
    program.elements = build.shapeOf(activation).elements();
    program.inputs.push_back({1, 0, build.typeOf(activation)});
    program.instructions.push_back(
        {node.op, 0, -1, static_cast<float>(node.attributes.alpha), static_cast<float>(node.attributes.beta)});
    program.outputs.push_back({1, StripOutput::Kind::Store, build.typeOf(activation), 1.0});
    build.addStrip(std::move(program), {value}, {value});
}

void emitWinograd(Compilation& build, const Group& group, const ConvolutionSpec& spec, const WinogradPlan& plan) {
    const Node& node = build.graph().node(group.nodes.front());
    const NodeId first = build.resolve(node.inputs[0]), second = build.resolve(node.inputs[1]);
    const bool isGradient = spec.kind == ConvolutionSpec::Kind::Weights;
    // A kernel of its own, so before anything is noted as used by the one that follows.
    const int weights =
        isGradient ? -1 : build.winogradWeights(second, plan, spec.kind == ConvolutionSpec::Kind::Transposed);
    const int x = build.used(build.valueOf(first)), result = build.used(build.valueOf(group.nodes.back()));
    if (isGradient) {
        const int scratch = build.addBuffer(Shape{plan.gradientScratchFloats()}, StorageType::F32);
        build.add(WinogradGradientKernel{
            plan, {x, plan.x}, {build.used(build.valueOf(second)), plan.y}, result, build.used(scratch)});
        return;
    }
    const int scratch = build.addBuffer(Shape{plan.scratchFloats()}, StorageType::F32);
    const bool rectifies = group.activation && build.graph().node(*group.activation).op == OpKind::Relu;
    build.add(WinogradKernel{plan,
                             {x, plan.x},
                             {result, plan.y},
                             build.used(weights),
                             group.bias ? build.used(build.valueOf(*group.bias)) : -1,
                             build.used(scratch),
                             rectifies});
    if (group.activation && !rectifies)
        emitInPlace(build, *group.activation, result);
}

} // namespace

Result<void> emitConvolution(Compilation& build, const Group& group) {
    using Kind = ConvolutionSpec::Kind;
    const Node& node = build.graph().node(group.nodes.front());
    const NodeId last = group.nodes.back(), first = node.inputs[0], second = node.inputs[1];
    const Kind kind = node.op == OpKind::Convolve             ? Kind::Forward
                      : node.op == OpKind::ConvolveTransposed ? Kind::Transposed
                                                              : Kind::Weights;
    const Shape result = build.shapeOf(last);
    const ConvolutionSpec spec{
        .kind = kind,
        .x = kind == Kind::Transposed ? result : build.shapeOf(first),
        .y = kind == Kind::Forward ? result : build.shapeOf(kind == Kind::Transposed ? first : second),
        .weights = kind == Kind::Weights ? result : build.shapeOf(second),
        .window = {node.attributes.stride, node.attributes.padBefore, node.attributes.padAfter},
        .typeOperands = build.isBf16() ? StorageType::BF16 : StorageType::F32,
        .typeResult = build.typeOf(last),
        .hasBias = group.bias.has_value(),
        .activation = activationOf(build, group),
    };
    if (kind == Kind::Forward && !group.activation && spec.typeResult == StorageType::F32 &&
        suitsFewOutputs(spec.x, spec.weights, spec.window)) {
        emitFewOutputs(build, group, spec);
        return {};
    }
    if (const std::optional<WinogradPlan> plan = winogradPlan(build, spec)) {
        emitWinograd(build, group, spec, *plan);
        return {};
    }
    if (kind == Kind::Weights)
        if (const auto plan = planWeightGradient(spec.x, spec.y, spec.weights[2], spec.window)) {
            const int scratch = build.addBuffer(Shape{plan->scratchFloats()}, StorageType::F32);
            build.add(WeightGradientKernel{*plan,
                                           {build.used(build.valueOf(build.resolve(first))), spec.x},
                                           {build.used(build.valueOf(build.resolve(second))), spec.y},
                                           build.used(build.valueOf(last)),
                                           build.used(scratch)});
            return {};
        }
    Result<Convolution> made = makeConvolution(build.device(), spec);
    if (!made)
        return std::move(made).error();
    if (kind != Kind::Weights) {
        Result<int> weights = build.packedWeights(second, made->weights);
        if (!weights)
            return std::move(weights).error();
        std::vector<int> values = {operandOf(build, first), *weights, build.valueOf(last)};
        if (group.bias)
            values.push_back(build.valueOf(*group.bias));
        build.addPrimitive(std::move(made->primitive), std::move(values));
        return {};
    }
    auto unpacking = makePacking(build.device(), result, made->weights, true);
    if (!unpacking)
        return std::move(unpacking).error();
    const int x = operandOf(build, first), y = operandOf(build, second);
    const int packed = build.addBuffer(Shape{(made->weights.bytes() + 3) / 4}, StorageType::F32);
    build.addPrimitive(std::move(made->primitive), {x, y, packed});
    build.addPrimitive(*std::move(unpacking), {packed, build.valueOf(last)});
    return {};
}

} // namespace hourglass::onednn
