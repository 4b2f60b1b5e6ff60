#pragma once

namespace hourglass {

extern const char* const kVersion; // "0.1.0": the project's, from CMakeLists.txt

} // namespace hourglass
