#include "core/exec/kernels/StripProgram.h"

#include <algorithm>
#include <cstring>

#include "core/base/Contract.h"
#include "core/base/Parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/exec/kernels/StripProgram.cpp"
#include <hwy/cache_control.h>
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

// Where one strip's values are, and what becomes of them.
class Strip {
public:
    Strip(const StripProgram& program, const void* const* inputs, void* const* outputs, double* sums)
        : m_program(program), m_inputs(inputs), m_outputs(outputs), m_sums(sums) {
        for (size_t i = 0; i < program.inputs.size(); ++i) // scalars do not change from strip to strip
            if (program.inputs[i].period == 1)
                loadStrip(program.inputs[i], inputs[i], 0, StripProgram::kStrip, m_scratch[i]);
        for (size_t i = 0; i < program.outputs.size(); ++i)
            if (const int k = producerOf(program.outputs[i]); k >= 0 && writesInPlace(i, k))
                m_direct[k] = static_cast<float*>(outputs[i]);
    }

    void run(int64_t from, int64_t count) {
        load(from, count);
        const size_t inputCount = m_program.inputs.size();
        for (size_t k = 0; k < m_program.instructions.size(); ++k) {
            const StripInstruction& step = m_program.instructions[k];
            float* result = m_scratch[m_program.slotOf[inputCount + k]];
            if (m_direct[k] != nullptr && count == StripProgram::kStrip) // whole vectors are written
                result = m_direct[k] + from;
            applyOp(step, step.a < 0 ? nullptr : m_values[step.a], step.b < 0 ? nullptr : m_values[step.b], result,
                    count);
            m_values[inputCount + k] = result;
        }
        store(from, count);
    }

private:
    // The instruction that makes what is stored; -1 of an input.
    int producerOf(const StripOutput& output) const { return output.value - static_cast<int>(m_program.inputs.size()); }

    // Whether instruction k may write into an output's memory at once: as float, and no input lies there that is still
    // read afterwards.
    bool writesInPlace(size_t output, int k) const {
        const StripOutput& o = m_program.outputs[output];
        if (o.kind != StripOutput::Kind::Store || o.type != StorageType::F32)
            return false;
        for (size_t i = 0; i < m_program.inputs.size(); ++i)
            if (m_inputs[i] == m_outputs[output] && m_program.lastUses[i] > k)
                return false;
        return true;
    }

    // The next strip comes while this one is computed; the processor's own prefetching starts anew with each.
    static void prefetch(const float* strip) {
        constexpr int64_t kLine = 64 / sizeof(float);
        for (int64_t i = 0; i < StripProgram::kStrip; i += kLine)
            hwy::Prefetch(strip + i);
    }

    void load(int64_t from, int64_t count) {
        for (size_t i = 0; i < m_program.inputs.size(); ++i) {
            const StripInput& input = m_program.inputs[i];
            m_values[i] = m_scratch[i];
            const bool direct = input.repeat == 1 && input.period == 0 && input.type == StorageType::F32 &&
                                count == StripProgram::kStrip;
            if (direct) {
                m_values[i] = static_cast<const float*>(m_inputs[i]) + from;
                prefetch(m_values[i] + StripProgram::kStrip);
            } else if (input.period != 1)
                loadStrip(input, m_inputs[i], from, count, m_scratch[i]);
        }
    }

    void store(int64_t from, int64_t count) {
        int sum = 0;
        for (size_t i = 0; i < m_program.outputs.size(); ++i) {
            const StripOutput& output = m_program.outputs[i];
            const float* value = m_values[output.value];
            if (output.kind == StripOutput::Kind::Sum)
                m_sums[sum++] += sumOf(value, count);
            else if (output.type == StorageType::BF16)
                floatsToBf16(value, static_cast<uint16_t*>(m_outputs[i]) + from, count);
            else if (float* target = static_cast<float*>(m_outputs[i]) + from; target != value)
                std::memcpy(target, value, static_cast<size_t>(count) * sizeof(float));
        }
    }

    const StripProgram& m_program;
    const void* const* m_inputs;
    void* const* m_outputs;
    double* m_sums;
    alignas(64) float m_scratch[StripProgram::kMaxValues][StripProgram::kStrip];
    const float* m_values[StripProgram::kMaxValues];
    float* m_direct[StripProgram::kMaxValues] = {}; // by instruction
};

void runChunk(const StripProgram& program, const void* const* inputs, void* const* outputs, int64_t begin, int64_t end,
              double* sums) {
    Strip strip(program, inputs, outputs, sums);
    for (int64_t from = begin; from < end; from += StripProgram::kStrip)
        strip.run(from, std::min(StripProgram::kStrip, end - from));
}

} // namespace hourglass::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass {

HWY_EXPORT(runChunk);

int StripProgram::sums() const {
    return static_cast<int>(std::count_if(outputs.begin(), outputs.end(), [](const StripOutput& output) {
        return output.kind == StripOutput::Kind::Sum;
    }));
}

void runStrips(const StripProgram& program, const void* const* inputs, void* const* outputs,
               std::span<double> partials) {
    expects(program.values() <= StripProgram::kMaxValues, "a strip program of {} values", program.values());
    expects(program.slotOf.size() == static_cast<size_t>(program.values()), "a strip program that is not finished");
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
