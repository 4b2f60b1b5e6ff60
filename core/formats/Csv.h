#pragma once

// RFC 4180: a field as a comma separated file has it.

#include <string>

namespace hourglass {

// In quotation marks where it holds a comma, one of those, or the end of a line.
std::string csvField(const std::string& text);

} // namespace hourglass
