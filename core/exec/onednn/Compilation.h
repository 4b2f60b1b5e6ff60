#pragma once

// A program in the making: the graph with its sizes, what has memory and in which type, the kernels so far, and how
// long each buffer lives. Emitters (Emitters.h) add kernels to it, one group at a time.

#include <map>

#include "core/exec/onednn/Fusion.h"
#include "core/exec/onednn/MemoryPlan.h"
#include "core/exec/onednn/OneDnnProgram.h"

namespace hourglass::onednn {

// 1 over the elements that a Reduce averages, or an Expand spreads an average over, in the larger shape.
double averageFactor(const Node& node, const Shape& large);

class Compilation {
public:
    Compilation(Graph graph, std::vector<Shape> shapes, std::shared_ptr<const Device> device,
                std::shared_ptr<const ParameterStore> store, const CompileOptions& options);

    // Decides what is stored and makes the values of inputs, parameters and stored nodes.
    void begin();
    // Gives outputs and buffers their places. OutOfMemory over the budget.
    Result<std::unique_ptr<Program>> finish();

    const Graph& graph() const { return m_graph; }
    const FusedGraph& fused() const { return m_fused; }
    const Device& device() const { return *m_parts.device; }
    bool isBf16() const { return m_options.precision == Precision::BF16; }
    NodeId resolve(NodeId id) const { return resolveView(m_graph, id); }
    const Shape& shapeOf(NodeId id) const { return m_shapes[index(id)]; }
    StorageType typeOf(NodeId id) const { return m_typeOf[index(id)]; }
    bool isStored(NodeId id) const { return m_isStored[index(id)]; }
    int valueOf(NodeId id) const { return m_valueOf[index(id)]; }
    const Value& value(int id) const { return m_parts.values[static_cast<size_t>(id)]; }

    // A buffer of the workspace; its life is filled in as kernels use it.
    int addBuffer(Shape shape, StorageType type);
    // Notes that the kernel about to be added uses a value, and gives it back.
    int used(int value);
    template <typename Work>
    void add(Work work) {
        m_parts.kernels.emplace_back(std::move(work));
    }
    void addStrip(StripProgram program, std::vector<int> inputs, std::vector<int> outputs);
    void addPrimitive(std::unique_ptr<Primitive> primitive, std::vector<int> values, bool onParametersOnly = false);
    // Weights [O, C, k, k] as a convolution wants them: made once per change of parameters where they are kept.
    Result<int> packedWeights(NodeId id, const PackedWeights& layout);
    // The same for Winograd's algorithm.
    int winogradWeights(NodeId id, const WinogradPlan& plan, bool isAdjoint);
    // A value's bf16 copy: of parameters the store's, of others made once per run.
    int asBf16(NodeId id);

private:
    struct Buffer {
        int value;
        BufferRequest request;
        bool isKept = false;
        int sharedWith = -1; // the buffer whose memory it takes over; its request then counts for both
    };

    // Whether what is made of a node alone serves later runs too.
    bool isKept(NodeId id) const { return m_graph.node(id).op == OpKind::Parameter && !m_options.parametersChange; }
    bool isSource(NodeId id) const {
        return m_graph.node(id).op == OpKind::Input || m_graph.node(id).op == OpKind::Parameter;
    }
    struct Packed {
        int from, to; // values
        PackedWeights layout;
    };
    int addValue(Value value);
    void keep(int value);
    void decideTypes();
    bool isOnlyGated(NodeId id) const;
    void addSources();
    void addCopy(int from, int to);
    void addOutputs();
    void workInPlace();
    Buffer* bufferOf(int value);
    Result<void> placeBuffers();

    Graph m_graph;
    std::vector<Shape> m_shapes;
    CompileOptions m_options;
    FusedGraph m_fused;
    std::vector<bool> m_isStored;
    std::vector<StorageType> m_typeOf;
    std::vector<int> m_valueOf; // by node
    std::vector<Buffer> m_buffers;
    std::map<int, size_t> m_bufferOf;               // by value
    std::map<int, int> m_bf16Copies;                // by value
    std::vector<std::pair<int, int64_t>> m_rounded; // copies of parameters, and where in the store's
    std::vector<Packed> m_packed;
    OneDnnProgram::Parts m_parts;
};

} // namespace hourglass::onednn
