#include "core/base/Version.h"

namespace hourglass {

const char* const kVersion = HOURGLASS_VERSION;

} // namespace hourglass
