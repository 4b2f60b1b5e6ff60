#include "core/exec/kernels/WeightGradient.h"

#include <algorithm>
#include <cstring>

#include "core/base/Contract.h"
#include "core/base/IntegerMath.h"
#include "core/base/Parallel.h"

// Sums are held in arrays of vectors, which those of unknown length cannot be.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/exec/kernels/WeightGradient.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/exec/kernels/OuterProducts-inl.h"

#ifndef HOURGLASS_WEIGHT_GRADIENT_CALL
#define HOURGLASS_WEIGHT_GRADIENT_CALL
namespace hourglass {

struct WeightGradientCall {
    int64_t height, width, channels;      // of x
    int64_t outHeight, outWidth, outputs; // of y
    int64_t kernel, stride, padBefore;
    bool alongInput;
    const void *x, *dy;
    StorageType typeX, typeY;
};

} // namespace hourglass
#endif

HWY_BEFORE_NAMESPACE();
namespace hourglass::HWY_NAMESPACE {

// Adds `pixels` outputs from `first` on, of which the kernel's columns [begin, end) see the line of x.
void addPixels(const WeightGradientCall& call, const float* y, const float* x, int64_t first, int64_t pixels,
               int64_t begin, int64_t end, float* sums) {
    const int64_t run = call.kernel * call.channels; // of one line of the kernel
    const float* under = x + (first * call.stride - call.padBefore + begin) * call.channels;
    const float* above = y + first * call.outputs;
    const int64_t step = call.stride * call.channels, width = (end - begin) * call.channels;
    if (call.alongInput) // sums [O][k · C]
        addProducts({above, under, call.outputs, step, pixels}, call.outputs, width, sums + begin * call.channels, run);
    else // sums [k · C][O]
        addProducts({under, above, step, call.outputs, pixels}, width, call.outputs,
                    sums + begin * call.channels * call.outputs, call.outputs);
}

// One line of outputs. sums [k] of what addPixels() fills.
void addLine(const WeightGradientCall& call, int64_t line, float* sums, float* buffer) {
    const int64_t image = line / call.outHeight, row = line % call.outHeight;
    const int64_t perKernelLine = call.kernel * call.channels * call.outputs;
    const float* y =
        asFloats(call.dy, call.typeY, line * call.outWidth * call.outputs, call.outWidth * call.outputs, buffer);
    float* bufferX = buffer + call.outWidth * call.outputs;
    // Outputs whose neighbourhood lies within the line are taken together.
    const int64_t whole = std::min(call.outWidth, (call.padBefore + call.stride - 1) / call.stride);
    const int64_t room = call.width - call.kernel + call.padBefore;
    const int64_t wholeEnd = std::clamp(room < 0 ? 0 : room / call.stride + 1, whole, call.outWidth);
    for (int64_t i = 0; i < call.kernel; ++i) {
        const int64_t under = row * call.stride - call.padBefore + i;
        if (under < 0 || under >= call.height)
            continue;
        const float* x = asFloats(call.x, call.typeX, (image * call.height + under) * call.width * call.channels,
                                  call.width * call.channels, bufferX);
        float* of = sums + i * perKernelLine;
        for (int64_t p = 0; p < call.outWidth; ++p) {
            if (p == whole && wholeEnd > whole) {
                addPixels(call, y, x, whole, wholeEnd - whole, 0, call.kernel, of);
                p = wholeEnd - 1;
                continue;
            }
            const int64_t left = p * call.stride - call.padBefore;
            const int64_t begin = std::max<int64_t>(0, -left), end = std::min(call.kernel, call.width - left);
            if (begin < end)
                addPixels(call, y, x, p, 1, begin, end, of);
        }
    }
}

} // namespace hourglass::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass {

HWY_EXPORT(addLine);

namespace {

constexpr int64_t kLine = 16; // floats

int64_t weightFloats(const WeightGradientPlan& plan) {
    return plan.kernel * plan.kernel * plan.x[3] * plan.y[3];
}
int64_t floatsOfThread(const WeightGradientPlan& plan) {
    return roundUp(weightFloats(plan), kLine) + roundUp(plan.y[2] * plan.y[3] + plan.x[2] * plan.x[3], kLine);
}

} // namespace

bool WeightGradientPlan::alongInput() const {
    return x[3] % kChannelStep == 0;
}

int64_t WeightGradientPlan::scratchFloats() const {
    return threads * floatsOfThread(*this);
}

std::optional<WeightGradientPlan> planWeightGradient(const Shape& x, const Shape& y, int64_t kernel,
                                                     const Window& window) {
    if (x[3] % kChannelStep != 0 && y[3] % kChannelStep != 0)
        return std::nullopt;
    return WeightGradientPlan{x, y, kernel, window, threadsFor(y[0] * y[1])};
}

void weightGradient(const WeightGradientPlan& plan, const ConstTensorView& x, const ConstTensorView& dy, float* dw,
                    float* scratch) {
    const int64_t lines = plan.y[0] * plan.y[1];
    const int threads = threadsFor(lines);
    expects(threads <= plan.threads, "{} threads for scratch of {}", threads, plan.threads);
    const WeightGradientCall call{plan.x[1],
                                  plan.x[2],
                                  plan.x[3],
                                  plan.y[1],
                                  plan.y[2],
                                  plan.y[3],
                                  plan.kernel,
                                  plan.window.stride,
                                  plan.window.padBefore,
                                  plan.alongInput(),
                                  x.data,
                                  dy.data,
                                  x.type,
                                  dy.type};
    const int64_t own = floatsOfThread(plan), weights = weightFloats(plan);
    parallelFor(threads, 1, [&](int64_t begin, int64_t end) {
        for (int64_t thread = begin; thread < end; ++thread)
            std::memset(scratch + thread * own, 0, static_cast<size_t>(weights) * sizeof(float));
    });
    const auto add = HWY_DYNAMIC_DISPATCH(addLine);
    parallelFor(lines, 1, [&](int64_t begin, int64_t end) {
        float* sums = scratch + computeThread() * own;
        for (int64_t line = begin; line < end; ++line)
            add(call, line, sums, sums + roundUp(weights, kLine));
    });
    // From [k][O][k C], or [k][k C][O], to [O, C, k, k].
    const int64_t k = plan.kernel, channels = plan.x[3], outputs = plan.y[3];
    parallelFor(outputs, 4, [&](int64_t begin, int64_t end) {
        for (int64_t o = begin; o < end; ++o)
            for (int64_t i = 0; i < k; ++i)
                for (int64_t j = 0; j < k; ++j)
                    for (int64_t c = 0; c < channels; ++c) {
                        const int64_t place = call.alongInput ? ((i * outputs + o) * k + j) * channels + c
                                                              : ((i * k + j) * channels + c) * outputs + o;
                        float sum = 0;
                        for (int thread = 0; thread < threads; ++thread)
                            sum += scratch[thread * own + place];
                        dw[((o * channels + c) * k + i) * k + j] = sum;
                    }
    });
}

} // namespace hourglass
#endif
