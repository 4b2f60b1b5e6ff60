#include "core/exec/onednn/Compilation.h"

#include <algorithm>

namespace hourglass::onednn {

double averageFactor(const Node& node, const Shape& large) {
    double factor = 1.0;
    for (int axis : node.attributes.averageAxes)
        factor /= static_cast<double>(large[axis]);
    return factor;
}

Compilation::Compilation(Graph graph, std::vector<Shape> shapes, std::shared_ptr<const Device> device,
                         std::shared_ptr<const ParameterStore> store, const CompileOptions& options)
    : m_graph(std::move(graph)), m_shapes(std::move(shapes)), m_options(options), m_valueOf(m_graph.size(), -1) {
    m_parts.device = std::move(device);
    m_parts.store = std::move(store);
}

void Compilation::begin() {
    m_fused = fuse(m_graph, m_shapes);
    decideTypes();
    addSources();
    for (size_t i = 0; i < m_graph.size(); ++i)
        if (m_isStored[i])
            m_valueOf[i] = addBuffer(m_shapes[i], m_typeOf[i]);
}

Result<std::unique_ptr<Program>> Compilation::finish() {
    addOutputs();
    workInPlace();
    if (Result<void> placed = placeBuffers(); !placed)
        return std::move(placed).error();
    return std::unique_ptr<Program>(std::make_unique<OneDnnProgram>(std::move(m_parts)));
}

// A node needs memory if it is an output or used outside its group. In bf16, what feeds a product is kept in bf16;
// sums, losses and outputs stay float32.
void Compilation::decideTypes() {
    m_isStored.assign(m_graph.size(), false);
    m_typeOf.assign(m_graph.size(), StorageType::F32);
    std::vector<bool> isOutput(m_graph.size(), false), feedsProduct(m_graph.size(), false);
    for (const auto& [name, id] : m_graph.outputs())
        isOutput[index(resolve(id))] = true;
    // Backwards, since what is only moved on its way to a product feeds it too.
    for (size_t i = m_graph.size(); i-- > 0;) {
        const Node& node = m_graph.nodes()[i];
        for (size_t k = 0; k < node.inputs.size(); ++k) {
            const size_t source = index(resolve(node.inputs[k]));
            if (m_fused.groupOf[i] >= 0 && m_fused.groupOf[i] != m_fused.groupOf[source])
                m_isStored[source] = true;
            const bool isMove = m_fused.groupOf[i] >= 0 &&
                                m_fused.groups[static_cast<size_t>(m_fused.groupOf[i])].kind == Group::Kind::Move;
            if ((isProduct(node.op) && !isWeights(node.op, k)) || (isMove && feedsProduct[i]))
                feedsProduct[source] = true;
        }
    }
    for (size_t i = 0; i < m_graph.size(); ++i) { // weights and their gradients are float32 wherever they go
        const Node& node = m_graph.nodes()[i];
        for (size_t k = 0; k < node.inputs.size(); ++k)
            if (isWeights(node.op, k))
                feedsProduct[index(resolve(node.inputs[k]))] = false;
        if (node.op == OpKind::ConvolveWeights)
            feedsProduct[i] = false;
    }
    for (size_t i = 0; i < m_graph.size(); ++i) {
        m_isStored[i] = (m_isStored[i] || isOutput[i]) && m_fused.groupOf[i] >= 0;
        if (isBf16() && m_isStored[i] && feedsProduct[i] && !isOutput[i])
            m_typeOf[i] = StorageType::BF16;
    }
    for (size_t i = 0; i < m_graph.size() && isBf16(); ++i)
        if (isProduct(m_graph.nodes()[i].op) && m_graph.nodes()[i].op != OpKind::ConvolveWeights && m_isStored[i] &&
            !isOutput[i] && isOnlyGated(static_cast<NodeId>(i)))
            m_typeOf[i] = StorageType::BF16;
}

// Whether all that becomes of a node is that an activation's gradient lets it pass or not, and then is kept in bf16:
// rounding it before is the same.
bool Compilation::isOnlyGated(NodeId id) const {
    const auto readersOf = [&](NodeId source) {
        std::vector<NodeId> readers;
        for (size_t i = 0; i < m_graph.size(); ++i)
            for (NodeId operand : m_graph.nodes()[i].inputs)
                if (resolve(operand) == source && m_fused.groupOf[i] >= 0)
                    readers.push_back(static_cast<NodeId>(i));
        return readers;
    };
    const auto isGate = [&](NodeId reader) {
        const Node& node = m_graph.node(reader);
        const auto isStep = [&](NodeId operand) { return m_graph.node(resolve(operand)).op == OpKind::Step; };
        const std::vector<NodeId> later = readersOf(reader);
        return node.op == OpKind::Multiply && std::any_of(node.inputs.begin(), node.inputs.end(), isStep) &&
               m_isStored[index(reader)] && typeOf(reader) == StorageType::BF16 &&
               std::none_of(later.begin(), later.end(), [&](NodeId next) {
                   return m_fused.groupOf[index(next)] == m_fused.groupOf[index(reader)];
               });
    };
    const std::vector<NodeId> readers = readersOf(id);
    return !readers.empty() && std::all_of(readers.begin(), readers.end(), isGate);
}

int Compilation::addValue(Value value) {
    m_parts.values.push_back(std::move(value));
    return static_cast<int>(m_parts.values.size()) - 1;
}

// A buffer of the workspace; its life is filled in as kernels use it.
int Compilation::addBuffer(Shape shape, StorageType type) {
    const int64_t bytes = shape.elements() * (type == StorageType::F32 ? 4 : 2);
    const int value = addValue({std::move(shape), type, nullptr});
    m_bufferOf[value] = m_buffers.size();
    m_buffers.push_back({value, {bytes, INT32_MAX, -1}});
    return value;
}

// Notes that the kernel about to be added uses a value.
int Compilation::used(int value) {
    if (const auto it = m_bufferOf.find(value); it != m_bufferOf.end()) {
        BufferRequest& request = m_buffers[it->second].request;
        const int now = static_cast<int>(m_parts.kernels.size());
        request.firstUse = std::min(request.firstUse, now);
        request.lastUse = std::max(request.lastUse, now);
    }
    return value;
}

void Compilation::addSources() {
    for (size_t i = 0; i < m_graph.size(); ++i) {
        const Node& node = m_graph.nodes()[i];
        if (node.op == OpKind::Input) {
            m_valueOf[i] = addValue({m_shapes[i], StorageType::F32, nullptr});
            m_parts.inputs.push_back({node.attributes.name, m_valueOf[i], m_shapes[i]});
        } else if (node.op == OpKind::Parameter) {
            const std::span<const float> values = m_parts.store->values(node.attributes.name);
            expects(static_cast<int64_t>(values.size()) == m_shapes[i].elements(), "parameter '{}' is {} in the graph",
                    node.attributes.name, m_shapes[i].toString());
            m_valueOf[i] = addValue({m_shapes[i], StorageType::F32, const_cast<float*>(values.data())});
        }
    }
}

// A value's bf16 copy: of parameters the store's, of others made once per run.
int Compilation::asBf16(NodeId id) {
    const int value = m_valueOf[index(id)];
    if (m_parts.values[static_cast<size_t>(value)].type == StorageType::BF16)
        return value;
    if (const auto it = m_bf16Copies.find(value); it != m_bf16Copies.end())
        return it->second;
    int copy = -1;
    if (const Node& node = m_graph.node(id); node.op == OpKind::Parameter) {
        m_parts.readsRounded = true;
        copy = addValue({shapeOf(id), StorageType::BF16, nullptr});
        m_rounded.emplace_back(copy, m_parts.store->layout().find(node.attributes.name)->offset);
    } else {
        copy = addBuffer(shapeOf(id), StorageType::BF16);
        addCopy(value, copy);
    }
    m_bf16Copies[value] = copy;
    return copy;
}

Result<int> Compilation::packedWeights(NodeId id, const PackedWeights& layout) {
    const NodeId source = resolve(id);
    const int value = m_valueOf[index(source)];
    for (const Packed& packed : m_packed)
        if (packed.from == value && packed.layout == layout)
            return packed.to;
    auto primitive = makePacking(device(), shapeOf(id), layout, false);
    if (!primitive)
        return std::move(primitive).error();
    const int to = addBuffer(Shape{(layout.bytes() + 3) / 4}, StorageType::F32);
    m_packed.push_back({value, to, layout});
    const bool onParametersOnly = isKept(source);
    addPrimitive(*std::move(primitive), {value, to}, onParametersOnly);
    if (onParametersOnly)
        keep(to);
    return to;
}

int Compilation::winogradWeights(NodeId id, const WinogradPlan& plan, bool isAdjoint) {
    const NodeId source = resolve(id);
    const bool onParametersOnly = isKept(source);
    const int to = addBuffer(Shape{plan.weightFloats()}, StorageType::F32);
    m_parts.kernels.emplace_back(WinogradWeightsKernel{plan, used(m_valueOf[index(source)]), used(to), isAdjoint},
                                 onParametersOnly);
    if (onParametersOnly)
        keep(to);
    return to;
}

void Compilation::addPrimitive(std::unique_ptr<Primitive> primitive, std::vector<int> values, bool onParametersOnly) {
    PrimitiveKernel kernel{.primitive = std::move(primitive)};
    for (const int value : values)
        kernel.values.push_back(used(value));
    kernel.data.resize(kernel.values.size());
    if (const int64_t bytes = kernel.primitive->scratchBytes(); bytes > 0)
        kernel.scratch = used(addBuffer(Shape{(bytes + 3) / 4}, StorageType::F32));
    m_parts.kernels.emplace_back(std::move(kernel), onParametersOnly);
}

// For what is made from parameters once and read in every run until they change.
void Compilation::keep(int value) {
    Buffer& buffer = m_buffers[m_bufferOf.at(value)];
    buffer.isKept = true;
    buffer.request.firstUse = 0;
    buffer.request.lastUse = INT32_MAX;
}

void Compilation::addCopy(int from, int to) {
    StripProgram program;
    program.elements = m_parts.values[static_cast<size_t>(from)].shape.elements();
    program.inputs.push_back({1, 0, m_parts.values[static_cast<size_t>(from)].type});
    program.outputs.push_back({0, StripOutput::Kind::Store, m_parts.values[static_cast<size_t>(to)].type, 1.0});
    addStrip(std::move(program), {from}, {to});
}

void Compilation::addStrip(StripProgram program, std::vector<int> inputs, std::vector<int> outputs) {
    for (int value : inputs)
        used(value);
    for (int value : outputs)
        used(value);
    program.finish();
    StripKernel kernel{std::move(program), std::move(inputs), std::move(outputs), {}, {}, {}};
    kernel.partials.resize(static_cast<size_t>(kernel.program.partials()));
    kernel.inputData.resize(kernel.inputs.size());
    kernel.outputData.resize(kernel.outputs.size());
    m_parts.kernels.emplace_back(std::move(kernel));
}

// Each output has memory of its own: copies where two names mean one node, or a name means an input.
void Compilation::addOutputs() {
    std::map<int, std::string> taken;
    for (const auto& [name, id] : m_graph.outputs()) {
        const NodeId source = resolve(id);
        int value = m_valueOf[index(source)];
        if (isSource(source) || !taken.emplace(value, name).second) {
            const int copy = addBuffer(shapeOf(id), StorageType::F32);
            addCopy(value, copy);
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

// Whose memory a value lies in; null of sources and of bound outputs.
Compilation::Buffer* Compilation::bufferOf(int value) {
    const auto it = m_bufferOf.find(value);
    if (it == m_bufferOf.end() || m_buffers[it->second].request.bytes == 0)
        return nullptr;
    Buffer& buffer = m_buffers[it->second];
    return buffer.sharedWith < 0 ? &buffer : &m_buffers[static_cast<size_t>(buffer.sharedWith)];
}

// What an elementwise pass makes takes the place of something as large that is read for the last time by it.
void Compilation::workInPlace() {
    for (size_t k = 0; k < m_parts.kernels.size(); ++k) {
        const StripKernel* kernel = std::get_if<StripKernel>(&m_parts.kernels[k].work);
        if (kernel == nullptr)
            continue;
        const StripProgram& program = kernel->program;
        const auto now = static_cast<int>(k), end = static_cast<int>(program.instructions.size());
        for (const int output : kernel->outputs) {
            Buffer* to = bufferOf(output);
            for (size_t i = 0; i < program.inputs.size() && to != nullptr; ++i) {
                Buffer* from = bufferOf(kernel->inputs[i]);
                const bool isElement = program.inputs[i].repeat == 1 && program.inputs[i].period == 0;
                const bool isFree = from != nullptr && from != to && !from->isKept && from->request.lastUse == now &&
                                    program.lastUses[i] < end; // not itself an output of the pass
                if (!isElement || !isFree || to->isKept || to->sharedWith >= 0 || to->request.firstUse != now ||
                    from->request.bytes != to->request.bytes || value(from->value).type != value(to->value).type)
                    continue;
                from->request.lastUse = to->request.lastUse;
                to->sharedWith = static_cast<int>(from - m_buffers.data());
                to = nullptr;
            }
        }
    }
}

Result<void> Compilation::placeBuffers() {
    // What is kept lies apart: a shared workspace is other programs' too between two runs.
    std::vector<BufferRequest> passing, kept;
    for (const Buffer& buffer : m_buffers)
        if (buffer.sharedWith < 0)
            (buffer.isKept ? kept : passing).push_back(buffer.request);
    const MemoryPlan plan = planMemory(passing), keptPlan = planMemory(kept);
    const int64_t rounded = m_parts.readsRounded ? int64_t{sizeof(uint16_t)} * m_parts.store->layout().floats() : 0;
    if (const int64_t bytes = plan.bytes + keptPlan.bytes + rounded;
        static_cast<size_t>(bytes) > m_options.memoryBudget)
        return makeError(ErrorCode::OutOfMemory, "This needs {} MB of working memory; {} MB are allowed.", bytes >> 20,
                         m_options.memoryBudget >> 20);
    for (const auto& [copy, offset] : m_rounded) // made only now that there is room for it
        m_parts.values[static_cast<size_t>(copy)].data = const_cast<uint16_t*>(m_parts.store->rounded()) + offset;
    m_parts.isShared = m_options.workspace != nullptr;
    m_parts.workspace = m_parts.isShared ? m_options.workspace : std::make_shared<Workspace>();
    m_parts.needed = static_cast<size_t>(plan.bytes);
    m_parts.kept = AlignedBuffer<std::byte>(static_cast<size_t>(keptPlan.bytes));
    size_t nextPassing = 0, nextKept = 0;
    for (const Buffer& buffer : m_buffers) {
        if (buffer.sharedWith >= 0)
            continue;
        const int64_t offset = buffer.isKept ? keptPlan.offsets[nextKept++] : plan.offsets[nextPassing++];
        Value& placed = m_parts.values[static_cast<size_t>(buffer.value)];
        if (buffer.isKept)
            placed.data = m_parts.kept.data() + offset;
        else if (buffer.request.bytes > 0)
            placed.offset = offset;
    }
    for (const Buffer& buffer : m_buffers)
        if (buffer.sharedWith >= 0)
            m_parts.values[static_cast<size_t>(buffer.value)].offset =
                value(m_buffers[static_cast<size_t>(buffer.sharedWith)].value).offset;
    return {};
}

} // namespace hourglass::onednn
