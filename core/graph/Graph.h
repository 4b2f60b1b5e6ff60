#pragma once

// The network as data: nodes of the ops in Op.h, each with a symbolic shape, appended in an order in which every node
// comes after its inputs. A Graph is a value; building one never touches memory for tensors. Inputs, parameters and
// outputs have names: "input", "encoder.0.weight", "loss".
//
// Shapes are checked as nodes are added; a mismatch is a ContractError naming both sides (people's choices are
// validated before a graph is built).

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/Dim.h"
#include "core/graph/Op.h"

namespace hourglass {

// Index of a node in its graph.
enum class NodeId : int32_t {};
constexpr size_t index(NodeId id) {
    return static_cast<size_t>(id);
}

// How a parameter starts. Fans are those of the layer it belongs to.
struct Initialisation {
    enum class Kind : uint8_t {
        Zeros,
        HeNormal,
        GlorotUniform,
        LecunNormal,
        FanInUniform,
        Orthogonal
    } kind = Kind::Zeros;
    int64_t fanIn = 1, fanOut = 1;
    double gain = 1; // factor of what the kind draws
    bool operator==(const Initialisation&) const = default;
};

// How a convolution moves over its picture.
struct Window {
    int64_t stride = 1, padBefore = 0, padAfter = 0;
    // Padding with which a k × k kernel makes n / stride of n.
    static Window same(int64_t kernel, int64_t stride = 1) {
        const int64_t padding = std::max<int64_t>(0, kernel - stride);
        return {stride, padding / 2, padding - padding / 2};
    }
};

// Fields that the ops in Op.h name; the rest stays at its default.
struct OpAttributes {
    double alpha = 0.0, beta = 0.0;
    bool transposeA = false, transposeB = false;
    std::vector<int> axes = {}, averageAxes = {}; // ascending, non-negative
    int64_t stride = 1, padBefore = 0, padAfter = 0;
    int64_t factor = 1, begin = 0;
    bool channelsLast =
        false; // pictures lie [N, H, W, C]: only executors make such graphs (exec/onednn/ChannelsLast.h)
    SymbolicShape shape = {};
    std::string name = {};
    Initialisation initialisation = {};
    bool operator==(const OpAttributes&) const = default;
};

struct Node {
    OpKind op;
    std::vector<NodeId> inputs;
    OpAttributes attributes;
    SymbolicShape shape;
};

class Graph {
public:
    NodeId input(std::string name, SymbolicShape shape);
    // Asked for again under its name, the same node: layers that are built twice share their weights.
    NodeId parameter(std::string name, SymbolicShape shape, Initialisation initialisation = {});
    NodeId constant(double value);
    NodeId matMul(NodeId a, NodeId b, bool transposeA = false, bool transposeB = false);
    NodeId add(NodeId a, NodeId b) { return append(OpKind::Add, {a, b}); }
    NodeId subtract(NodeId a, NodeId b) { return append(OpKind::Subtract, {a, b}); }
    NodeId multiply(NodeId a, NodeId b) { return append(OpKind::Multiply, {a, b}); }
    NodeId divide(NodeId a, NodeId b) { return append(OpKind::Divide, {a, b}); }
    NodeId affine(NodeId x, double factor, double offset);
    NodeId scale(NodeId x, double factor) { return affine(x, factor, 0.0); }
    NodeId clamp(NodeId x, double low, double high);
    // An elementwise op with one input; alpha as Op.h says for LeakyRelu and Elu.
    NodeId unary(OpKind op, NodeId x, double alpha = 0.0);
    NodeId reduce(NodeId x, std::vector<int> axes, std::vector<int> averageAxes = {});
    NodeId reduceAll(NodeId x, std::vector<int> averageAxes = {});
    NodeId expand(NodeId x, std::vector<int> axes, SymbolicShape shape, std::vector<int> averageAxes = {});
    NodeId reshape(NodeId x, SymbolicShape shape);
    NodeId permute(NodeId x, std::vector<int> axes);
    NodeId concat(NodeId a, NodeId b, int axis);
    // [begin, begin + count) of an axis.
    NodeId slice(NodeId x, int axis, int64_t begin, Dim count);
    NodeId convolve(NodeId x, NodeId weights, const Window& window);
    NodeId convolveTransposed(NodeId y, NodeId weights, const Window& window, SymbolicShape shape);
    NodeId convolveWeights(NodeId x, NodeId y, const Window& window, SymbolicShape shape);
    // MaxPool, SumPool, UpsampleNearest, UpsampleBilinear, BilinearTransposed, PixelShuffle, PixelUnshuffle.
    NodeId scaled(OpKind op, NodeId x, int64_t factor);

    // The general way in; the functions above are its readable forms.
    NodeId append(OpKind op, std::vector<NodeId> inputs, OpAttributes attributes = {});

    void setOutput(const std::string& name, NodeId id) { m_outputs[name] = id; }
    void removeOutput(const std::string& name) { m_outputs.erase(name); }

    const Node& node(NodeId id) const;
    const std::vector<Node>& nodes() const { return m_nodes; }
    size_t size() const { return m_nodes.size(); }
    const SymbolicShape& shape(NodeId id) const { return node(id).shape; }
    const std::map<std::string, NodeId>& outputs() const { return m_outputs; }
    // ContractError when there is none.
    NodeId output(const std::string& name) const;
    // All nodes of a kind, in order: parameters() is what training updates.
    std::vector<NodeId> nodesOf(OpKind kind) const;
    std::vector<NodeId> parameters() const { return nodesOf(OpKind::Parameter); }

    // The same graph with only what the named outputs need; unused inputs and parameters go too.
    Graph pruned(const std::vector<std::string>& outputNames) const;
    // Equal for graphs with equal nodes and outputs; the key of compiled programs.
    uint64_t fingerprint() const;

private:
    std::vector<Node> m_nodes;
    std::map<std::string, NodeId> m_outputs;
};

// The shape of a new node, checked against its inputs (Shapes.cpp).
SymbolicShape inferShape(const Graph& graph, OpKind op, const std::vector<NodeId>& inputs,
                         const OpAttributes& attributes);

} // namespace hourglass
