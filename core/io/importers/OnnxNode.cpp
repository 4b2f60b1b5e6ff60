#include "core/io/importers/OnnxNode.h"

#include <algorithm>

#include "core/io/importers/OnnxGraphReader.h"

namespace hourglass {

namespace {

constexpr int kLongestList = 8;

} // namespace

Graph& OnnxNode::graph() {
    return m_reader.m_graph;
}

void OnnxNode::expectInputs(int least, int most) const {
    if (inputs() < least || inputs() > most)
        refuse(ErrorCode::Unreadable, "it has {} inputs", inputs());
}

NodeId OnnxNode::value(int place) {
    const std::string& name = m_proto.input(place);
    if (m_reader.m_conditions.count(name) > 0)
        refuse(ErrorCode::Unsupported, "its input {} is boolean", onnxName(name));
    if (const auto scalar = m_reader.m_scalars.find(name); scalar != m_reader.m_scalars.end())
        return graph().constant(static_cast<double>(scalar->second));
    const auto it = m_reader.m_values.find(name);
    if (it == m_reader.m_values.end())
        refuse(ErrorCode::Unreadable, "nothing before it makes its input {}", onnxName(name));
    return it->second;
}

NodeId OnnxNode::condition(int place) {
    const std::string& name = m_proto.input(place);
    if (m_reader.m_conditions.count(name) == 0)
        refuse(ErrorCode::Unsupported, "its input {} is not made by a Greater", onnxName(name));
    return m_reader.m_values.at(name);
}

bool OnnxNode::isScalar(int place) const {
    return m_reader.m_scalars.count(m_proto.input(place)) > 0;
}

float OnnxNode::scalar(int place) {
    if (!isScalar(place))
        refuse(ErrorCode::Unsupported, "its input {} is not a constant number", onnxName(m_proto.input(place)));
    return m_reader.m_scalars.at(m_proto.input(place));
}

const std::vector<int64_t>& OnnxNode::integers(int place) {
    const auto it = m_reader.m_integers.find(m_proto.input(place));
    if (it == m_reader.m_integers.end())
        refuse(ErrorCode::Unsupported, "its input {} is not a constant list of sizes", onnxName(m_proto.input(place)));
    return it->second;
}

bool OnnxNode::isLeftOut(int place) const {
    return m_proto.input(place).empty();
}

const std::vector<float>& OnnxNode::reals(int place) {
    const auto it = m_reader.m_reals.find(m_proto.input(place));
    if (it == m_reader.m_reals.end())
        refuse(ErrorCode::Unsupported, "its input {} is not a constant list of numbers",
               onnxName(m_proto.input(place)));
    return it->second;
}

bool OnnxNode::hasAttribute(const char* name) const {
    return std::any_of(m_proto.attribute().begin(), m_proto.attribute().end(),
                       [name](const auto& attribute) { return attribute.name() == name; });
}

std::string OnnxNode::text(const char* name, const char* otherwise) {
    const onnx::AttributeProto* found = attribute(name, onnx::AttributeProto::STRING);
    return found != nullptr ? found->s() : otherwise;
}

const onnx::AttributeProto* OnnxNode::attribute(const char* name, onnx::AttributeProto::AttributeType type) {
    m_asked.insert(name);
    for (const onnx::AttributeProto& attribute : m_proto.attribute())
        if (attribute.name() == name) {
            if (attribute.type() != type)
                refuse(ErrorCode::Unreadable, "its attribute {} has another type", name);
            return &attribute;
        }
    return nullptr;
}

int64_t OnnxNode::integer(const char* name, int64_t otherwise) {
    const onnx::AttributeProto* found = attribute(name, onnx::AttributeProto::INT);
    return found != nullptr ? found->i() : otherwise;
}

float OnnxNode::real(const char* name, float otherwise) {
    const onnx::AttributeProto* found = attribute(name, onnx::AttributeProto::FLOAT);
    return found != nullptr ? found->f() : otherwise;
}

std::vector<int64_t> OnnxNode::integerList(const char* name) {
    const onnx::AttributeProto* found = attribute(name, onnx::AttributeProto::INTS);
    if (found == nullptr || found->ints_size() > kLongestList)
        refuse(ErrorCode::Unsupported, "its attribute {} is missing or too long", name);
    return {found->ints().begin(), found->ints().end()};
}

void OnnxNode::expectNoOtherAttributes() const {
    std::set<std::string> seen;
    for (const onnx::AttributeProto& attribute : m_proto.attribute())
        if (m_asked.count(attribute.name()) == 0 || !seen.insert(attribute.name()).second)
            refuse(ErrorCode::Unsupported, "its attribute {} is not one that is written here",
                   onnxName(attribute.name()));
}

} // namespace hourglass
