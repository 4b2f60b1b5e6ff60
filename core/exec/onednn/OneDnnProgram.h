#pragma once

// A compiled program as data: values (where each lies), and kernels that read and write them in order.

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/exec/Program.h"
#include "core/exec/kernels/FewOutputs.h"
#include "core/exec/kernels/WeightGradient.h"
#include "core/exec/kernels/Winograd.h"
#include "core/exec/onednn/Primitives.h"

namespace hourglass::onednn {

// Something with an address: an input, a parameter, an output or a buffer in the workspace.
struct Value {
    Shape shape;
    StorageType type = StorageType::F32;
    void* data = nullptr;
    int64_t offset = -1; // in the workspace; -1: lies elsewhere
};

struct PrimitiveKernel {
    std::unique_ptr<Primitive> primitive;
    std::vector<int> values = {}; // its arguments
    int scratch = -1;
    std::vector<void*> data = {}; // gathered at each run; sized once
};

struct StripKernel {
    StripProgram program;
    std::vector<int> inputs, outputs; // values, in the program's order
    std::vector<double> partials;
    std::vector<const void*> inputData; // gathered at each run; sized once
    std::vector<void*> outputData;
};

struct ReduceKernel {
    int x, y;
    int64_t outer, kept, inner;
    float factor;
    int scratch; // -1: none
};

// A value as a kernel of ours sees it.
struct Operand {
    int value;
    Shape shape; // whatever the value was made as
};

// An op that moves elements between places.
struct MoveKernel {
    OpKind op;
    OpAttributes attributes;
    std::vector<Operand> inputs;
    Operand result;
};

// A convolution with few outputs (kernels/FewOutputs.h).
struct FewOutputsKernel {
    Operand x, y;
    int weights, bias, scratch; // bias -1: none
    Shape weightShape;
    Window window;
};

// A convolution by Winograd's algorithm, and the transform of its weights (kernels/Winograd.h).
struct WinogradKernel {
    WinogradPlan plan;
    Operand x, y;
    int weights, bias, scratch; // weights transformed; bias -1: none
    bool rectify;
};
struct WinogradGradientKernel {
    WinogradPlan plan;
    Operand x, dy;
    int dw, scratch;
};
struct WeightGradientKernel {
    WeightGradientPlan plan;
    Operand x, dy;
    int dw, scratch;
};
struct WinogradWeightsKernel {
    WinogradPlan plan;
    int from, to;
    bool isAdjoint;
};

struct Kernel {
    template <typename Work>
    explicit Kernel(Work made, bool parametersOnly = false)
        : work(std::in_place_type<Work>, std::move(made)), onParametersOnly(parametersOnly) {}

    std::variant<PrimitiveKernel, StripKernel, ReduceKernel, MoveKernel, FewOutputsKernel, WinogradKernel,
                 WinogradWeightsKernel, WinogradGradientKernel, WeightGradientKernel>
        work;
    // Depends on parameters alone (packed weights): skipped until they change.
    bool onParametersOnly = false;
};

struct NamedValue {
    std::string name;
    int value;
    Shape shape; // as the graph has it; the value itself may be shown under several
};

class OneDnnProgram final : public Program {
public:
    struct Parts {
        std::vector<Value> values;
        std::vector<Kernel> kernels;
        std::vector<NamedValue> inputs, outputs;
        std::shared_ptr<Workspace> workspace;
        size_t needed = 0;             // bytes of the workspace
        bool isShared = false;         // the workspace
        AlignedBuffer<std::byte> kept; // made of parameters, until they change
        std::shared_ptr<const Device> device;
        std::shared_ptr<const ParameterStore> store;
        bool readsRounded = false; // the store's bf16
    };
    explicit OneDnnProgram(Parts parts) : m_parts(std::move(parts)) { findWorkspace(); }

    int inputSlot(const std::string& name) const override;
    int outputSlot(const std::string& name) const override;
    bool hasInput(const std::string& name) const override;
    const Shape& inputShape(int slot) const override;
    const Shape& outputShape(int slot) const override;
    void bindInput(int slot, const float* data) override;
    void bindOutput(int slot, float* data) override;
    std::span<const float> output(int slot) const override;
    RunOutcome run(std::stop_token stop) override;
    size_t workspaceBytes() const override {
        return m_parts.kept.size() + (m_parts.isShared ? 0 : m_parts.workspace->bytes());
    }

private:
    void runKernel(PrimitiveKernel& kernel);
    void runKernel(StripKernel& kernel);
    void runKernel(ReduceKernel& kernel);
    void runKernel(MoveKernel& kernel);
    void runKernel(FewOutputsKernel& kernel);
    void runKernel(WinogradKernel& kernel);
    void runKernel(WinogradWeightsKernel& kernel);
    void runKernel(WinogradGradientKernel& kernel);
    void runKernel(WeightGradientKernel& kernel);
    float* floatsOf(int value) const { return value < 0 ? nullptr : static_cast<float*>(dataOf(value)); }
    ConstTensorView viewOf(const Operand& operand) const;
    TensorView targetOf(const Operand& operand) const;
    void* dataOf(int value) const { return m_parts.values[static_cast<size_t>(value)].data; }

    void findWorkspace();

    Parts m_parts;
    const std::byte* m_base = nullptr; // where the workspace was last seen
    uint64_t m_seenVersion = 0;
};

} // namespace hourglass::onednn
