#pragma once

// safetensors: u64 little-endian header length, a JSON object {"name": {"dtype", "shape", "data_offsets"}} padded with
// spaces so that the data starts on 8 bytes, the data, little-endian and row-major. `__metadata__` holds strings only.
// Reading is strict: header within the file, no duplicate key, no hole, no overlap, every size checked before anything
// is allocated. Source: https://github.com/huggingface/safetensors (README, "Format").

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/formats/ElementType.h"
#include "core/formats/InputFile.h"
#include "core/formats/NumericArray.h"

namespace hourglass {

struct TensorEntry {
    std::string name;
    ElementType type = ElementType::F32; // F32 F16 BF16 F64 I64 I32 U8
    Shape shape;
    uint64_t offset = 0; // of the first byte in the file
    uint64_t bytes = 0;
};

// An open file: its description, and its tensors on demand. Const and safe from several threads.
struct SafetensorsFile {
    std::map<std::string, std::string> metadata;
    std::vector<TensorEntry> tensors;                  // in the order of their data
    std::map<std::string, size_t, std::less<>> places; // of each name in `tensors`
    std::shared_ptr<const InputFile> file;

    // nullptr when there is none.
    const TensorEntry* find(std::string_view name) const;
    // One tensor as float32, whatever it is stored as. Errors: NotFound (names what there is), Unreadable, OutOfMemory.
    Result<Tensor> read(std::string_view name) const;
    // The same, where uint8 stays bytes.
    Result<NumericArray> readArray(std::string_view name) const;
    // The stored bytes of an entry into `bytes`, whose size must be entry.bytes (ContractError): straight into an
    // arena.
    Result<void> readBytes(const TensorEntry& entry, std::span<std::byte> bytes) const;
};

// Reads and checks the header. Errors: NotFound, Unreadable (also: over 65,536 tensors), Unsupported (a dtype that we
// do not know).
Result<SafetensorsFile> openSafetensors(const std::filesystem::path& path);
// Whether these first bytes can start a safetensors file of `fileSize` bytes.
bool isSafetensors(std::span<const std::byte> head, uint64_t fileSize);

// A tensor to write; borrows its bytes (this machine's order must be little-endian).
struct NamedTensorView {
    std::string name;
    ElementType type = ElementType::F32;
    Shape shape;
    std::span<const std::byte> bytes;

    static NamedTensorView of(std::string name, const Tensor& tensor);
    static NamedTensorView of(std::string name, Shape shape, std::span<const float> values);
    static NamedTensorView of(std::string name, Shape shape, std::span<const int64_t> values);
    static NamedTensorView of(std::string name, Shape shape, std::span<const uint8_t> values);
};

// Writes atomically and streaming; the same arguments give the same bytes. Wider types are placed first (stable
// otherwise), so that every tensor is aligned to its element. Names must be distinct, UTF-8 and not "__metadata__",
// sizes must match shapes (ContractError). Errors: WriteFailed.
Result<void> writeSafetensors(const std::filesystem::path& path, std::vector<NamedTensorView> tensors,
                              const std::map<std::string, std::string>& metadata = {});

} // namespace hourglass
