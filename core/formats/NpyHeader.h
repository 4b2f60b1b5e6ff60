#pragma once

// The Python literal in an .npy header.

#include <string_view>

#include "core/formats/NumericArray.h"

namespace hourglass {

// "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }", keys in any order, each once. Errors: Unreadable,
// Unsupported; saying what, not which file.
Result<ArrayHeader> parseNpyHeader(std::string_view text);

} // namespace hourglass
