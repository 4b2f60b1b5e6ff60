#pragma once

// How each ONNX node type that our emitters write becomes ops again: one row per type in OnnxNodeReaders.cpp.

#include <span>
#include <string_view>

#include "core/io/importers/OnnxNode.h"

namespace hourglass {

struct OnnxNodeReader {
    std::string_view type;
    int leastInputs, mostInputs;
    OpKind native;                       // the op that means the same, …
    NodeId (*read)(OnnxNode&) = nullptr; // … or what builds it
    bool isCondition = false;            // boolean in ONNX
};

// Rows for ops that move elements between places (OnnxPictureReaders.cpp).
std::span<const OnnxNodeReader> onnxPictureReaders();

// nullptr for a type that we do not write.
const OnnxNodeReader* findOnnxNodeReader(std::string_view type);
NodeId readNative(OnnxNode& node, OpKind op);

} // namespace hourglass
