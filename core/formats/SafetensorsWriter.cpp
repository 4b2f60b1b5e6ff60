#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "core/base/AtomicFile.h"
#include "core/formats/Safetensors.h"
#include "core/formats/SafetensorsType.h"

namespace hourglass {

namespace {

void checkViews(const std::vector<NamedTensorView>& tensors) {
    std::set<std::string_view> names;
    for (const NamedTensorView& tensor : tensors) {
        expects(tensor.name != "__metadata__" && names.insert(tensor.name).second,
                "tensor name {} cannot be used twice", tensor.name);
        expects(!safetensorsName(tensor.type).empty(), "{} cannot be written to safetensors", elementName(tensor.type));
        const uint64_t needed = static_cast<uint64_t>(tensor.shape.elements()) * elementSize(tensor.type);
        expects(tensor.bytes.size() == needed, "tensor {} has {} bytes for shape {}", tensor.name, tensor.bytes.size(),
                tensor.shape.toString());
    }
}

std::string header(const std::vector<NamedTensorView>& tensors, const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json entries = nlohmann::ordered_json::object();
    if (!metadata.empty())
        entries["__metadata__"] = metadata;
    uint64_t place = 0;
    for (const NamedTensorView& tensor : tensors) {
        entries[tensor.name] = {{"dtype", safetensorsName(tensor.type)},
                                {"shape", tensor.shape.sizes()},
                                {"data_offsets", {place, place + tensor.bytes.size()}}};
        place += tensor.bytes.size();
    }
    std::string text = entries.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    return text;
}

} // namespace

NamedTensorView NamedTensorView::of(std::string name, const Tensor& tensor) {
    return of(std::move(name), tensor.shape(), tensor.values());
}

NamedTensorView NamedTensorView::of(std::string name, Shape shape, std::span<const float> values) {
    return {std::move(name), ElementType::F32, std::move(shape), std::as_bytes(values)};
}

NamedTensorView NamedTensorView::of(std::string name, Shape shape, std::span<const int64_t> values) {
    return {std::move(name), ElementType::I64, std::move(shape), std::as_bytes(values)};
}

NamedTensorView NamedTensorView::of(std::string name, Shape shape, std::span<const uint8_t> values) {
    return {std::move(name), ElementType::U8, std::move(shape), std::as_bytes(values)};
}

Result<void> writeSafetensors(const std::filesystem::path& path, std::vector<NamedTensorView> tensors,
                              const std::map<std::string, std::string>& metadata) {
    checkViews(tensors);
    std::stable_sort(tensors.begin(), tensors.end(), [](const NamedTensorView& a, const NamedTensorView& b) {
        return elementSize(a.type) > elementSize(b.type);
    });
    const std::string text = header(tensors, metadata);
    const uint64_t length = text.size();
    return writeFileAtomically(path, [&](const ByteSink& sink) {
        bool going = sink(std::as_bytes(std::span(&length, 1))) && sink(std::as_bytes(std::span(text)));
        for (size_t i = 0; going && i < tensors.size(); ++i)
            going = sink(tensors[i].bytes);
    });
}

} // namespace hourglass
