#pragma once

// Builds a Graph from the nodes of an ONNX graph, through the table in OnnxNodeReaders.h. Everything in here throws
// OnnxRefusal (OnnxFile.h); a ContractError of the Graph, such as shapes that do not fit, counts as one.

#include <map>
#include <set>

#include "core/io/ImportedNetwork.h"
#include "core/io/importers/OnnxFile.h"

namespace hourglass {

class OnnxGraphReader;

// One node as its reader sees it. What is not asked for is refused: attributes, inputs.
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
    void expectInputs(int least, int most) const;
    // Attributes by name, with ONNX's default.
    int64_t integer(const char* name, int64_t otherwise);
    float real(const char* name, float otherwise);
    std::vector<int64_t> integerList(const char* name);
    void expectNoOtherAttributes() const;

private:
    const onnx::AttributeProto* attribute(const char* name, onnx::AttributeProto::AttributeType type);

    OnnxGraphReader& m_reader;
    const onnx::NodeProto& m_proto;
    std::set<std::string> m_asked;
};

class OnnxGraphReader {
public:
    explicit OnnxGraphReader(const onnx::GraphProto& proto) : m_proto(proto) {}
    ImportedNetwork read();

private:
    friend class OnnxNode;

    void readInputs();
    void readParameters();
    void readNode(const onnx::NodeProto& proto);
    void readConstant(const onnx::NodeProto& proto);
    void readOutputs();
    void define(const std::string& name, NodeId id);

    const onnx::GraphProto& m_proto;
    Graph m_graph;
    std::map<std::string, NodeId> m_values;
    std::map<std::string, float> m_scalars;
    std::map<std::string, std::vector<int64_t>> m_integers;
    std::set<std::string> m_conditions; // those of m_values that are boolean in ONNX
};

} // namespace hourglass
