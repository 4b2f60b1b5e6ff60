#include <algorithm>
#include <array>

#include "core/io/importers/OnnxNodeReaders.h"

namespace hourglass {

namespace {

constexpr int64_t kLargestKernel = 64;

// Two equal numbers of a list: kernels and strides are square.
int64_t square(const std::vector<int64_t>& list, const char* what) {
    if (list.size() != 2 || list[0] != list[1] || list[0] < 1 || list[0] > kLargestKernel)
        refuse(ErrorCode::Unsupported, "its {} are not two equal numbers from 1 to {}", what, kLargestKernel);
    return list[0];
}

struct Convolution {
    NodeId x, weights;
    Window window;
    int64_t kernel;
};

Convolution readWindow(OnnxNode& node) {
    Convolution c{node.value(0), node.value(1), {}, square(node.integerList("kernel_shape"), "kernel sizes")};
    c.window.stride = square(node.integerList("strides"), "strides");
    const std::vector<int64_t> pads = node.integerList("pads");
    if (pads.size() != 4 || pads[0] != pads[1] || pads[2] != pads[3] || std::min(pads[0], pads[2]) < 0 ||
        std::max(pads[0], pads[2]) > kLargestKernel)
        refuse(ErrorCode::Unsupported, "its padding is not the same for lines and columns");
    c.window.padBefore = pads[0];
    c.window.padAfter = pads[2];
    const SymbolicShape& weights = node.shape(c.weights);
    if (node.shape(c.x).size() != 4 || weights.size() != 4 || weights[2] != Dim(c.kernel) ||
        weights[3] != Dim(c.kernel))
        refuse(ErrorCode::Unreadable, "its weights are {}, its kernel {}", toString(weights), c.kernel);
    return c;
}

NodeId withBias(OnnxNode& node, NodeId y) {
    if (node.inputs() < 3)
        return y;
    const NodeId bias = node.value(2);
    return node.graph().add(y, node.graph().expand(bias, {0, 2, 3}, node.shape(y)));
}

NodeId readConv(OnnxNode& node) {
    const Convolution c = readWindow(node);
    return withBias(node, node.graph().convolve(c.x, c.weights, c.window));
}

NodeId readConvTranspose(OnnxNode& node) {
    const Convolution c = readWindow(node);
    std::vector<int64_t> extra = {0, 0};
    if (node.hasAttribute("output_padding"))
        extra = node.integerList("output_padding");
    if (extra.size() != 2 || std::min(extra[0], extra[1]) < 0 || std::max(extra[0], extra[1]) >= c.window.stride)
        refuse(ErrorCode::Unsupported, "its output padding is impossible");
    SymbolicShape shape = node.shape(c.x);
    shape[1] = node.shape(c.weights)[1];
    for (size_t axis = 2; axis < 4; ++axis)
        shape[axis] = shape[axis]
                          .plus(-1)
                          .times(c.window.stride)
                          .plus(c.kernel - c.window.padBefore - c.window.padAfter + extra[axis - 2]);
    return withBias(node, node.graph().convolveTransposed(c.x, c.weights, c.window, shape));
}

NodeId readMaxPool(OnnxNode& node) {
    const int64_t factor = square(node.integerList("kernel_shape"), "kernel sizes");
    if (square(node.integerList("strides"), "strides") != factor)
        refuse(ErrorCode::Unsupported, "its blocks overlap");
    return node.graph().scaled(OpKind::MaxPool, node.value(0), factor);
}

NodeId readResize(OnnxNode& node) {
    const std::vector<float>& scales = node.reals(2);
    if (node.text("mode", "nearest") != "linear" ||
        node.text("coordinate_transformation_mode", "half_pixel") != "half_pixel" || !node.isLeftOut(1) ||
        scales.size() != 4 || scales[0] != 1 || scales[1] != 1 || scales[2] != scales[3] ||
        scales[2] != static_cast<float>(static_cast<int64_t>(std::clamp(scales[2], 1.0f, 64.0f))))
        refuse(ErrorCode::Unsupported, "only bilinear enlargements by a whole number are read");
    return node.graph().scaled(OpKind::UpsampleBilinear, node.value(0), static_cast<int64_t>(scales[2]));
}

NodeId readTranspose(OnnxNode& node) {
    std::vector<int> axes;
    for (const int64_t axis : node.integerList("perm")) {
        if (axis < 0 || axis > 64)
            refuse(ErrorCode::Unsupported, "it names the axis {}", axis);
        axes.push_back(static_cast<int>(axis));
    }
    return node.graph().permute(node.value(0), std::move(axes));
}

int axisWithin(OnnxNode& node, NodeId x, int64_t axis) {
    if (axis < 0 || axis >= static_cast<int64_t>(node.shape(x).size()))
        refuse(ErrorCode::Unsupported, "it names the axis {}", axis);
    return static_cast<int>(axis);
}

NodeId readConcat(OnnxNode& node) {
    const NodeId a = node.value(0);
    return node.graph().concat(a, node.value(1), axisWithin(node, a, node.integer("axis", 0)));
}

NodeId readSlice(OnnxNode& node) {
    const NodeId x = node.value(0);
    const std::vector<int64_t>&begin = node.integers(1), &end = node.integers(2), &axes = node.integers(3);
    if (begin.size() != 1 || end.size() != 1 || axes.size() != 1 || begin[0] < 0 || end[0] <= begin[0])
        refuse(ErrorCode::Unsupported, "it does not cut a part of one axis");
    return node.graph().slice(x, axisWithin(node, x, axes[0]), begin[0], end[0] - begin[0]);
}

constexpr OpKind kNoPictureOp = OpKind::Input; // of rows that build by a function

constexpr std::array kPictureReaders = {
    OnnxNodeReader{"Conv", 2, 3, kNoPictureOp, readConv},
    OnnxNodeReader{"ConvTranspose", 2, 3, kNoPictureOp, readConvTranspose},
    OnnxNodeReader{"MaxPool", 1, 1, kNoPictureOp, readMaxPool},
    OnnxNodeReader{"Resize", 3, 3, kNoPictureOp, readResize},
    OnnxNodeReader{"Transpose", 1, 1, kNoPictureOp, readTranspose},
    OnnxNodeReader{"Concat", 2, 2, kNoPictureOp, readConcat},
    OnnxNodeReader{"Slice", 4, 4, kNoPictureOp, readSlice},
};

} // namespace

std::span<const OnnxNodeReader> onnxPictureReaders() {
    return kPictureReaders;
}

} // namespace hourglass
