// From a graph to a program: which nodes get memory and in which type, one kernel for each group, and where the
// memory lies.

#include <algorithm>
#include <map>

#include "core/base/Parallel.h"
#include "core/exec/onednn/Fusion.h"
#include "core/exec/onednn/MemoryPlan.h"
#include "core/exec/onednn/OneDnnExecutor.h"
#include "core/exec/onednn/OneDnnProgram.h"

namespace hourglass {

namespace onednn {

namespace {

class Compiler {
public:
    Compiler(Graph graph, std::vector<Shape> shapes, std::shared_ptr<const Device> device,
             std::shared_ptr<const ParameterStore> store, const CompileOptions& options)
        : m_graph(std::move(graph)), m_shapes(std::move(shapes)), m_options(options), m_valueOf(m_graph.size(), -1) {
        m_parts.device = std::move(device);
        m_parts.store = std::move(store);
    }

    Result<std::unique_ptr<Program>> compile() {
        m_fused = fuse(m_graph, m_shapes);
        decideTypes();
        addSources();
        for (size_t i = 0; i < m_graph.size(); ++i)
            if (m_isStored[i])
                m_valueOf[i] = addBuffer(m_shapes[i], m_typeOf[i]);
        for (const Group& group : m_fused.groups)
            if (Result<void> added = addGroup(group); !added)
                return std::move(added).error();
        addOutputs();
        if (Result<void> placed = placeBuffers(); !placed)
            return std::move(placed).error();
        return std::unique_ptr<Program>(std::make_unique<OneDnnProgram>(std::move(m_parts)));
    }

private:
    struct Buffer {
        int value;
        BufferRequest request;
    };

    NodeId resolve(NodeId id) const { return resolveView(m_graph, id); }
    const Shape& shapeOf(NodeId id) const { return m_shapes[index(id)]; }
    bool isSource(NodeId id) const {
        return m_graph.node(id).op == OpKind::Input || m_graph.node(id).op == OpKind::Parameter;
    }

    // A node needs memory if it is an output or used outside its group. In bf16, what feeds a product is kept in bf16;
    // sums, losses and outputs stay float32.
    void decideTypes() {
        m_isStored.assign(m_graph.size(), false);
        m_typeOf.assign(m_graph.size(), StorageType::F32);
        std::vector<bool> isOutput(m_graph.size(), false), feedsProduct(m_graph.size(), false);
        for (const auto& [name, id] : m_graph.outputs())
            isOutput[index(resolve(id))] = true;
        for (size_t i = 0; i < m_graph.size(); ++i)
            for (NodeId operand : m_graph.nodes()[i].inputs) {
                const size_t source = index(resolve(operand));
                if (m_fused.groupOf[i] >= 0 && m_fused.groupOf[i] != m_fused.groupOf[source])
                    m_isStored[source] = true;
                if (m_graph.nodes()[i].op == OpKind::MatMul)
                    feedsProduct[source] = true;
            }
        for (size_t i = 0; i < m_graph.size(); ++i) {
            m_isStored[i] = (m_isStored[i] || isOutput[i]) && m_fused.groupOf[i] >= 0;
            if (m_options.precision == Precision::BF16 && m_isStored[i] && feedsProduct[i] && !isOutput[i])
                m_typeOf[i] = StorageType::BF16;
        }
    }

    int addValue(Value value) {
        m_parts.values.push_back(std::move(value));
        return static_cast<int>(m_parts.values.size()) - 1;
    }

    // A buffer of the workspace; its life is filled in as kernels use it.
    int addBuffer(Shape shape, StorageType type) {
        const int64_t bytes = shape.elements() * (type == StorageType::F32 ? 4 : 2);
        const int value = addValue({std::move(shape), type, nullptr});
        m_bufferOf[value] = m_buffers.size();
        m_buffers.push_back({value, {bytes, INT32_MAX, -1}});
        return value;
    }

    // Notes that the kernel about to be added uses a value.
    int used(int value) {
        if (const auto it = m_bufferOf.find(value); it != m_bufferOf.end()) {
            BufferRequest& request = m_buffers[it->second].request;
            const int now = static_cast<int>(m_parts.kernels.size());
            request.firstUse = std::min(request.firstUse, now);
            request.lastUse = std::max(request.lastUse, now);
        }
        return value;
    }

    void keepForever(int value) { m_buffers[m_bufferOf.at(value)].request = {bytesOf(value), 0, INT32_MAX}; }
    int64_t bytesOf(int value) const { return m_buffers[m_bufferOf.at(value)].request.bytes; }

    void addSources() {
        for (size_t i = 0; i < m_graph.size(); ++i) {
            const Node& node = m_graph.nodes()[i];
            if (node.op == OpKind::Input) {
                m_valueOf[i] = addValue({m_shapes[i], StorageType::F32, nullptr});
                m_parts.inputs.push_back({node.attributes.name, m_valueOf[i], m_shapes[i]});
            } else if (node.op == OpKind::Parameter) {
                const std::span<const float> values = m_parts.store->values(node.attributes.name);
                m_valueOf[i] = addValue({m_shapes[i], StorageType::F32, const_cast<float*>(values.data())});
            }
        }
    }

    // A value's bf16 copy, made once per run (once per change of the weights for parameters).
    int asBf16(NodeId id) {
        const int value = m_valueOf[index(id)];
        if (m_parts.values[static_cast<size_t>(value)].type == StorageType::BF16)
            return value;
        if (const auto it = m_bf16Copies.find(value); it != m_bf16Copies.end())
            return it->second;
        const int copy = addBuffer(shapeOf(id), StorageType::BF16);
        m_bf16Copies[value] = copy;
        addCopy(value, copy, m_graph.node(id).op == OpKind::Parameter);
        return copy;
    }

    void addCopy(int from, int to, bool onParametersOnly) {
        StripProgram program;
        program.elements = m_parts.values[static_cast<size_t>(from)].shape.elements();
        program.inputs.push_back({1, 0, m_parts.values[static_cast<size_t>(from)].type});
        program.outputs.push_back({0, StripOutput::Kind::Store, m_parts.values[static_cast<size_t>(to)].type, 1.0});
        addStrip(std::move(program), {from}, {to}, onParametersOnly);
        if (onParametersOnly)
            keepForever(to);
    }

    void addStrip(StripProgram program, std::vector<int> inputs, std::vector<int> outputs, bool onParametersOnly) {
        for (int value : inputs)
            used(value);
        for (int value : outputs)
            used(value);
        StripKernel kernel{std::move(program), std::move(inputs), std::move(outputs), {}, {}, {}};
        kernel.partials.resize(static_cast<size_t>(kernel.program.partials()));
        kernel.inputData.resize(kernel.inputs.size());
        kernel.outputData.resize(kernel.outputs.size());
        m_parts.kernels.push_back({std::move(kernel), onParametersOnly});
    }

    Result<void> addGroup(const Group& group) {
        switch (group.kind) {
        case Group::Kind::MatMul:
            return addMatMul(group);
        case Group::Kind::Strip:
            addStripGroup(group);
            return {};
        case Group::Kind::Reduce:
            return addReduce(group);
        }
        return {};
    }

    Result<void> addMatMul(const Group& group) {
        const Node& node = m_graph.node(group.nodes.front());
        const NodeId last = group.nodes.back(), a = resolve(node.inputs[0]), b = resolve(node.inputs[1]);
        const bool bf16 = m_options.precision == Precision::BF16;
        const StorageType type = bf16 ? StorageType::BF16 : StorageType::F32;
        const int valueA = bf16 ? asBf16(a) : m_valueOf[index(a)], valueB = bf16 ? asBf16(b) : m_valueOf[index(b)];
        const int valueC = m_valueOf[index(last)];
        MatMulSpec spec{
            .rows = shapeOf(last)[0],
            .inner = shapeOf(node.inputs[0])[node.attributes.transposeA ? 0 : 1],
            .columns = shapeOf(last)[1],
            .transposeA = node.attributes.transposeA,
            .transposeB = node.attributes.transposeB,
            .typeA = type,
            .typeB = type,
            .typeC = m_typeOf[index(last)],
            .hasBias = group.bias.has_value(),
            .activation = {},
        };
        if (group.activation) {
            spec.activation = m_graph.node(*group.activation).op;
            spec.activationAlpha = static_cast<float>(m_graph.node(*group.activation).attributes.alpha);
        }
        auto primitive = MatMulPrimitive::create(*m_parts.device, spec);
        if (!primitive)
            return std::move(primitive).error();
        MatMulKernel kernel{*std::move(primitive), used(valueA), used(valueB), used(valueC)};
        if (group.bias)
            kernel.bias = used(m_valueOf[index(*group.bias)]);
        if (const int64_t bytes = kernel.primitive->scratchBytes(); bytes > 0)
            kernel.scratch = used(addBuffer(Shape{(bytes + 3) / 4}, StorageType::F32));
        m_parts.kernels.push_back({std::move(kernel), false});
        return {};
    }

    void addStripGroup(const Group& group) {
        StripProgram program;
        std::vector<int> inputs, outputs;
        std::map<NodeId, int> local;                               // nodes computed in this pass
        std::map<std::tuple<int, int64_t, int64_t>, int> external; // values read, by the way they are read
        const Node& first = m_graph.node(group.nodes.front());
        program.elements =
            first.op == OpKind::Reduce ? shapeOf(first.inputs[0]).elements() : shapeOf(group.nodes.front()).elements();

        // Inputs are numbered before instructions, so they are collected first.
        const auto key = [&](const Node& node, NodeId id, NodeId operand) {
            const StripAccess access = stripAccess(node, shapeOf(id), shapeOf(operand));
            return std::tuple(m_valueOf[index(resolve(operand))], access.repeat, access.period);
        };
        const auto isInside = [&](NodeId source) {
            return std::binary_search(group.nodes.begin(), group.nodes.end(), source);
        };
        for (NodeId id : group.nodes)
            for (NodeId operand : m_graph.node(id).inputs) {
                const NodeId source = resolve(operand);
                if (isInside(source) || m_graph.node(source).op == OpKind::Constant)
                    continue;
                const auto k = key(m_graph.node(id), id, operand);
                if (!external.emplace(k, static_cast<int>(inputs.size())).second)
                    continue;
                inputs.push_back(std::get<0>(k));
                program.inputs.push_back(
                    {std::get<1>(k), std::get<2>(k), m_parts.values[static_cast<size_t>(std::get<0>(k))].type});
            }

        const auto emit = [&](StripInstruction instruction) {
            program.instructions.push_back(instruction);
            return program.values() - 1;
        };
        for (NodeId id : group.nodes) {
            const Node& node = m_graph.node(id);
            int operands[2] = {-1, -1};
            for (size_t k = 0; k < node.inputs.size(); ++k) {
                const NodeId source = resolve(node.inputs[k]);
                if (isInside(source))
                    operands[k] = local.at(source);
                else if (m_graph.node(source).op == OpKind::Constant)
                    operands[k] =
                        emit({OpKind::Constant, -1, -1, static_cast<float>(m_graph.node(source).attributes.alpha)});
                else
                    operands[k] = external.at(key(node, id, node.inputs[k]));
            }
            if (node.op == OpKind::Reduce) {
                program.outputs.push_back({operands[0], StripOutput::Kind::Sum, StorageType::F32,
                                           averageFactor(node, shapeOf(node.inputs[0]))});
                outputs.push_back(m_valueOf[index(id)]);
                continue;
            }
            const auto alpha = static_cast<float>(node.attributes.alpha),
                       beta = static_cast<float>(node.attributes.beta);
            if (node.op == OpKind::Expand)
                local[id] =
                    emit({OpKind::Affine, operands[0], -1, static_cast<float>(averageFactor(node, shapeOf(id))), 0});
            else
                local[id] = emit({node.op, operands[0], operands[1], alpha, beta});
            if (m_isStored[index(id)]) {
                program.outputs.push_back({local[id], StripOutput::Kind::Store, m_typeOf[index(id)], 1.0});
                outputs.push_back(m_valueOf[index(id)]);
            }
        }
        addStrip(std::move(program), std::move(inputs), std::move(outputs), false);
    }

    static double averageFactor(const Node& node, const Shape& large) {
        double factor = 1.0;
        for (int axis : node.attributes.averageAxes)
            factor /= static_cast<double>(large[axis]);
        return factor;
    }

    Result<void> addReduce(const Group& group) {
        const NodeId id = group.nodes.front();
        const Node& node = m_graph.node(id);
        const Shape& shape = shapeOf(node.inputs[0]);
        // [outer reduced][kept][inner reduced]
        int64_t sizes[3] = {1, 1, 1};
        int part = 0;
        for (int axis = 0; axis < shape.rank(); ++axis) {
            const bool reduced = std::count(node.attributes.axes.begin(), node.attributes.axes.end(), axis) > 0;
            if (part == 0 && !reduced)
                part = 1;
            else if (part == 1 && reduced)
                part = 2;
            if (part == 2 && !reduced)
                return makeError(ErrorCode::Unsupported, "Reduce over these axes of {} has no kernel.",
                                 shape.toString());
            sizes[part] *= shape[axis];
        }
        const int x = m_valueOf[index(resolve(node.inputs[0]))];
        m_parts.kernels.push_back({ReduceKernel{used(x), used(m_valueOf[index(id)]), sizes[0], sizes[1], sizes[2],
                                                static_cast<float>(averageFactor(node, shape))},
                                   false});
        return {};
    }

    // Each output has memory of its own: copies where two names mean one node, or a name means an input.
    void addOutputs() {
        std::map<int, std::string> taken;
        for (const auto& [name, id] : m_graph.outputs()) {
            const NodeId source = resolve(id);
            int value = m_valueOf[index(source)];
            if (isSource(source) || !taken.emplace(value, name).second) {
                const int copy = addBuffer(shapeOf(id), StorageType::F32);
                addCopy(value, copy, false);
                value = copy;
            }
            BufferRequest& request = m_buffers[m_bufferOf.at(value)].request;
            request.lastUse = INT32_MAX;
            const auto& bound = m_options.boundOutputs;
            if (std::find(bound.begin(), bound.end(), name) != bound.end())
                request.bytes = 0; // lies with the caller
            m_parts.outputs.push_back({name, value, shapeOf(id)});
        }
    }

    Result<void> placeBuffers() {
        std::vector<BufferRequest> requests;
        for (const Buffer& buffer : m_buffers)
            requests.push_back(buffer.request);
        const MemoryPlan plan = planMemory(requests);
        if (static_cast<size_t>(plan.bytes) > m_options.memoryBudget)
            return makeError(ErrorCode::OutOfMemory, "This needs {} MB of working memory; {} MB are allowed.",
                             plan.bytes >> 20, m_options.memoryBudget >> 20);
        m_parts.workspace = AlignedBuffer<std::byte>(static_cast<size_t>(plan.bytes));
        for (size_t i = 0; i < m_buffers.size(); ++i)
            if (m_buffers[i].request.bytes > 0)
                m_parts.values[static_cast<size_t>(m_buffers[i].value)].data =
                    m_parts.workspace.data() + plan.offsets[i];
        return {};
    }

    Graph m_graph;
    std::vector<Shape> m_shapes;
    CompileOptions m_options;
    FusedGraph m_fused;
    std::vector<bool> m_isStored;
    std::vector<StorageType> m_typeOf;
    std::vector<int> m_valueOf; // by node
    std::vector<Buffer> m_buffers;
    std::map<int, size_t> m_bufferOf; // by value
    std::map<int, int> m_bf16Copies;  // by value
    OneDnnProgram::Parts m_parts;
};

class OneDnnExecutor final : public Executor {
public:
    Result<std::unique_ptr<Program>> compile(const Graph& graph, std::shared_ptr<const ParameterStore> store,
                                             const CompileOptions& options) override {
        std::vector<std::string> names;
        for (const auto& [name, id] : graph.outputs())
            names.push_back(name);
        Graph pruned = graph.pruned(names);
        std::vector<Shape> shapes;
        for (const Node& node : pruned.nodes()) {
            Result<Shape> shape = evaluate(node.shape, options.sizes);
            if (!shape)
                return std::move(shape).error();
            shapes.push_back(*std::move(shape));
        }
        return Compiler(std::move(pruned), std::move(shapes), m_device, std::move(store), options).compile();
    }

private:
    std::shared_ptr<const Device> m_device = std::make_shared<Device>();
};

} // namespace

} // namespace onednn

std::unique_ptr<Executor> makeOneDnnExecutor() {
    return std::make_unique<onednn::OneDnnExecutor>();
}

std::map<std::string, std::string> computeEnvironment() {
    return {{"isa", onednn::Device::instructionSet()},
            {"onednn", onednn::Device::libraryVersion()},
            {"kernels", kernelTarget()},
            {"threads", std::to_string(computeThreads())}};
}

bool nativeBf16() {
    return onednn::Device::hasNativeBf16();
}

} // namespace hourglass
