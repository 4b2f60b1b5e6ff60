#include "core/exec/onednn/PrimitiveState.h"

namespace hourglass::onednn {

namespace {

void appendActivation(dnnl::post_ops& ops, OpKind activation, float alpha) {
    using Algorithm = dnnl::algorithm;
    const auto append = [&](Algorithm algorithm, float a) { ops.append_eltwise(1.0f, algorithm, a, 0.0f); };
    switch (activation) {
    case OpKind::Relu:
        return append(Algorithm::eltwise_relu, 0.0f);
    case OpKind::LeakyRelu:
        return append(Algorithm::eltwise_relu, alpha);
    case OpKind::Elu:
        return append(Algorithm::eltwise_elu, alpha);
    case OpKind::Sigmoid:
        return append(Algorithm::eltwise_logistic, 0.0f);
    case OpKind::Tanh:
        return append(Algorithm::eltwise_tanh, 0.0f);
    case OpKind::Gelu:
        return append(Algorithm::eltwise_gelu_erf, 0.0f);
    case OpKind::Silu:
        return append(Algorithm::eltwise_swish, 1.0f);
    default:
        throw ContractError(fmt::format("{} cannot be fused into a product", info(activation).name));
    }
}

} // namespace

dnnl::primitive_attr attributesWith(const std::optional<FusedActivation>& activation) {
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (activation) {
        dnnl::post_ops ops;
        appendActivation(ops, activation->op, activation->alpha);
        attributes.set_post_ops(ops);
    }
    return attributes;
}

Device::Device() : m_handles(std::make_unique<Handles>()) {}
Device::~Device() = default;

bool Device::hasNativeBf16() {
    const auto isa = dnnl::get_effective_cpu_isa();
    return isa == dnnl::cpu_isa::avx512_core_bf16 || isa == dnnl::cpu_isa::avx512_core_amx;
}

bool Device::hasMatrixTiles() {
    return dnnl::get_effective_cpu_isa() == dnnl::cpu_isa::avx512_core_amx;
}

std::string Device::instructionSet() {
    switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::sse41:
        return "sse41";
    case dnnl::cpu_isa::avx:
        return "avx";
    case dnnl::cpu_isa::avx2:
        return "avx2";
    case dnnl::cpu_isa::avx2_vnni:
        return "avx2_vnni";
    case dnnl::cpu_isa::avx512_core:
        return "avx512_core";
    case dnnl::cpu_isa::avx512_core_vnni:
        return "avx512_core_vnni";
    case dnnl::cpu_isa::avx512_core_bf16:
        return "avx512_core_bf16";
    case dnnl::cpu_isa::avx512_core_amx:
        return "avx512_core_amx";
    default:
        return "other";
    }
}

std::string Device::libraryVersion() {
    const dnnl_version_t* version = dnnl_version();
    return fmt::format("{}.{}.{}", version->major, version->minor, version->patch);
}

Primitive::State::State(const Device& device, const dnnl::primitive& made, const Memory::desc& scratchpad)
    : primitive(made), stream(device.handles().stream), scratch(scratchpad, device.handles().engine),
      scratchBytes(static_cast<int64_t>(scratchpad.get_size())), m_engine(device.handles().engine) {
    list[0] = {DNNL_ARG_SCRATCHPAD, scratch.get()};
}

void Primitive::State::add(int kind, const Memory::desc& description) {
    arguments.at(count) = Argument(description, m_engine);
    list.at(count + 1) = {kind, arguments.at(count).get()};
    ++count;
}

Primitive::Primitive(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Primitive::~Primitive() = default;

int64_t Primitive::scratchBytes() const {
    return m_state->scratchBytes;
}

void Primitive::run(std::span<void* const> data, void* scratch) {
    State& s = *m_state;
    expects(data.size() == s.count, "{} arguments for a primitive of {}", data.size(), s.count);
    for (size_t i = 0; i < s.count; ++i)
        s.arguments[i].point(data[i]);
    if (s.scratchBytes > 0)
        s.scratch.point(scratch);
    const dnnl_status_t status =
        dnnl_primitive_execute(s.primitive.get(), s.stream.get(), static_cast<int>(s.count) + 1, s.list.data());
    expects(status == dnnl_success, "oneDNN failed to run a primitive (status {})", static_cast<int>(status));
}

} // namespace hourglass::onednn
