#pragma once

// ONNX files that we wrote, read back: nodes become ops of a Graph, initialisers its parameters. Strict: what our
// writer would not have written is refused, naming file and node. Other programs' files are refused, not guessed at.

#include <span>

#include "core/io/ImportedNetwork.h"
#include "core/io/ModelFile.h"

namespace hourglass {

// Whether these first bytes look like an ONNX model, which has no magic number.
bool isOnnx(std::span<const std::byte> head);

// The network in the file, from nodes and initialisers alone. Errors, naming the file: NotFound, Unreadable (damaged,
// a cycle, a shape that does not fit), Unsupported (an op, type or size that our writer does not use), OutOfMemory.
Result<ImportedNetwork> importOnnx(const std::filesystem::path& path);

// The model that the metadata describes, with the initialisers as weights; only of a whole autoencoder. Its nodes must
// be readable too. Errors as importOnnx(), and as loadModel().
Result<LoadedModel> loadOnnxModel(const std::filesystem::path& path);

} // namespace hourglass
