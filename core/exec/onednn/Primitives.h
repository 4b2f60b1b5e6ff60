#pragma once

// The one file that speaks oneDNN's language of descriptors (2.6; its 3.x API differs here and only here). A Primitive
// is created once, takes its scratch memory from the caller, and runs without allocating.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/Result.h"
#include "core/exec/kernels/StripProgram.h"
#include "core/graph/Op.h"

namespace hourglass::onednn {

// The CPU engine and its stream. Shared by all programs of an executor; used by the compute thread only.
class Device {
public:
    Device();
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    // Whether this CPU multiplies bf16 natively, as far as oneDNN may use it.
    static bool hasNativeBf16();
    // "avx512_core_bf16" and "2.6.3", as oneDNN says.
    static std::string instructionSet();
    static std::string libraryVersion();

    struct Handles;
    const Handles& handles() const { return *m_handles; }

private:
    std::unique_ptr<Handles> m_handles;
};

// c[rows, columns] = activation(op(a) · op(b) + bias), row-major, accumulated in float32.
struct MatMulSpec {
    int64_t rows, inner, columns;
    bool transposeA, transposeB;
    StorageType typeA, typeB, typeC;
    bool hasBias; // float32 [columns]
    std::optional<OpKind> activation;
    float activationAlpha = 0.0f;
};

class MatMulPrimitive {
public:
    static Result<std::unique_ptr<MatMulPrimitive>> create(const Device& device, const MatMulSpec& spec);
    ~MatMulPrimitive();
    MatMulPrimitive(const MatMulPrimitive&) = delete;
    MatMulPrimitive& operator=(const MatMulPrimitive&) = delete;

    int64_t scratchBytes() const;
    // `bias` may be null when there is none; `scratch` is 64-byte aligned.
    void run(const void* a, const void* b, const float* bias, void* c, void* scratch);

private:
    struct State;
    explicit MatMulPrimitive(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace hourglass::onednn
