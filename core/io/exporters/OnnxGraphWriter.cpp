#include "core/io/exporters/OnnxGraphWriter.h"

#include <algorithm>

#include "core/io/exporters/OnnxEmitters.h"

namespace hourglass {

namespace {

void setAttribute(onnx::AttributeProto& proto, const OnnxAttribute& attribute) {
    proto.set_name(attribute.name);
    if (const auto* integer = std::get_if<int64_t>(&attribute.value)) {
        proto.set_type(onnx::AttributeProto::INT);
        proto.set_i(*integer);
    } else if (const auto* real = std::get_if<float>(&attribute.value)) {
        proto.set_type(onnx::AttributeProto::FLOAT);
        proto.set_f(*real);
    } else if (const auto* text = std::get_if<std::string>(&attribute.value)) {
        proto.set_type(onnx::AttributeProto::STRING);
        proto.set_s(*text);
    } else {
        proto.set_type(onnx::AttributeProto::INTS);
        for (int64_t value : std::get<std::vector<int64_t>>(attribute.value))
            proto.add_ints(value);
    }
}

} // namespace

void describeValue(onnx::ValueInfoProto& proto, const std::string& name, const SymbolicShape& shape) {
    proto.set_name(name);
    onnx::TypeProto::Tensor& type = *proto.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape(); // present even for a scalar
    for (const Dim& dim : shape) {
        onnx::TensorShapeProto::Dimension& size = *type.mutable_shape()->add_dim();
        if (dim.isFixed())
            size.set_dim_value(dim.fixedSize());
        else
            size.set_dim_param(dim.toString());
    }
}

OnnxGraphWriter::OnnxGraphWriter(const Graph& graph, onnx::GraphProto& proto)
    : m_graph(graph), m_proto(proto), m_values(graph.size()), m_uses(graph.size(), 0) {
    for (const Node& node : graph.nodes()) {
        for (NodeId id : node.inputs)
            ++m_uses[index(id)];
        if (!node.attributes.name.empty())
            m_names.insert(node.attributes.name);
    }
    for (const auto& [name, id] : graph.outputs())
        m_names.insert(name);
}

Result<void> OnnxGraphWriter::write() {
    for (size_t i = 0; i < m_graph.size(); ++i) {
        Result<std::string> value = emit(static_cast<NodeId>(i));
        if (!value)
            return std::move(value).error();
        m_values[i] = *std::move(value);
    }
    nameOutputs();
    return {};
}

Result<std::string> OnnxGraphWriter::emit(NodeId id) {
    const Node& node = m_graph.node(id);
    if (node.op == OpKind::Parameter)
        return node.attributes.name;
    if (node.op == OpKind::Input) {
        describeValue(*m_proto.add_input(), node.attributes.name, node.shape);
        return node.attributes.name;
    }
    const OnnxEmitter* emitter = findOnnxEmitter(node.op);
    if (emitter == nullptr)
        return makeError(ErrorCode::Unsupported, "The op {} has no form in ONNX.", info(node.op).name);
    if (emitter->emit != nullptr)
        return emitter->emit(*this, node);
    std::vector<std::string> inputs;
    for (NodeId input : node.inputs)
        inputs.push_back(value(input));
    return this->node(emitter->native, inputs);
}

// The value of an output takes its name where a node makes it, which nothing else uses; otherwise by an Identity.
void OnnxGraphWriter::nameOutputs() {
    for (const auto& [name, id] : m_graph.outputs()) {
        std::string& made = m_values[index(id)];
        onnx::NodeProto* maker = nullptr;
        for (onnx::NodeProto& node : *m_proto.mutable_node())
            if (node.output(0) == made && node.op_type() != "Constant")
                maker = &node;
        if (maker == nullptr || uses(id) > 0 || m_graph.outputs().count(made) > 0) {
            maker = m_proto.add_node();
            maker->set_name(name);
            maker->set_op_type("Identity");
            maker->add_input(made);
            maker->add_output();
        }
        maker->set_output(0, name);
        made = name;
        describeValue(*m_proto.add_output(), name, m_graph.shape(id));
    }
}

std::string OnnxGraphWriter::unique(const std::string& hint) {
    std::string name = hint;
    for (int i = 1; !m_names.insert(name).second; ++i)
        name = fmt::format("{}_{}", hint, i);
    return name;
}

std::string OnnxGraphWriter::node(const std::string& type, const std::vector<std::string>& inputs,
                                  const std::vector<OnnxAttribute>& attributes, const std::string& hint) {
    const std::string name = unique(hint.empty() ? type : hint);
    onnx::NodeProto& proto = *m_proto.add_node();
    proto.set_name(name);
    proto.set_op_type(type);
    for (const std::string& input : inputs)
        proto.add_input(input);
    proto.add_output(name);
    for (const OnnxAttribute& attribute : attributes)
        setAttribute(*proto.add_attribute(), attribute);
    return name;
}

std::string OnnxGraphWriter::constant(const std::string& hint, onnx::TensorProto tensor) {
    std::string& name = m_constants[tensor.SerializeAsString()];
    if (name.empty()) {
        name = node("Constant", {}, {}, hint);
        onnx::AttributeProto& attribute = *m_proto.mutable_node(m_proto.node_size() - 1)->add_attribute();
        attribute.set_name("value");
        attribute.set_type(onnx::AttributeProto::TENSOR);
        *attribute.mutable_t() = std::move(tensor);
    }
    return name;
}

std::string OnnxGraphWriter::scalar(double value) {
    onnx::TensorProto tensor;
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.add_float_data(static_cast<float>(value));
    return constant("constant", std::move(tensor));
}

std::string OnnxGraphWriter::integers(const std::vector<int64_t>& values) {
    onnx::TensorProto tensor;
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<int64_t>(values.size()));
    for (int64_t value : values)
        tensor.add_int64_data(value);
    return constant("sizes", std::move(tensor));
}

std::string OnnxGraphWriter::reals(const std::vector<float>& values) {
    onnx::TensorProto tensor;
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.add_dims(static_cast<int64_t>(values.size()));
    for (const float value : values)
        tensor.add_float_data(value);
    return constant("scales", std::move(tensor));
}

std::string OnnxGraphWriter::weights(const std::string& hint, const std::vector<int64_t>& sizes,
                                     const std::vector<float>& values) {
    onnx::TensorProto& tensor = *m_proto.add_initializer();
    tensor.set_name(unique(hint));
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const int64_t size : sizes)
        tensor.add_dims(size);
    tensor.set_raw_data(values.data(), values.size() * sizeof(float));
    return tensor.name();
}

Result<std::string> OnnxGraphWriter::reshape(const std::string& x, const SymbolicShape& from, const SymbolicShape& to) {
    const auto symbolic = std::count_if(to.begin(), to.end(), [](const Dim& dim) { return !dim.isFixed(); });
    std::vector<int64_t> sizes;
    bool guessed = false;
    for (size_t i = 0; i < to.size(); ++i) {
        if (to[i].isFixed()) {
            sizes.push_back(to[i].fixedSize());
        } else if (symbolic > 1 && i < from.size() && from[i] == to[i]) {
            sizes.push_back(0); // as in x
        } else if (!std::exchange(guessed, true)) {
            sizes.push_back(-1);
        } else {
            return makeError(ErrorCode::Unsupported, "The reshape of {} to {} has no form in ONNX.", toString(from),
                             toString(to));
        }
    }
    return node("Reshape", {x, integers(sizes)});
}

} // namespace hourglass
