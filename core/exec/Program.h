#pragma once

// A compiled Graph: shapes are numbers, memory is planned, primitives exist; run() allocates nothing.
//
// Inputs and outputs are float32, row-major. An input stays the caller's memory and is bound before the first run; an
// output lies in the workspace, or in the caller's memory once bound (gradients are bound to the gradient arena).
// Parameters are read from the store given to compile(); its values may change between runs.
//
// Threads: one Program is used by one thread at a time, the compute thread.

#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "core/exec/ParameterStore.h"
#include "core/exec/Workspace.h"
#include "core/graph/Graph.h"

namespace hourglass {

enum class Precision { F32, BF16 };

// What a process holds once it computes at all: compiled kernels, their tables, thread stacks (measured, 5 to 9 MiB).
inline constexpr int64_t kEngineBytes = int64_t{6} << 20;

// What run() came to. A cancelled run leaves outputs undefined.
enum class RunOutcome { Done, Cancelled };

class Program {
public:
    virtual ~Program() = default;

    // Slots are found once and used every step. ContractError for an unknown name.
    virtual int inputSlot(const std::string& name) const = 0;
    virtual int outputSlot(const std::string& name) const = 0;
    virtual bool hasInput(const std::string& name) const = 0;
    virtual const Shape& inputShape(int slot) const = 0;
    virtual const Shape& outputShape(int slot) const = 0;

    virtual void bindInput(int slot, const float* data) = 0;
    virtual void bindOutput(int slot, float* data) = 0;
    // Valid after run(), until the next of this program or of one that shares its workspace.
    virtual std::span<const float> output(int slot) const = 0;

    // Cancellation is looked at between nodes.
    virtual RunOutcome run(std::stop_token stop = {}) = 0;

    // Bytes that are this program's alone, besides parameters, inputs and bound outputs: copies of parameters that are
    // kept, and the workspace unless it is shared.
    virtual size_t workspaceBytes() const = 0;

    // Conveniences for callers that are not in a hurry.
    void bindInput(const std::string& name, std::span<const float> data);
    Tensor outputTensor(const std::string& name) const;
};

struct CompileOptions {
    SymbolSizes sizes = {};
    Precision precision = Precision::F32;
    size_t memoryBudget = SIZE_MAX; // bytes; compile fails with OutOfMemory rather than plan more
    // Shared with other programs of the same thread; null: the program has its own.
    std::shared_ptr<Workspace> workspace = {};
    // Whether parameters change from run to run, as in training: nothing made of them is kept then.
    bool parametersChange = false;
    // Outputs that the caller binds before the first run: they get no memory in the program.
    std::vector<std::string> boundOutputs = {};
};

class Executor {
public:
    virtual ~Executor() = default;
    // Compiles the part of the graph that its outputs need. The store must hold every parameter of that part, under the
    // same name and shape. Errors: InvalidArgument for sizes the graph cannot take, OutOfMemory over the budget,
    // Unsupported for a precision this executor or machine does not have.
    virtual Result<std::unique_ptr<Program>> compile(const Graph& graph, std::shared_ptr<const ParameterStore> store,
                                                     const CompileOptions& options) = 0;
};

} // namespace hourglass
