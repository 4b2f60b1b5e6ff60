#pragma once

// JSON from a file that nobody vouches for: duplicate keys and nesting beyond a limit are refused, which nlohmann's
// parser alone lets pass.

#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/Result.h"

namespace hourglass {

// Errors: Unreadable, saying what is wrong but not where the text came from: add that as context.
Result<nlohmann::json> parseStrictJson(std::string_view text, int deepest = 64);

} // namespace hourglass
