#pragma once

// One node of an ONNX file as the rows of OnnxNodeReaders.cpp see it. Everything in here throws OnnxRefusal.

#include <set>

#include "core/graph/Graph.h"
#include "core/io/importers/OnnxFile.h"

namespace hourglass {

class OnnxGraphReader;

// What a reader does not ask for is refused: attributes, inputs.
class OnnxNode {
public:
    OnnxNode(OnnxGraphReader& reader, const onnx::NodeProto& proto) : m_reader(reader), m_proto(proto) {}

    Graph& graph();
    const SymbolicShape& shape(NodeId id) { return graph().shape(id); }
    // Inputs by place.
    int inputs() const { return m_proto.input_size(); }
    NodeId value(int place);
    NodeId condition(int place); // a boolean made by a Greater, as 0 or 1
    float scalar(int place);
    const std::vector<int64_t>& integers(int place);
    bool isScalar(int place) const;
    bool isLeftOut(int place) const; // an input without a name
    const std::vector<float>& reals(int place);
    void expectInputs(int least, int most) const;
    // Attributes by name, with ONNX's default.
    int64_t integer(const char* name, int64_t otherwise);
    float real(const char* name, float otherwise);
    std::vector<int64_t> integerList(const char* name);
    std::string text(const char* name, const char* otherwise);
    bool hasAttribute(const char* name) const;
    void expectNoOtherAttributes() const;

private:
    const onnx::AttributeProto* attribute(const char* name, onnx::AttributeProto::AttributeType type);

    OnnxGraphReader& m_reader;
    const onnx::NodeProto& m_proto;
    std::set<std::string> m_asked;
};

} // namespace hourglass
