#pragma once

// How each op is said in ONNX: one row per op in OnnxEmitters.cpp, or OnnxPictureEmitters.cpp for those that move
// elements between places. To add one, write its row there and, for node types that are new, a row in
// importers/OnnxNodeReaders.cpp or OnnxPictureReaders.cpp.

#include <span>

#include "core/io/exporters/OnnxGraphWriter.h"

namespace hourglass {

struct OnnxEmitter {
    OpKind op;
    // An ONNX op that means the same, without attributes; or the function that emits nodes and returns the name of
    // their value.
    const char* native;
    Result<std::string> (*emit)(OnnxGraphWriter& writer, const Node& node) = nullptr;
};

std::span<const OnnxEmitter> onnxPictureEmitters();
// Conv or ConvTranspose for a convolution by parameters, with a bias of its own when `add` adds one to it: then `add`
// is all of it. Nothing when `add` is another sum.
std::optional<Result<std::string>> emitBiasedConvolution(OnnxGraphWriter& writer, const Node& add);
// Whether a node is part of such a sum, and emits nothing itself.
bool isPartOfBiasedConvolution(const OnnxGraphWriter& writer, const Node& node);

// nullptr when the op cannot be exported.
const OnnxEmitter* findOnnxEmitter(OpKind op);

} // namespace hourglass
