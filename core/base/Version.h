#pragma once

namespace hourglass {

inline constexpr const char* kVersion = HOURGLASS_VERSION; // the project's, from CMakeLists.txt

} // namespace hourglass
