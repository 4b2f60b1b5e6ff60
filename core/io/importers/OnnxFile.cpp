#include "core/io/importers/OnnxFile.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/wire_format_lite.h>
#include <nlohmann/json.hpp>

#include "core/base/AtomicFile.h"
#include "core/io/importers/OnnxImporter.h"

namespace hourglass {

namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr int kDeepest = 32; // nested messages
constexpr int64_t kMostElements = int64_t{1} << 40;

// Bytes of initialisers' raw data, found by walking the wire format alone: ModelProto.graph = 7, GraphProto.initializer
// = 5, TensorProto.raw_data = 9. What is malformed ends the walk; the parser says so afterwards.
uint64_t weightBytes(CodedInputStream& input, std::span<const int> fields) {
    uint64_t bytes = 0;
    while (const uint32_t tag = input.ReadTag()) {
        uint32_t length = 0;
        if (WireFormatLite::GetTagFieldNumber(tag) != fields.front() ||
            WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
            if (!WireFormatLite::SkipField(&input, tag))
                return bytes;
        } else if (!input.ReadVarint32(&length) || length > static_cast<uint32_t>(INT32_MAX)) {
            return bytes;
        } else if (fields.size() == 1) {
            if (!input.Skip(static_cast<int>(length)))
                return bytes;
            bytes += length;
        } else {
            const CodedInputStream::Limit limit = input.PushLimit(static_cast<int>(length));
            bytes += weightBytes(input, fields.subspan(1));
            if (input.BytesUntilLimit() > 0 && !input.Skip(input.BytesUntilLimit()))
                return bytes;
            input.PopLimit(limit);
        }
    }
    return bytes;
}

uint64_t structureBytes(const std::string& content) {
    constexpr std::array fields = {7, 5, 9};
    CodedInputStream input(reinterpret_cast<const uint8_t*>(content.data()), static_cast<int>(content.size()));
    return content.size() - weightBytes(input, fields);
}

bool hasExternalData(const onnx::GraphProto& graph) {
    for (const onnx::TensorProto& tensor : graph.initializer())
        if (tensor.data_location() != onnx::TensorProto::DEFAULT || tensor.external_data_size() > 0)
            return true;
    return false;
}

} // namespace

std::string onnxName(const std::string& name) {
    using nlohmann::json;
    return json(name.substr(0, 80)).dump(-1, ' ', false, json::error_handler_t::replace);
}

bool isOnnx(std::span<const std::byte> head) {
    // ir_version (field 1, a small number) comes first, then producer, domain, version, doc, graph or opset.
    return head.size() > 4 && head[0] == std::byte{0x08} && head[1] > std::byte{0} && head[1] < std::byte{64} &&
           (head[2] == std::byte{0x12} || head[2] == std::byte{0x1a} || head[2] == std::byte{0x22} ||
            head[2] == std::byte{0x28} || head[2] == std::byte{0x32} || head[2] == std::byte{0x3a} ||
            head[2] == std::byte{0x42});
}

Result<onnx::ModelProto> parseOnnx(const std::filesystem::path& path) {
    Result<std::string> content = readFile(path, kOnnxLargestFile);
    if (!content)
        return std::move(content).error();
    if (const uint64_t structure = structureBytes(*content); structure > kOnnxLargestStructure)
        return makeError(ErrorCode::Unsupported,
                         "'{}' is no ONNX file that can be read here: it has {} bytes beside its weights; at most {} "
                         "are accepted.",
                         path.string(), structure, kOnnxLargestStructure);
    const google::protobuf::LogSilencer silence; // the error below says it
    CodedInputStream input(reinterpret_cast<const uint8_t*>(content->data()), static_cast<int>(content->size()));
    input.SetRecursionLimit(kDeepest);
    onnx::ModelProto model;
    if (!model.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage() || !model.has_graph())
        return makeError(ErrorCode::Unreadable,
                         "'{}' is not a valid ONNX file: it is damaged, cut short or of "
                         "another kind.",
                         path.string());
    if (hasExternalData(model.graph()))
        return makeError(ErrorCode::Unsupported, "'{}' keeps its weights in other files; only weights inside are read.",
                         path.string());
    return model;
}

std::map<std::string, std::string> onnxMetadata(const onnx::ModelProto& model) {
    std::map<std::string, std::string> metadata;
    for (const onnx::StringStringEntryProto& entry : model.metadata_props())
        metadata[entry.key()] = entry.value();
    return metadata;
}

std::optional<int64_t> onnxElements(const google::protobuf::RepeatedField<int64_t>& sizes) {
    int64_t elements = 1;
    for (const int64_t size : sizes) {
        if (size < 1 || size > kMostElements / elements)
            return std::nullopt;
        elements *= size;
    }
    return elements;
}

} // namespace hourglass
