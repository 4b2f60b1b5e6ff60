#pragma once

// Builds a Graph from the nodes of an ONNX graph, through the table in OnnxNodeReaders.h. Everything in here throws
// OnnxRefusal (OnnxFile.h); a ContractError of the Graph, such as shapes that do not fit, counts as one.

#include <map>
#include <set>

#include "core/io/ImportedNetwork.h"
#include "core/io/importers/OnnxFile.h"

namespace hourglass {

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
    bool isTaken(const std::string& name) const;

    const onnx::GraphProto& m_proto;
    Graph m_graph;
    std::map<std::string, NodeId> m_values;
    std::map<std::string, float> m_scalars;
    std::map<std::string, std::vector<int64_t>> m_integers;
    std::map<std::string, std::vector<float>> m_reals;
    std::set<std::string> m_conditions; // those of m_values that are boolean in ONNX
};

} // namespace hourglass
