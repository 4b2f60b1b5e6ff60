#include "core/io/importers/OnnxNodeReaders.h"

#include <algorithm>
#include <array>

namespace hourglass {

namespace {

std::vector<int> axesOf(const std::vector<int64_t>& values) {
    std::vector<int> axes;
    for (const int64_t value : values) {
        if (value < 0 || value > 64)
            refuse(ErrorCode::Unsupported, "it names the axis {}", value);
        axes.push_back(static_cast<int>(value));
    }
    return axes;
}

NodeId readGemm(OnnxNode& node) {
    if (node.real("alpha", 1.0f) != 1.0f || node.real("beta", 1.0f) != 1.0f)
        refuse(ErrorCode::Unsupported, "alpha and beta other than 1 are not read");
    const NodeId product = node.graph().matMul(node.value(0), node.value(1), node.integer("transA", 0) != 0,
                                               node.integer("transB", 0) != 0);
    return node.inputs() == 3 ? node.graph().add(product, node.value(2)) : product;
}

NodeId readLeakyRelu(OnnxNode& node) {
    const float alpha = node.real("alpha", 0.01f);
    if (!(alpha >= 0.0f && alpha < 1.0f))
        refuse(ErrorCode::Unsupported, "its slope is {}", alpha);
    return node.graph().unary(OpKind::LeakyRelu, node.value(0), static_cast<double>(alpha));
}

NodeId readElu(OnnxNode& node) {
    const float alpha = node.real("alpha", 1.0f);
    if (!(alpha > 0.0f && alpha < 1e6f))
        refuse(ErrorCode::Unsupported, "its alpha is {}", alpha);
    return node.graph().unary(OpKind::Elu, node.value(0), static_cast<double>(alpha));
}

NodeId readClip(OnnxNode& node) {
    const float low = node.scalar(1), high = node.scalar(2);
    if (!(low <= high))
        refuse(ErrorCode::Unreadable, "its bounds are {} and {}", low, high);
    return node.graph().clamp(node.value(0), static_cast<double>(low), static_cast<double>(high));
}

NodeId readGreater(OnnxNode& node) {
    const NodeId x = node.value(0);
    if (node.isScalar(1) && node.scalar(1) == 0.0f)
        return node.graph().unary(OpKind::Step, x);
    return node.graph().unary(OpKind::Step, node.graph().subtract(x, node.value(1)));
}

NodeId readCast(OnnxNode& node) {
    if (node.integer("to", 0) != onnx::TensorProto::FLOAT)
        refuse(ErrorCode::Unsupported, "only casts to float32 are read");
    return node.condition(0);
}

NodeId readReduceSum(OnnxNode& node) {
    if (node.integer("keepdims", 1) != 0)
        refuse(ErrorCode::Unsupported, "kept axes are not read");
    return node.graph().reduce(node.value(0), axesOf(node.integers(1)));
}

NodeId readReduceMean(OnnxNode& node) {
    if (node.integer("keepdims", 1) != 0)
        refuse(ErrorCode::Unsupported, "kept axes are not read");
    const std::vector<int> axes = axesOf(node.integerList("axes"));
    return node.graph().reduce(node.value(0), axes, axes);
}

// -1 and 0 in Reshape's sizes, found from what is reshaped.
SymbolicShape reshaped(const SymbolicShape& from, const std::vector<int64_t>& sizes) {
    google::protobuf::RepeatedField<int64_t> fixedFrom, fixedTo;
    std::vector<Dim> symbols;
    for (const Dim& dim : from) {
        if (dim.isFixed())
            *fixedFrom.Add() = dim.fixedSize();
        else
            symbols.push_back(dim);
    }
    SymbolicShape to;
    std::optional<size_t> guessed;
    for (size_t i = 0; i < sizes.size(); ++i) {
        if (sizes[i] == -1 && !guessed)
            guessed = i;
        else if (sizes[i] < 0 || (sizes[i] == 0 && i >= from.size()))
            refuse(ErrorCode::Unreadable, "it asks for the size {}", sizes[i]);
        to.push_back(sizes[i] == 0 ? from[i] : Dim(std::max<int64_t>(sizes[i], 1)));
        if (to.back().isFixed())
            *fixedTo.Add() = to.back().fixedSize();
        else if (const auto it = std::find(symbols.begin(), symbols.end(), to.back()); it != symbols.end())
            symbols.erase(it);
    }
    const std::optional<int64_t> elements = onnxElements(fixedFrom), wanted = onnxElements(fixedTo);
    if (!elements || !wanted)
        refuse(ErrorCode::Unreadable, "it asks for an impossible shape");
    if (guessed && symbols.size() == 1)
        to[*guessed] = symbols.front();
    else if (guessed)
        to[*guessed] = *elements / *wanted;
    return to; // the Graph checks that the elements agree
}

NodeId readReshape(OnnxNode& node) {
    const NodeId x = node.value(0);
    return node.graph().reshape(x, reshaped(node.shape(x), node.integers(1)));
}

// Sizes 1 that grow are axes of copies; others stay.
NodeId readExpand(OnnxNode& node) {
    const NodeId x = node.value(0);
    const SymbolicShape from = node.shape(x);
    const std::vector<int64_t>& sizes = node.integers(1);
    if (sizes.size() != from.size())
        refuse(ErrorCode::Unsupported, "it changes the number of axes");
    SymbolicShape to = from, rest;
    std::vector<int> axes;
    for (size_t i = 0; i < sizes.size(); ++i) {
        if (sizes[i] < 1 || (sizes[i] != 1 && from[i] != Dim(1)))
            refuse(ErrorCode::Unsupported, "it makes {} of {}", sizes[i], from[i].toString());
        if (sizes[i] == 1) {
            rest.push_back(from[i]);
            continue;
        }
        to[i] = sizes[i];
        axes.push_back(static_cast<int>(i));
    }
    return node.graph().expand(node.graph().reshape(x, rest), axes, to);
}

constexpr OpKind kNone = OpKind::Input; // of rows that build by a function

constexpr std::array kReaders = {
    OnnxNodeReader{"Gemm", 2, 3, kNone, readGemm},
    OnnxNodeReader{"Add", 2, 2, OpKind::Add},
    OnnxNodeReader{"Sub", 2, 2, OpKind::Subtract},
    OnnxNodeReader{"Mul", 2, 2, OpKind::Multiply},
    OnnxNodeReader{"Div", 2, 2, OpKind::Divide},
    OnnxNodeReader{"Sqrt", 1, 1, OpKind::Sqrt},
    OnnxNodeReader{"Exp", 1, 1, OpKind::Exp},
    OnnxNodeReader{"Log", 1, 1, OpKind::Log},
    OnnxNodeReader{"Abs", 1, 1, OpKind::Abs},
    OnnxNodeReader{"Sign", 1, 1, OpKind::Sign},
    OnnxNodeReader{"Greater", 2, 2, kNone, readGreater, true},
    OnnxNodeReader{"Cast", 1, 1, kNone, readCast},
    OnnxNodeReader{"Clip", 3, 3, kNone, readClip},
    OnnxNodeReader{"Erf", 1, 1, OpKind::Erf},
    OnnxNodeReader{"Softplus", 1, 1, OpKind::Softplus},
    OnnxNodeReader{"Sigmoid", 1, 1, OpKind::Sigmoid},
    OnnxNodeReader{"Tanh", 1, 1, OpKind::Tanh},
    OnnxNodeReader{"Relu", 1, 1, OpKind::Relu},
    OnnxNodeReader{"LeakyRelu", 1, 1, kNone, readLeakyRelu},
    OnnxNodeReader{"Elu", 1, 1, kNone, readElu},
    OnnxNodeReader{"Identity", 1, 1, OpKind::StopGradient},
    OnnxNodeReader{"ReduceSum", 2, 2, kNone, readReduceSum},
    OnnxNodeReader{"ReduceMean", 1, 1, kNone, readReduceMean},
    OnnxNodeReader{"Expand", 2, 2, kNone, readExpand},
    OnnxNodeReader{"Reshape", 2, 2, kNone, readReshape},
};

} // namespace

const OnnxNodeReader* findOnnxNodeReader(std::string_view type) {
    for (const std::span<const OnnxNodeReader> rows : {std::span<const OnnxNodeReader>(kReaders), onnxPictureReaders()})
        for (const OnnxNodeReader& row : rows)
            if (row.type == type)
                return &row;
    return nullptr;
}

NodeId readNative(OnnxNode& node, OpKind op) {
    std::vector<NodeId> inputs;
    for (int i = 0; i < node.inputs(); ++i)
        inputs.push_back(node.value(i));
    return node.graph().append(op, std::move(inputs));
}

} // namespace hourglass
