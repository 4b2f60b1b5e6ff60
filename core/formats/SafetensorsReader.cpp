#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/ranges.h>

#include "core/formats/Safetensors.h"
#include "core/formats/SafetensorsType.h"
#include "core/formats/StrictJson.h"

static_assert(std::endian::native == std::endian::little, "safetensors bytes are taken as they are");

namespace hourglass {

namespace {

using nlohmann::json;

constexpr uint64_t kLongestSafetensorsHeader = 100'000'000; // the limit of the reference implementation
constexpr size_t kMostTensors = 65'536;

template <typename... Arguments>
Error damaged(std::string message, const Arguments&... arguments) {
    return makeError(ErrorCode::Unreadable, std::move(message), arguments...);
}

// A whole number from 0 to 2^62, written as such.
std::optional<uint64_t> natural(const json& value) {
    if (!value.is_number_unsigned() || value.get<uint64_t>() > uint64_t{1} << 62)
        return std::nullopt;
    return value.get<uint64_t>();
}

std::optional<std::vector<uint64_t>> naturals(const json& list) {
    if (!list.is_array() || list.size() > 64)
        return std::nullopt;
    std::vector<uint64_t> values;
    for (const json& element : list) {
        if (!natural(element))
            return std::nullopt;
        values.push_back(*natural(element));
    }
    return values;
}

Result<TensorEntry> parseEntry(const std::string& name, const json& value, uint64_t dataBytes) {
    if (!value.is_object() || value.size() != 3 || !value.contains("dtype") || !value.contains("shape") ||
        !value.contains("data_offsets"))
        return damaged("tensor '{}' is not described by dtype, shape and data_offsets.", name);
    if (!value["dtype"].is_string())
        return damaged("the dtype of tensor '{}' is not a text.", name);
    const std::string dtype = value["dtype"].get<std::string>();
    const std::optional<ElementType> type = safetensorsType(dtype);
    if (!type)
        return makeError(ErrorCode::Unsupported,
                         "tensor '{}' has the dtype '{}'; F32, F16, BF16, F64, I64, I32 and U8 "
                         "are read.",
                         name, dtype);
    const auto sizes = naturals(value["shape"]), offsets = naturals(value["data_offsets"]);
    const std::optional<uint64_t> bytes = sizes ? arrayBytes(*sizes, elementSize(*type)) : std::nullopt;
    if (!bytes)
        return damaged("tensor '{}' has an impossible shape.", name);
    if (!offsets || offsets->size() != 2 || (*offsets)[0] > (*offsets)[1] || (*offsets)[1] > dataBytes)
        return damaged("tensor '{}' lies outside the file's {} bytes of data.", name, dataBytes);
    if ((*offsets)[1] - (*offsets)[0] != *bytes)
        return damaged("tensor '{}' needs {} bytes for its shape but claims {}.", name, *bytes,
                       (*offsets)[1] - (*offsets)[0]);
    return TensorEntry{name, *type, Shape(std::vector<int64_t>(sizes->begin(), sizes->end())), (*offsets)[0], *bytes};
}

Result<void> parseMetadata(const json& value, std::map<std::string, std::string>& metadata) {
    if (!value.is_object())
        return damaged("__metadata__ is not an object.");
    for (const auto& [key, text] : value.items()) {
        if (!text.is_string())
            return damaged("__metadata__ holds '{}', which is not a text.", key);
        metadata[key] = text.get<std::string>();
    }
    return {};
}

Result<void> parseHeader(const std::string& text, uint64_t dataBytes, SafetensorsFile& file) {
    Result<json> parsed = parseStrictJson(text, 8);
    if (!parsed)
        return std::move(parsed).error();
    if (!parsed->is_object())
        return damaged("the header is not a JSON object.");
    if (parsed->size() > kMostTensors)
        return damaged("it names {} tensors; at most {} are read.", parsed->size(), kMostTensors);
    for (const auto& [name, value] : parsed->items()) {
        if (name == "__metadata__") {
            if (Result<void> read = parseMetadata(value, file.metadata); !read)
                return read;
            continue;
        }
        Result<TensorEntry> entry = parseEntry(name, value, dataBytes);
        if (!entry)
            return std::move(entry).error();
        file.tensors.push_back(*std::move(entry));
    }
    std::stable_sort(file.tensors.begin(), file.tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
        return std::pair(a.offset, a.bytes) < std::pair(b.offset, b.bytes);
    });
    uint64_t place = 0;
    for (const TensorEntry& entry : file.tensors) {
        file.places.emplace(entry.name, file.places.size());
        if (entry.offset != place)
            return damaged("tensor '{}' {} what comes before it.", entry.name,
                           entry.offset < place ? "overlaps" : "leaves a hole after");
        place += entry.bytes;
    }
    if (place != dataBytes)
        return damaged("the tensors account for {} of the {} bytes of data.", place, dataBytes);
    return {};
}

// The bytes of one tensor.
class TensorStream : public ByteStream {
public:
    TensorStream(const SafetensorsFile& file, const TensorEntry& entry)
        : ByteStream(fmt::format("'{}', tensor '{}'", file.file->path().string(), entry.name)), m_file(*file.file),
          m_place(entry.offset), m_end(entry.offset + entry.bytes) {}

    Result<void> read(std::span<std::byte> bytes) override {
        if (bytes.size() > atMost())
            return tooShort();
        Result<void> result = m_file.readAt(m_place, bytes);
        m_place += bytes.size();
        return result;
    }
    Result<void> expectEnd() override { return m_place == m_end ? Result<void>() : tooLong(); }
    uint64_t atMost() const override { return m_end - m_place; }

private:
    const InputFile& m_file;
    uint64_t m_place;
    uint64_t m_end;
};

} // namespace

Result<SafetensorsFile> openSafetensors(const std::filesystem::path& path) {
    Result<InputFile> opened = InputFile::open(path);
    if (!opened)
        return std::move(opened).error();
    const std::string context = fmt::format("'{}' is not a valid safetensors file", path.string());
    SafetensorsFile file;
    file.file = std::make_shared<const InputFile>(*std::move(opened));
    uint64_t headerBytes = 0;
    const uint64_t size = file.file->size();
    if (size < sizeof headerBytes)
        return damaged("it has only {} bytes.", size).withContext(context);
    if (Result<void> read = file.file->readAt(0, std::as_writable_bytes(std::span(&headerBytes, 1))); !read)
        return std::move(read).error();
    if (headerBytes > size - sizeof headerBytes || headerBytes > kLongestSafetensorsHeader)
        return damaged("its header claims {} bytes; the file has {} and a header at most {}.", headerBytes, size,
                       kLongestSafetensorsHeader)
            .withContext(context);
    std::string text(static_cast<size_t>(headerBytes), '\0');
    if (Result<void> read = file.file->readAt(sizeof headerBytes, std::as_writable_bytes(std::span(text))); !read)
        return std::move(read).error();
    const uint64_t dataStart = sizeof headerBytes + headerBytes;
    if (Result<void> parsed = parseHeader(text, size - dataStart, file); !parsed)
        return std::move(parsed).error().withContext(context);
    for (TensorEntry& entry : file.tensors)
        entry.offset += dataStart;
    return file;
}

bool isSafetensors(std::span<const std::byte> head, uint64_t fileSize) {
    uint64_t headerBytes = 0;
    if (head.size() < 9)
        return false;
    std::memcpy(&headerBytes, head.data(), sizeof headerBytes);
    return headerBytes >= 2 && headerBytes <= fileSize - 8 && headerBytes <= kLongestSafetensorsHeader &&
           head[8] == std::byte{'{'};
}

const TensorEntry* SafetensorsFile::find(std::string_view name) const {
    const auto place = places.find(name);
    return place == places.end() ? nullptr : &tensors[place->second];
}

Result<Tensor> SafetensorsFile::read(std::string_view name) const {
    Result<NumericArray> array = readArray(name);
    if (!array)
        return std::move(array).error();
    try {
        return array->toTensor();
    } catch (const std::bad_alloc&) {
        return makeError(ErrorCode::OutOfMemory, "There is no memory for the tensor '{}' of '{}'.", name,
                         file->path().string());
    }
}

Result<NumericArray> SafetensorsFile::readArray(std::string_view name) const {
    const TensorEntry* entry = find(name);
    if (entry == nullptr) {
        std::vector<std::string> names;
        for (const TensorEntry& tensor : tensors)
            names.push_back(tensor.name);
        return makeError(ErrorCode::NotFound, "'{}' holds no tensor '{}'; it holds: {}.", file->path().string(), name,
                         fmt::format("{}", fmt::join(names, ", ")).substr(0, 500));
    }
    TensorStream stream(*this, *entry);
    return hourglass::readArray(
        stream, {.type = entry->type, .sizes = {entry->shape.sizes().begin(), entry->shape.sizes().end()}});
}

Result<void> SafetensorsFile::readBytes(const TensorEntry& entry, std::span<std::byte> bytes) const {
    expects(bytes.size() == entry.bytes, "{} bytes for tensor {} of {}", bytes.size(), entry.name, entry.bytes);
    return file->readAt(entry.offset, bytes);
}

} // namespace hourglass
