#pragma once

// What our ONNX writer and reader agree on. The only place, with the files that include it, that sees ONNX or Protobuf.
//
// Opset 13 and IR 7 are what OpenCV 4.6's reader and ONNX Runtime since 1.6 understand. Initialisers are the
// parameters, by their names; every other constant is a Constant node. One input or output per name of the graph; sizes
// that depend on the batch or picture are dim_params spelt as Dim::toString() does ("N", "H/2").

#include <onnx/onnx_pb.h>

#include "core/graph/Dim.h"

namespace hourglass {

inline constexpr int kOnnxOpset = 13;
inline constexpr int kOnnxIrVersion = 7;
inline constexpr const char* kOnnxProducer = "Hourglass";
inline constexpr const char* kOnnxPartKey = "hourglass_part"; // metadata: a ModelPart's name

// Metadata of networks that take pictures of any size: the number whose multiples their sides are.
inline constexpr const char* kOnnxSizeMultipleKey = "hourglass_size_multiple";

// Protobuf's own limit on a message, with room for everything but weights.
inline constexpr uint64_t kOnnxLargestFile = (uint64_t{1} << 31) - 1;
// Bytes beside the weights. Small messages take many times their bytes in memory, so this bounds what a lie can cost.
inline constexpr uint64_t kOnnxLargestStructure = uint64_t{16} << 20;

} // namespace hourglass
