#include "core/exec/onednn/PrimitiveState.h"

namespace hourglass::onednn {

namespace {

Memory::desc matrix(int64_t rows, int64_t columns, bool transposed, StorageType type) {
    return {{rows, columns}, dataType(type), transposed ? Memory::format_tag::ba : Memory::format_tag::ab};
}

} // namespace

Result<std::unique_ptr<Primitive>> makeMatMul(const Device& device, const MatMulSpec& spec) {
    try {
        const Memory::desc a = matrix(spec.rows, spec.inner, spec.transposeA, spec.typeA);
        const Memory::desc b = matrix(spec.inner, spec.columns, spec.transposeB, spec.typeB);
        const Memory::desc c = matrix(spec.rows, spec.columns, false, spec.typeC);
        const Memory::desc bias({1, spec.columns}, Memory::data_type::f32, Memory::format_tag::ab);
        const dnnl::matmul::desc description =
            spec.hasBias ? dnnl::matmul::desc(a, b, bias, c) : dnnl::matmul::desc(a, b, c);
        const dnnl::matmul::primitive_desc compiled(description, attributesWith(spec.activation),
                                                    device.handles().engine);
        auto state = std::make_unique<Primitive::State>(device, dnnl::matmul(compiled), compiled.scratchpad_desc());
        state->add(DNNL_ARG_SRC, a);
        state->add(DNNL_ARG_WEIGHTS, b);
        state->add(DNNL_ARG_DST, c);
        if (spec.hasBias)
            state->add(DNNL_ARG_BIAS, bias);
        return std::make_unique<Primitive>(std::move(state));
    } catch (const dnnl::error& error) {
        return makeError(ErrorCode::Unsupported, "oneDNN has no product of {}×{} and {}×{} for this: {}.", spec.rows,
                         spec.inner, spec.inner, spec.columns, error.what());
    }
}

} // namespace hourglass::onednn
