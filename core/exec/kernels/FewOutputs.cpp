#include "core/exec/kernels/FewOutputs.h"

#include <algorithm>

#include "core/base/Contract.h"
#include "core/base/Parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/exec/kernels/FewOutputs.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/exec/kernels/StripOps-inl.h"

#ifndef HOURGLASS_FEW_OUTPUTS_LINE
#define HOURGLASS_FEW_OUTPUTS_LINE
namespace hourglass {

// One line of outputs: image and row are fixed.
struct FewOutputsLine {
    const void* x; // the image's first pixel
    StorageType type;
    int64_t height, width, channels; // of x
    const float* weights;            // [O, k, k, C]
    const float* bias;               // [O] or null
    int64_t kernel, outputs, top;    // `top`: the line of x under the kernel's first
    int64_t padBefore, columns;      // columns of outputs
};

} // namespace hourglass
#endif

HWY_BEFORE_NAMESPACE();
namespace hourglass::HWY_NAMESPACE {

using ChannelTag = hn::CappedTag<float, kChannelStep>;

// Outputs `column` to `column + 3` of channel `output`, all of whose neighbourhoods lie within the line.
template <typename X>
HWY_INLINE void fourOutputs(const FewOutputsLine& line, int64_t output, int64_t column, float* y) {
    const ChannelTag tag;
    const auto lanes = static_cast<int64_t>(hn::Lanes(tag));
    auto sum0 = hn::Zero(tag), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    const int64_t first = std::max<int64_t>(0, -line.top), last = std::min(line.kernel, line.height - line.top);
    const int64_t run = line.kernel * line.channels; // a kernel's line, as it lies in x
    for (int64_t i = first; i < last; ++i) {
        const X* x =
            static_cast<const X*>(line.x) + ((line.top + i) * line.width + column - line.padBefore) * line.channels;
        const float* w = line.weights + (output * line.kernel + i) * run;
        for (int64_t c = 0; c < run; c += lanes) {
            const auto weight = hn::LoadU(tag, w + c);
            sum0 = hn::MulAdd(loadVector(tag, x + c), weight, sum0);
            sum1 = hn::MulAdd(loadVector(tag, x + c + line.channels), weight, sum1);
            sum2 = hn::MulAdd(loadVector(tag, x + c + 2 * line.channels), weight, sum2);
            sum3 = hn::MulAdd(loadVector(tag, x + c + 3 * line.channels), weight, sum3);
        }
    }
    const float bias = line.bias != nullptr ? line.bias[output] : 0.0f;
    y[0] = bias + hn::GetLane(hn::SumOfLanes(tag, sum0));
    y[line.outputs] = bias + hn::GetLane(hn::SumOfLanes(tag, sum1));
    y[2 * line.outputs] = bias + hn::GetLane(hn::SumOfLanes(tag, sum2));
    y[3 * line.outputs] = bias + hn::GetLane(hn::SumOfLanes(tag, sum3));
}

// One output, at the ends of a line too.
template <typename X>
HWY_INLINE float oneOutput(const FewOutputsLine& line, int64_t output, int64_t column) {
    const ChannelTag tag;
    const auto lanes = static_cast<int64_t>(hn::Lanes(tag));
    auto sum = hn::Zero(tag);
    const int64_t left = column - line.padBefore;
    const int64_t firstColumn = std::max<int64_t>(0, -left), lastColumn = std::min(line.kernel, line.width - left);
    const int64_t first = std::max<int64_t>(0, -line.top), last = std::min(line.kernel, line.height - line.top);
    for (int64_t i = first; i < last; ++i)
        for (int64_t j = firstColumn; j < lastColumn; ++j) {
            const X* x = static_cast<const X*>(line.x) + ((line.top + i) * line.width + left + j) * line.channels;
            const float* w = line.weights + ((output * line.kernel + i) * line.kernel + j) * line.channels;
            for (int64_t c = 0; c < line.channels; c += lanes)
                sum = hn::MulAdd(loadVector(tag, x + c), hn::LoadU(tag, w + c), sum);
        }
    return (line.bias != nullptr ? line.bias[output] : 0.0f) + hn::GetLane(hn::SumOfLanes(tag, sum));
}

template <typename X>
HWY_INLINE void outputsOf(const FewOutputsLine& line, float* y) {
    const int64_t begin = std::min(line.columns, line.padBefore);
    const int64_t end = std::min(line.columns, line.width - line.kernel + line.padBefore + 1); // whole neighbourhoods
    for (int64_t output = 0; output < line.outputs; ++output) {
        int64_t column = 0;
        for (; column < begin; ++column)
            y[column * line.outputs + output] = oneOutput<X>(line, output, column);
        for (; column + 4 <= end; column += 4)
            fourOutputs<X>(line, output, column, y + column * line.outputs + output);
        for (; column < line.columns; ++column)
            y[column * line.outputs + output] = oneOutput<X>(line, output, column);
    }
}

void fewOutputs(const FewOutputsLine& line, float* y) {
    if (line.type == StorageType::F32)
        outputsOf<float>(line, y);
    else
        outputsOf<uint16_t>(line, y);
}

} // namespace hourglass::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass {

HWY_EXPORT(fewOutputs);

bool suitsFewOutputs(const Shape& x, const Shape& weights, const Window& window) {
    constexpr int64_t kMostOutputs = 4;
    return weights[0] <= kMostOutputs && x[3] % kChannelStep == 0 && window.stride == 1;
}

void convolveToFew(const ConstTensorView& x, const float* weights, const Shape& weightShape, const float* bias,
                   const TensorView& y, const Window& window, float* scratch) {
    expects(suitsFewOutputs(x.shape, weightShape, window) && y.type == StorageType::F32,
            "a convolution of {} by {} is not one with few outputs", x.shape.toString(), weightShape.toString());
    const int64_t outputs = weightShape[0], channels = weightShape[1], area = weightShape[2] * weightShape[3];
    for (int64_t o = 0; o < outputs; ++o) // to [O, k, k, C]
        for (int64_t c = 0; c < channels; ++c)
            for (int64_t k = 0; k < area; ++k)
                scratch[(o * area + k) * channels + c] = weights[(o * channels + c) * area + k];
    const int64_t lines = y.shape[0] * y.shape[1], columns = y.shape[2];
    const int64_t elementBytes = x.type == StorageType::F32 ? 4 : 2;
    const auto compute = HWY_DYNAMIC_DISPATCH(fewOutputs);
    parallelFor(lines, 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const int64_t image = i / y.shape[1], row = i % y.shape[1];
            const void* first =
                static_cast<const std::byte*>(x.data) + image * x.shape[1] * x.shape[2] * channels * elementBytes;
            compute({first, x.type, x.shape[1], x.shape[2], channels, scratch, bias, weightShape[2], outputs,
                     row - window.padBefore, window.padBefore, columns},
                    static_cast<float*>(y.data) + i * columns * outputs);
        }
    });
}

} // namespace hourglass
#endif
