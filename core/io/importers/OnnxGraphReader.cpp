#include "core/io/importers/OnnxGraphReader.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/io/importers/OnnxNodeReaders.h"

namespace hourglass {

namespace {

constexpr int kMostNodes = 10'000, kMostAxes = 8;
constexpr int64_t kLargestSize = (int64_t{1} << 31) - 1;

// "N", "H/4": the sizes that our writer names.
Dim dimOf(const std::string& text) {
    for (const Dim& symbol : {Dim::n(), Dim::h(), Dim::w()})
        for (int64_t divisor = 1; divisor <= 256; divisor *= 2)
            if (symbol.dividedBy(divisor).toString() == text)
                return symbol.dividedBy(divisor);
    refuse(ErrorCode::Unsupported, "the size {} is not one of N, H, W", onnxName(text));
}

SymbolicShape shapeOf(const onnx::ValueInfoProto& value) {
    const onnx::TypeProto::Tensor& type = value.type().tensor_type();
    if (!value.type().has_tensor_type() || type.elem_type() != onnx::TensorProto::FLOAT || !type.has_shape() ||
        type.shape().dim_size() > kMostAxes)
        refuse(ErrorCode::Unsupported, "{} is not a float32 tensor of a known shape", onnxName(value.name()));
    SymbolicShape shape;
    google::protobuf::RepeatedField<int64_t> sizes;
    for (const onnx::TensorShapeProto::Dimension& dim : type.shape().dim()) {
        if (dim.has_dim_param())
            shape.push_back(dimOf(dim.dim_param()));
        else if (dim.dim_value() < 1 || dim.dim_value() > kLargestSize)
            refuse(ErrorCode::Unreadable, "{} has an impossible size {}", onnxName(value.name()), dim.dim_value());
        else
            shape.push_back(*sizes.Add() = dim.dim_value());
    }
    if (!onnxElements(sizes))
        refuse(ErrorCode::Unreadable, "{} has an impossible shape", onnxName(value.name()));
    return shape;
}

void checkParameter(const onnx::TensorProto& tensor) {
    if (tensor.data_type() != onnx::TensorProto::FLOAT)
        refuse(ErrorCode::Unsupported, "the weights {} are not float32", onnxName(tensor.name()));
    const std::optional<int64_t> elements = onnxElements(tensor.dims());
    if (!elements || tensor.dims_size() > kMostAxes || tensor.name().empty())
        refuse(ErrorCode::Unreadable, "the weights {} have an impossible shape", onnxName(tensor.name()));
    if (tensor.raw_data().size() != static_cast<uint64_t>(*elements) * sizeof(float))
        refuse(ErrorCode::Unreadable, "the weights {} need {} bytes for their shape but have {}",
               onnxName(tensor.name()), static_cast<uint64_t>(*elements) * sizeof(float), tensor.raw_data().size());
}

} // namespace

void OnnxGraphReader::define(const std::string& name, NodeId id) {
    google::protobuf::RepeatedField<int64_t> sizes;
    for (const Dim& dim : m_graph.shape(id))
        if (dim.isFixed())
            *sizes.Add() = dim.fixedSize();
    if (!onnxElements(sizes) || sizes.size() > kMostAxes)
        refuse(ErrorCode::Unreadable, "its result has an impossible shape");
    if (name.empty() || isTaken(name) || !m_values.emplace(name, id).second)
        refuse(ErrorCode::Unreadable, "the name {} is given twice", onnxName(name));
}

bool OnnxGraphReader::isTaken(const std::string& name) const {
    return m_values.count(name) + m_scalars.count(name) + m_integers.count(name) + m_reals.count(name) > 0;
}

void OnnxGraphReader::readInputs() {
    for (const onnx::ValueInfoProto& input : m_proto.input()) {
        const SymbolicShape shape = shapeOf(input);
        if (input.name().empty())
            refuse(ErrorCode::Unreadable, "an input has no name");
        define(input.name(), m_graph.input(input.name(), shape));
    }
}

void OnnxGraphReader::readParameters() {
    for (const onnx::TensorProto& tensor : m_proto.initializer()) {
        checkParameter(tensor);
        define(tensor.name(), m_graph.append(OpKind::Parameter, {},
                                             {.shape = SymbolicShape(tensor.dims().begin(), tensor.dims().end()),
                                              .name = tensor.name()}));
    }
}

void OnnxGraphReader::readConstant(const onnx::NodeProto& proto) {
    if (proto.input_size() != 0 || proto.attribute_size() != 1 || proto.attribute(0).name() != "value" ||
        proto.attribute(0).type() != onnx::AttributeProto::TENSOR)
        refuse(ErrorCode::Unsupported, "it holds something else than one value");
    const onnx::TensorProto& tensor = proto.attribute(0).t();
    const std::string& name = proto.output(0);
    if (name.empty() || isTaken(name))
        refuse(ErrorCode::Unreadable, "the name {} is given twice", onnxName(name));
    if (tensor.data_type() == onnx::TensorProto::FLOAT && tensor.dims_size() == 0 && tensor.float_data_size() == 1 &&
        std::isfinite(tensor.float_data(0)))
        m_scalars[name] = tensor.float_data(0);
    else if (tensor.data_type() == onnx::TensorProto::INT64 && tensor.dims_size() == 1 &&
             tensor.dims(0) == tensor.int64_data_size() && tensor.dims(0) <= kMostAxes)
        m_integers[name].assign(tensor.int64_data().begin(), tensor.int64_data().end());
    else if (tensor.data_type() == onnx::TensorProto::FLOAT && tensor.dims_size() == 1 &&
             tensor.dims(0) == tensor.float_data_size() && tensor.dims(0) <= kMostAxes)
        m_reals[name].assign(tensor.float_data().begin(), tensor.float_data().end());
    else
        refuse(ErrorCode::Unsupported, "it is neither a float32 number nor a short list");
}

void OnnxGraphReader::readNode(const onnx::NodeProto& proto) {
    try {
        if (!proto.domain().empty() && proto.domain() != "ai.onnx")
            refuse(ErrorCode::Unsupported, "its op belongs to {}", onnxName(proto.domain()));
        if (proto.output_size() != 1)
            refuse(ErrorCode::Unsupported, "it has {} outputs", proto.output_size());
        if (proto.op_type() == "Constant")
            return readConstant(proto);
        const OnnxNodeReader* reader = findOnnxNodeReader(proto.op_type());
        if (reader == nullptr)
            refuse(ErrorCode::Unsupported, "Hourglass does not read this op");
        OnnxNode node(*this, proto);
        node.expectInputs(reader->leastInputs, reader->mostInputs);
        const NodeId id = reader->read != nullptr ? reader->read(node) : readNative(node, reader->native);
        node.expectNoOtherAttributes();
        define(proto.output(0), id);
        if (reader->isCondition)
            m_conditions.insert(proto.output(0));
    } catch (OnnxRefusal& refusal) {
        throw OnnxRefusal{
            std::move(refusal.error)
                .withContext(fmt::format("node {} ({})", onnxName(proto.name()), onnxName(proto.op_type())))};
    } catch (const ContractError& error) {
        refuse(ErrorCode::Unreadable, "node {} ({}): {}", onnxName(proto.name()), onnxName(proto.op_type()),
               error.what());
    }
}

void OnnxGraphReader::readOutputs() {
    for (const onnx::ValueInfoProto& output : m_proto.output()) {
        const auto it = m_values.find(output.name());
        if (it == m_values.end() || m_conditions.count(output.name()) > 0 || m_graph.outputs().count(output.name()) > 0)
            refuse(ErrorCode::Unreadable, "no node makes the output {}", onnxName(output.name()));
        if (shapeOf(output) != m_graph.shape(it->second))
            refuse(ErrorCode::Unreadable, "the output {} is said to be {}, but is {}", onnxName(output.name()),
                   toString(shapeOf(output)), toString(m_graph.shape(it->second)));
        m_graph.setOutput(output.name(), it->second);
    }
    if (m_graph.outputs().empty())
        refuse(ErrorCode::Unreadable, "it has no output");
}

ImportedNetwork OnnxGraphReader::read() {
    if (m_proto.node_size() > kMostNodes || m_proto.initializer_size() > kMostNodes || m_proto.input_size() > 64 ||
        m_proto.output_size() > 64 || m_proto.sparse_initializer_size() > 0)
        refuse(ErrorCode::Unsupported, "it has {} nodes, {} weights, {} inputs and {} outputs, or sparse weights",
               m_proto.node_size(), m_proto.initializer_size(), m_proto.input_size(), m_proto.output_size());
    readInputs();
    readParameters();
    for (const onnx::NodeProto& node : m_proto.node())
        readNode(node);
    readOutputs();
    auto weights = std::make_shared<ParameterStore>(std::make_shared<ArenaLayout>(m_graph));
    for (const onnx::TensorProto& tensor : m_proto.initializer())
        std::memcpy(weights->values(tensor.name()).data(), tensor.raw_data().data(), tensor.raw_data().size());
    weights->touch();
    return {std::move(m_graph), std::move(weights)};
}

} // namespace hourglass
