#pragma once

// The files that speak oneDNN's language of descriptors (2.6; its 3.x API differs in these only): Primitives.cpp,
// Products.cpp, Convolutions.cpp. A Primitive is created once, takes its memory from the caller, and runs without
// allocating.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/Result.h"
#include "core/exec/kernels/StripProgram.h"
#include "core/graph/Graph.h"

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
    // Whether it multiplies whole tiles of bf16 (AMX), many times faster than vectors.
    static bool hasMatrixTiles();
    // "avx512_core_bf16" and "2.6.3", as oneDNN says.
    static std::string instructionSet();
    static std::string libraryVersion();

    struct Handles;
    const Handles& handles() const { return *m_handles; }

private:
    std::unique_ptr<Handles> m_handles;
};

class Primitive {
public:
    struct State;
    explicit Primitive(std::unique_ptr<State> state);
    ~Primitive();
    Primitive(const Primitive&) = delete;
    Primitive& operator=(const Primitive&) = delete;

    int64_t scratchBytes() const;
    // data[i] is what the factory names as argument i; `scratch` is 64-byte aligned.
    void run(std::span<void* const> data, void* scratch);

private:
    std::unique_ptr<State> m_state;
};

// An elementwise op that a primitive applies while it stores its result.
struct FusedActivation {
    OpKind op;
    float alpha = 0.0f;
};

// c[rows, columns] = activation(op(a) · op(b) + bias), row-major, accumulated in float32. Arguments: a, b, c, bias.
struct MatMulSpec {
    int64_t rows, inner, columns;
    bool transposeA, transposeB;
    StorageType typeA, typeB, typeC;
    bool hasBias; // float32 [columns]
    std::optional<FusedActivation> activation;
};
Result<std::unique_ptr<Primitive>> makeMatMul(const Device& device, const MatMulSpec& spec);

// How oneDNN wants weights to lie for one convolution: opaque.
class PackedWeights {
public:
    struct State;
    explicit PackedWeights(std::shared_ptr<const State> state) : m_state(std::move(state)) {}
    int64_t bytes() const;
    const State& state() const { return *m_state; }
    // Whether a buffer of one is a buffer of the other.
    bool operator==(const PackedWeights& other) const;

private:
    std::shared_ptr<const State> m_state;
};

// A convolution between x [N, H, W, C] and y [N, H', W', O] by weights [O, C, k, k], and its two adjoints.
// Arguments: Forward x, w, y, bias; Transposed y, w, x; Weights x, y, w.
struct ConvolutionSpec {
    enum class Kind { Forward, Transposed, Weights } kind;
    Shape x, y, weights; // x and y with the channels last
    Window window;
    StorageType typeOperands, typeResult; // of a Weights' result always float32
    bool hasBias = false;                 // float32 [O], Forward only
    std::optional<FusedActivation> activation = {};
};
struct Convolution {
    std::unique_ptr<Primitive> primitive;
    PackedWeights weights;
};
Result<Convolution> makeConvolution(const Device& device, const ConvolutionSpec& spec);

// Copies float32 weights [O, C, k, k] into a packed buffer, or back. Arguments: from, to.
Result<std::unique_ptr<Primitive>> makePacking(const Device& device, const Shape& weights, const PackedWeights& packed,
                                               bool unpack);

} // namespace hourglass::onednn
