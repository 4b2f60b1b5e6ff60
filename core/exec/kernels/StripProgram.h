#pragma once

// One pass over memory for a whole chain of elementwise ops: a straight-line program evaluated strip by strip, with the
// intermediate values of a strip held in cache. Losses and activation gradients run on it.
//
// Vector code is compiled for several instruction sets and chosen at run time (Highway).

#include <cstdint>
#include <span>
#include <vector>

#include "core/graph/Op.h"

namespace hourglass {

enum class StorageType : uint8_t { F32, BF16 };

// Element i of the pass reads element (i / repeat) % period of the input; period 0 means no wrap, so {1, 0} is the
// element itself, {1, K} a row [K] against [N, K], {K, 0} a column [N] against [N, K], {1, 1} a scalar.
struct StripInput {
    int64_t repeat = 1, period = 0;
    StorageType type = StorageType::F32;
};

// Value numbers: first the inputs, then one for each instruction. A Constant takes no operand; an Affine may take a
// second one, which is added.
struct StripInstruction {
    OpKind op;
    int a = -1, b = -1;
    float alpha = 0.0f, beta = 0.0f;
};

struct StripOutput {
    enum class Kind : uint8_t { Store, Sum };
    int value;
    Kind kind = Kind::Store;
    StorageType type = StorageType::F32; // of a Store
    double factor = 1.0;                 // of a Sum
};

struct StripProgram {
    static constexpr int kMaxValues = 48;
    static constexpr int64_t kStrip = 512;  // elements of a strip
    static constexpr int64_t kChunk = 8192; // elements that one thread takes at a time; fixes the order of sums

    int64_t elements = 0;
    std::vector<StripInput> inputs;
    std::vector<StripInstruction> instructions;
    std::vector<StripOutput> outputs;

    int64_t chunks() const { return (elements + kChunk - 1) / kChunk; }
    int values() const { return static_cast<int>(inputs.size() + instructions.size()); }
    int sums() const;
    // Simplifies: constants are folded, Affines joined with each other and with an Add. Then finds for every value a
    // place among few, so that a strip's values stay in the nearest cache. Call it once, when the program is complete.
    void finish();

    // By value: its place in scratch, and the last instruction (or, for those that are stored, the last of all) that
    // reads it.
    std::vector<int> slotOf, lastUses;
    int slotCount = 0;

    // Doubles of scratch that runStrips needs.
    int64_t partials() const { return chunks() * sums(); }
};

// Runs a finished program over all its elements on the compute threads. inputs[i] and outputs[i] are float or bf16 as
// declared; a Sum writes one float: factor · Σ value, in an order that does not depend on the number of threads. An
// output may be the same memory as an input that is read with {1, 0} and the same type.
void runStrips(const StripProgram& program, const void* const* inputs, void* const* outputs,
               std::span<double> partials);

// y[m] = factor · Σ_p Σ_s x[p, m, s] for x [outer, kept, inner]: column sums (inner = 1) and row sums (outer = 1).
// x is float or bf16; sums are float32 or better.
// `scratch` holds reduceScratchFloats(); the order of sums does not depend on the number of threads.
void reduceMiddle(const void* x, StorageType type, float* y, int64_t outer, int64_t kept, int64_t inner, float factor,
                  float* scratch);
int64_t reduceScratchFloats(int64_t outer, int64_t kept, int64_t inner);

} // namespace hourglass
