#pragma once

// All families and architectures, one row each, and the options that every model has. To add one, write its file pair
// and its row in ModelRegistry.cpp.

#include <span>

#include "core/models/Family.h"

namespace hourglass {

std::span<const Family* const> families();
std::span<const Architecture* const> architectures();
// nullptr when there is none of that id.
const Family* findFamily(std::string_view id);
const Architecture* findArchitecture(std::string_view id);

// "model." and "objective." options for a family and an architecture (both must exist): common ones, as the
// architecture declares them and with the defaults of both, then their own.
OptionTable modelOptions(std::string_view family, std::string_view architecture);

} // namespace hourglass
