#include "core/exec/kernels/Targets.h"

#include <cstdlib>
#include <string_view>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/exec/kernels/Targets.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hourglass::HWY_NAMESPACE {

const char* targetName() {
    return hwy::TargetName(HWY_TARGET);
}

} // namespace hourglass::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass {

HWY_EXPORT(targetName);

const char* kernelTarget() {
    return HWY_DYNAMIC_DISPATCH(targetName)();
}

void limitKernelTarget() {
    const char* value = std::getenv("ONEDNN_MAX_CPU_ISA");
    const std::string_view most = value == nullptr ? "" : value;
    if (most == "SSE41" || most == "AVX")
        hwy::DisableTargets(HWY_AVX3 | HWY_AVX3_DL | HWY_AVX2);
    else if (most.starts_with("AVX2"))
        hwy::DisableTargets(HWY_AVX3 | HWY_AVX3_DL);
}

} // namespace hourglass
#endif
