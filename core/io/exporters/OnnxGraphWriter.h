#pragma once

// Turns a Graph into the nodes of an ONNX graph, op by op, through the table in OnnxEmitters.h.

#include <map>
#include <set>
#include <variant>

#include "core/graph/Graph.h"
#include "core/io/OnnxFormat.h"

namespace hourglass {

struct OnnxAttribute {
    const char* name;
    std::variant<int64_t, float, std::vector<int64_t>, std::string> value;
};

class OnnxGraphWriter {
public:
    // Both outlive the writer.
    OnnxGraphWriter(const Graph& graph, onnx::GraphProto& proto);

    // Emits everything: inputs, nodes, outputs. Not the initialisers, whose names are the parameters'. Errors:
    // Unsupported for what ONNX cannot say.
    Result<void> write();

    // For emitters. The name of a node's value, whose emitter has run.
    const std::string& value(NodeId id) const { return m_values.at(index(id)); }
    const Graph& graph() const { return m_graph; }
    // How many nodes use a value.
    int uses(NodeId id) const { return m_uses.at(index(id)); }
    // Appends a node with one output and returns that output's name, made from `hint` or the type.
    std::string node(const std::string& type, const std::vector<std::string>& inputs,
                     const std::vector<OnnxAttribute>& attributes = {}, const std::string& hint = {});
    // Names of constants: a float32 scalar, a list of int64. Equal ones are written once.
    std::string scalar(double value);
    std::string integers(const std::vector<int64_t>& values);
    std::string reals(const std::vector<float>& values);
    // Weights that no training changes, [sizes…], as an initialiser of a name made from `hint`.
    std::string weights(const std::string& hint, const std::vector<int64_t>& sizes, const std::vector<float>& values);
    // x reshaped to a symbolic shape that its own shape can tell. Unsupported when more than one size is to be guessed.
    Result<std::string> reshape(const std::string& x, const SymbolicShape& from, const SymbolicShape& to);

private:
    std::string unique(const std::string& hint);
    std::string constant(const std::string& hint, onnx::TensorProto tensor);
    Result<std::string> emit(NodeId id);
    void nameOutputs();

    const Graph& m_graph;
    onnx::GraphProto& m_proto;
    std::vector<std::string> m_values; // by node
    std::vector<int> m_uses;
    std::set<std::string> m_names;
    std::map<std::string, std::string> m_constants; // serialised tensor → name
};

// Fills a ValueInfoProto: float32 of that shape, symbolic sizes as dim_params.
void describeValue(onnx::ValueInfoProto& proto, const std::string& name, const SymbolicShape& shape);

} // namespace hourglass
