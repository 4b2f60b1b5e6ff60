#pragma once

// How each op is said in ONNX: one row per op in OnnxEmitters.cpp. To add one, write its row there and, for node types
// that are new, a row in importers/OnnxNodeReaders.cpp.

#include "core/io/exporters/OnnxGraphWriter.h"

namespace hourglass {

struct OnnxEmitter {
    OpKind op;
    // An ONNX op that means the same, without attributes; or the function that emits nodes and returns the name of
    // their value.
    const char* native;
    Result<std::string> (*emit)(OnnxGraphWriter& writer, const Node& node) = nullptr;
};

// nullptr when the op cannot be exported.
const OnnxEmitter* findOnnxEmitter(OpKind op);

} // namespace hourglass
