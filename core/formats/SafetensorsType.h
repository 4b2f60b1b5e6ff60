#pragma once

// The dtype names of safetensors, for its reader and its writer.

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/formats/ElementType.h"

namespace hourglass {

inline constexpr std::array<std::pair<std::string_view, ElementType>, 7> kSafetensorsTypes{{
    {"F64", ElementType::F64},
    {"I64", ElementType::I64},
    {"F32", ElementType::F32},
    {"I32", ElementType::I32},
    {"F16", ElementType::F16},
    {"BF16", ElementType::BF16},
    {"U8", ElementType::U8},
}};

inline std::optional<ElementType> safetensorsType(std::string_view name) {
    for (const auto& [known, type] : kSafetensorsTypes)
        if (known == name)
            return type;
    return std::nullopt;
}

inline std::string_view safetensorsName(ElementType type) {
    for (const auto& [name, known] : kSafetensorsTypes)
        if (known == type)
            return name;
    return {};
}

} // namespace hourglass
