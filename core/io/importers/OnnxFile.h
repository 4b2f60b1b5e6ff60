#pragma once

// Parsing an ONNX file that nobody vouches for.

#include <filesystem>
#include <map>

#include "core/base/Result.h"
#include "core/io/OnnxFormat.h"

namespace hourglass {

// Thrown within the ONNX importer and nowhere else: it becomes the Error of the function that was called.
struct OnnxRefusal {
    Error error;
};

// Name of something in the file as messages show it: quoted, short, valid UTF-8.
std::string onnxName(const std::string& name);

template <typename... Arguments>
[[noreturn]] void refuse(ErrorCode code, std::string message, const Arguments&... arguments) {
    throw OnnxRefusal{makeError(code, std::move(message), arguments...)};
}

// The message, complete and within our limits (OnnxFormat.h): at most 2 GiB, 16 MiB of which beside the weights; no
// weights in other files. Errors: NotFound, Unreadable, Unsupported.
Result<onnx::ModelProto> parseOnnx(const std::filesystem::path& path);

std::map<std::string, std::string> onnxMetadata(const onnx::ModelProto& model);

// Number of values of a tensor with these sizes, or nothing for impossible ones (negative, zero, beyond 2^40 in all).
std::optional<int64_t> onnxElements(const google::protobuf::RepeatedField<int64_t>& sizes);

} // namespace hourglass
