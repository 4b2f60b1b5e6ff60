#include "core/exec/onednn/Primitives.h"

#include <array>

#include <dnnl.hpp>

namespace hourglass::onednn {

namespace {

using Memory = dnnl::memory;

Memory::data_type dataType(StorageType type) {
    return type == StorageType::F32 ? Memory::data_type::f32 : Memory::data_type::bf16;
}

Memory::desc matrix(int64_t rows, int64_t columns, bool transposed, StorageType type) {
    return {{rows, columns}, dataType(type), transposed ? Memory::format_tag::ba : Memory::format_tag::ab};
}

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

// A oneDNN memory object whose buffer is the caller's and may change from run to run.
class Argument {
public:
    Argument() = default;
    Argument(const Memory::desc& description, const dnnl::engine& engine)
        : m_memory(description, engine, DNNL_MEMORY_NONE) {}
    void point(const void* data) {
        if (data == m_data)
            return;
        m_memory.set_data_handle(const_cast<void*>(data));
        m_data = data;
    }
    dnnl_memory_t get() const { return m_memory.get(); }

private:
    Memory m_memory;
    const void* m_data = nullptr;
};

} // namespace

struct Device::Handles {
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
};

Device::Device() : m_handles(std::make_unique<Handles>()) {}
Device::~Device() = default;

bool Device::hasNativeBf16() {
    const auto isa = dnnl::get_effective_cpu_isa();
    return isa == dnnl::cpu_isa::avx512_core_bf16 || isa == dnnl::cpu_isa::avx512_core_amx;
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

struct MatMulPrimitive::State {
    dnnl::matmul primitive;
    dnnl::stream stream;
    Argument a, b, bias, c, scratch;
    int64_t scratchBytes = 0;
    // Built once: the C++ execute() would allocate a map on every call.
    std::array<dnnl_exec_arg_t, 5> arguments{};
    int argumentCount = 0;
};

MatMulPrimitive::MatMulPrimitive(std::unique_ptr<State> state) : m_state(std::move(state)) {}
MatMulPrimitive::~MatMulPrimitive() = default;

Result<std::unique_ptr<MatMulPrimitive>> MatMulPrimitive::create(const Device& device, const MatMulSpec& spec) {
    try {
        const dnnl::engine& engine = device.handles().engine;
        const Memory::desc a = matrix(spec.rows, spec.inner, spec.transposeA, spec.typeA);
        const Memory::desc b = matrix(spec.inner, spec.columns, spec.transposeB, spec.typeB);
        const Memory::desc c = matrix(spec.rows, spec.columns, false, spec.typeC);
        const Memory::desc bias({1, spec.columns}, Memory::data_type::f32, Memory::format_tag::ab);
        dnnl::primitive_attr attributes;
        attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
        if (spec.activation) {
            dnnl::post_ops ops;
            appendActivation(ops, *spec.activation, spec.activationAlpha);
            attributes.set_post_ops(ops);
        }
        const dnnl::matmul::desc description =
            spec.hasBias ? dnnl::matmul::desc(a, b, bias, c) : dnnl::matmul::desc(a, b, c);
        const dnnl::matmul::primitive_desc compiled(description, attributes, engine);

        auto state = std::make_unique<State>();
        state->primitive = dnnl::matmul(compiled);
        state->stream = device.handles().stream;
        state->a = Argument(a, engine);
        state->b = Argument(b, engine);
        state->c = Argument(c, engine);
        state->bias = Argument(bias, engine);
        state->scratch = Argument(compiled.scratchpad_desc(), engine);
        state->scratchBytes = static_cast<int64_t>(compiled.scratchpad_desc().get_size());
        const auto argument = [&](int kind, const Argument& value) {
            state->arguments[static_cast<size_t>(state->argumentCount++)] = {kind, value.get()};
        };
        argument(DNNL_ARG_SRC, state->a);
        argument(DNNL_ARG_WEIGHTS, state->b);
        argument(DNNL_ARG_DST, state->c);
        argument(DNNL_ARG_SCRATCHPAD, state->scratch);
        if (spec.hasBias)
            argument(DNNL_ARG_BIAS, state->bias);
        return std::unique_ptr<MatMulPrimitive>(new MatMulPrimitive(std::move(state)));
    } catch (const dnnl::error& error) {
        return makeError(ErrorCode::Unsupported, "oneDNN has no product of {}×{} and {}×{} for this: {}.", spec.rows,
                         spec.inner, spec.inner, spec.columns, error.what());
    }
}

int64_t MatMulPrimitive::scratchBytes() const {
    return m_state->scratchBytes;
}

void MatMulPrimitive::run(const void* a, const void* b, const float* bias, void* c, void* scratch) {
    State& s = *m_state;
    s.a.point(a);
    s.b.point(b);
    s.c.point(c);
    s.bias.point(bias);
    if (s.scratchBytes > 0)
        s.scratch.point(scratch);
    const dnnl_status_t status =
        dnnl_primitive_execute(s.primitive.get(), s.stream.get(), s.argumentCount, s.arguments.data());
    expects(status == dnnl_success, "oneDNN failed to run a product (status {})", static_cast<int>(status));
}

} // namespace hourglass::onednn
