// Pictures lie with their channels last: measured on AVX-512, oneDNN's kernels for [N, H, W, C] are as fast as those
// for its blocked layouts, better with one channel, need no padding, and leave every elementwise pass and column sum
// flat.

#include "core/exec/onednn/PrimitiveState.h"

namespace hourglass::onednn {

namespace {

Memory::desc picture(const Shape& shape, StorageType type) {
    return {{shape[0], shape[3], shape[1], shape[2]}, dataType(type), Memory::format_tag::nhwc};
}

Memory::desc anyWeights(const Shape& shape, StorageType type) {
    return {{shape[0], shape[1], shape[2], shape[3]}, dataType(type), Memory::format_tag::any};
}

// What all three kinds are described by.
struct Description {
    Memory::desc x, y, weights, bias;
    Memory::dims strides, before, after;

    explicit Description(const ConvolutionSpec& spec)
        : x(picture(spec.x, spec.kind == ConvolutionSpec::Kind::Transposed ? spec.typeResult : spec.typeOperands)),
          y(picture(spec.y, spec.kind == ConvolutionSpec::Kind::Forward ? spec.typeResult : spec.typeOperands)),
          weights(anyWeights(spec.weights,
                             spec.kind == ConvolutionSpec::Kind::Weights ? StorageType::F32 : spec.typeOperands)),
          bias({spec.weights[0]}, Memory::data_type::f32, Memory::format_tag::x), strides{spec.window.stride,
                                                                                          spec.window.stride},
          before{spec.window.padBefore, spec.window.padBefore}, after{spec.window.padAfter, spec.window.padAfter} {}
};

using Forward = dnnl::convolution_forward;
using Transposed = dnnl::convolution_backward_data;
using Weights = dnnl::convolution_backward_weights;
constexpr auto kDirect = dnnl::algorithm::convolution_direct;

Forward::primitive_desc forward(const Description& d, bool hasBias, const dnnl::primitive_attr& attributes,
                                const dnnl::engine& engine) {
    constexpr auto kKind = dnnl::prop_kind::forward_training;
    const Forward::desc description =
        hasBias ? Forward::desc(kKind, kDirect, d.x, d.weights, d.bias, d.y, d.strides, d.before, d.after)
                : Forward::desc(kKind, kDirect, d.x, d.weights, d.y, d.strides, d.before, d.after);
    return {description, attributes, engine};
}

// The forward convolution that the adjoints' descriptions refer to, of operands of one type.
Forward::primitive_desc hint(const ConvolutionSpec& spec, const dnnl::engine& engine) {
    ConvolutionSpec plain = spec;
    plain.kind = ConvolutionSpec::Kind::Forward;
    plain.typeResult = spec.typeOperands;
    return forward(Description(plain), false, attributesWith({}), engine);
}

PackedWeights packed(const Memory::desc& description) {
    return PackedWeights(std::make_shared<const PackedWeights::State>(PackedWeights::State{description}));
}

// oneDNN 2.6's bf16 kernel for the adjoint of a 1×1 convolution reads channels of y in pairs, also past an odd last
// one: wrong results. The next implementation takes its place.
void avoidOddPairs(const ConvolutionSpec& spec, Transposed::primitive_desc& compiled) {
    const bool concerned =
        spec.typeOperands == StorageType::BF16 && spec.weights[2] == 1 && spec.weights[3] == 1 && spec.y[3] % 2 == 1;
    while (concerned && std::string_view(compiled.impl_info_str()).find("bf16_1x1") != std::string_view::npos)
        if (!compiled.next_impl())
            throw dnnl::error(dnnl_unimplemented, "only a faulty implementation");
}

Convolution make(const Device& device, const ConvolutionSpec& spec) {
    const dnnl::engine& engine = device.handles().engine;
    const Description d(spec);
    const dnnl::primitive_attr attributes = attributesWith(spec.activation);
    std::unique_ptr<Primitive::State> state;
    Memory::desc weights;
    switch (spec.kind) {
    case ConvolutionSpec::Kind::Forward: {
        const Forward::primitive_desc compiled = forward(d, spec.hasBias, attributes, engine);
        state = std::make_unique<Primitive::State>(device, Forward(compiled), compiled.scratchpad_desc());
        weights = compiled.weights_desc();
        state->add(DNNL_ARG_SRC, d.x);
        state->add(DNNL_ARG_WEIGHTS, weights);
        state->add(DNNL_ARG_DST, d.y);
        if (spec.hasBias)
            state->add(DNNL_ARG_BIAS, d.bias);
        break;
    }
    case ConvolutionSpec::Kind::Transposed: {
        const Transposed::desc description(kDirect, d.x, d.weights, d.y, d.strides, d.before, d.after);
        const Forward::primitive_desc asked = hint(spec, engine); // looked at again by next_impl()
        Transposed::primitive_desc compiled(description, attributes, engine, asked);
        avoidOddPairs(spec, compiled);
        state = std::make_unique<Primitive::State>(device, Transposed(compiled), compiled.scratchpad_desc());
        weights = compiled.weights_desc();
        state->add(DNNL_ARG_DIFF_DST, d.y);
        state->add(DNNL_ARG_WEIGHTS, weights);
        state->add(DNNL_ARG_DIFF_SRC, d.x);
        break;
    }
    case ConvolutionSpec::Kind::Weights: {
        const Weights::desc description(kDirect, d.x, d.weights, d.y, d.strides, d.before, d.after);
        const Weights::primitive_desc compiled(description, attributes, engine, hint(spec, engine));
        state = std::make_unique<Primitive::State>(device, Weights(compiled), compiled.scratchpad_desc());
        weights = compiled.diff_weights_desc();
        state->add(DNNL_ARG_SRC, d.x);
        state->add(DNNL_ARG_DIFF_DST, d.y);
        state->add(DNNL_ARG_DIFF_WEIGHTS, weights);
        break;
    }
    }
    return {std::make_unique<Primitive>(std::move(state)), packed(weights)};
}

} // namespace

int64_t PackedWeights::bytes() const {
    return static_cast<int64_t>(m_state->description.get_size());
}

bool PackedWeights::operator==(const PackedWeights& other) const {
    return m_state->description == other.m_state->description;
}

Result<Convolution> makeConvolution(const Device& device, const ConvolutionSpec& spec) {
    try {
        return make(device, spec);
    } catch (const dnnl::error& error) {
        return makeError(ErrorCode::Unsupported, "oneDNN has no convolution of {} by {} for this: {}.",
                         spec.x.toString(), spec.weights.toString(), error.what());
    }
}

Result<std::unique_ptr<Primitive>> makePacking(const Device& device, const Shape& weights, const PackedWeights& packed,
                                               bool unpack) {
    try {
        const dnnl::engine& engine = device.handles().engine;
        const Memory::desc plain({weights[0], weights[1], weights[2], weights[3]}, Memory::data_type::f32,
                                 Memory::format_tag::oihw);
        const Memory::desc& from = unpack ? packed.state().description : plain;
        const Memory::desc& to = unpack ? plain : packed.state().description;
        const dnnl::reorder::primitive_desc compiled(engine, from, engine, to, attributesWith({}));
        auto state = std::make_unique<Primitive::State>(device, dnnl::reorder(compiled), compiled.scratchpad_desc());
        state->add(DNNL_ARG_FROM, from);
        state->add(DNNL_ARG_TO, to);
        return std::make_unique<Primitive>(std::move(state));
    } catch (const dnnl::error& error) {
        return makeError(ErrorCode::Unsupported, "oneDNN cannot reorder weights of {}: {}.", weights.toString(),
                         error.what());
    }
}

} // namespace hourglass::onednn
