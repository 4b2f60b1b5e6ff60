#include "core/exec/kernels/StripProgram.h"

#include <algorithm>
#include <cstring>

#include "core/base/Contract.h"
#include "core/base/Parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/exec/kernels/StripProgram.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/exec/kernels/StripOps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::HWY_NAMESPACE {

// Copies `count` elements of an input, starting at element `from` of the pass, into a strip.
void loadStrip(const StripInput& input, const void* data, int64_t from, int64_t count, float* strip) {
    const auto element = [&](int64_t i) {
        const int64_t at = input.period == 0 ? i / input.repeat : i / input.repeat % input.period;
        return input.type == StorageType::F32 ? static_cast<const float*>(data)[at]
                                              : bf16ToFloat(static_cast<const uint16_t*>(data)[at]);
    };
    if (input.repeat > 1 || input.period == 1) { // runs of one value
        for (int64_t done = 0; done < count;) {
            const int64_t run = input.period == 1 ? count : input.repeat - (from + done) % input.repeat;
            const int64_t length = std::min(count - done, run);
            std::fill_n(strip + done, length, element(from + done));
            done += length;
        }
        return;
    }
    for (int64_t done = 0; done < count;) { // runs of consecutive values
        const int64_t at = input.period == 0 ? from + done : (from + done) % input.period;
        const int64_t length = input.period == 0 ? count : std::min(count - done, input.period - at);
        if (input.type == StorageType::F32)
            std::memcpy(strip + done, static_cast<const float*>(data) + at,
                        static_cast<size_t>(length) * sizeof(float));
        else
            bf16ToFloats(static_cast<const uint16_t*>(data) + at, strip + done, length);
        done += length;
    }
}

void runChunk(const StripProgram& program, const void* const* inputs, void* const* outputs, int64_t begin, int64_t end,
              double* sums) {
    alignas(64) float scratch[StripProgram::kMaxValues][StripProgram::kStrip];
    const float* values[StripProgram::kMaxValues];
    const size_t inputCount = program.inputs.size();

    for (size_t i = 0; i < inputCount; ++i) // scalars do not change from strip to strip
        if (program.inputs[i].period == 1)
            loadStrip(program.inputs[i], inputs[i], begin, StripProgram::kStrip, scratch[i]);

    for (int64_t from = begin; from < end; from += StripProgram::kStrip) {
        const int64_t count = std::min(StripProgram::kStrip, end - from);
        for (size_t i = 0; i < inputCount; ++i) {
            const StripInput& input = program.inputs[i];
            values[i] = scratch[i];
            const bool direct = input.repeat == 1 && input.period == 0 && input.type == StorageType::F32 &&
                                count == StripProgram::kStrip;
            if (direct)
                values[i] = static_cast<const float*>(inputs[i]) + from;
            else if (input.period != 1)
                loadStrip(input, inputs[i], from, count, scratch[i]);
        }
        for (size_t k = 0; k < program.instructions.size(); ++k) {
            const StripInstruction& step = program.instructions[k];
            float* result = scratch[inputCount + k];
            applyOp(step, step.a < 0 ? nullptr : values[step.a], step.b < 0 ? nullptr : values[step.b], result, count);
            values[inputCount + k] = result;
        }
        int sum = 0;
        for (size_t i = 0; i < program.outputs.size(); ++i) {
            const StripOutput& output = program.outputs[i];
            const float* value = values[output.value];
            if (output.kind == StripOutput::Kind::Sum)
                sums[sum++] += sumOf(value, count);
            else if (output.type == StorageType::F32)
                std::memcpy(static_cast<float*>(outputs[i]) + from, value, static_cast<size_t>(count) * sizeof(float));
            else
                floatsToBf16(value, static_cast<uint16_t*>(outputs[i]) + from, count);
        }
    }
}

const char* targetName() {
    return hwy::TargetName(HWY_TARGET);
}

} // namespace hourglass::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass {

HWY_EXPORT(runChunk);
HWY_EXPORT(targetName);

const char* kernelTarget() {
    return HWY_DYNAMIC_DISPATCH(targetName)();
}

int StripProgram::sums() const {
    return static_cast<int>(std::count_if(outputs.begin(), outputs.end(), [](const StripOutput& output) {
        return output.kind == StripOutput::Kind::Sum;
    }));
}

void runStrips(const StripProgram& program, const void* const* inputs, void* const* outputs,
               std::span<double> partials) {
    expects(program.values() <= StripProgram::kMaxValues, "a strip program of {} values", program.values());
    const int sums = program.sums();
    expects(static_cast<int64_t>(partials.size()) >= program.partials(), "{} partial sums, {} needed", partials.size(),
            program.partials());
    std::fill(partials.begin(), partials.end(), 0.0);
    const auto run = HWY_DYNAMIC_DISPATCH(runChunk);
    parallelFor(program.elements, StripProgram::kChunk, [&](int64_t begin, int64_t end) {
        run(program, inputs, outputs, begin, end, partials.data() + begin / StripProgram::kChunk * sums);
    });
    int sum = 0;
    for (size_t i = 0; i < program.outputs.size(); ++i) {
        if (program.outputs[i].kind != StripOutput::Kind::Sum)
            continue;
        double total = 0.0;
        for (int64_t chunk = 0; chunk < program.chunks(); ++chunk)
            total += partials[static_cast<size_t>(chunk * sums + sum)];
        *static_cast<float*>(outputs[i]) = static_cast<float>(program.outputs[i].factor * total);
        ++sum;
    }
}

} // namespace hourglass
#endif
