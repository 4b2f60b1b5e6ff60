#pragma once

// The memory behind the scalars that a family schedules (β, λ, their warm-ups): inputs of its graphs.

#include "core/exec/Program.h"
#include "core/models/Model.h"

namespace hourglass {

class ScalarInputs {
public:
    // `options` hold the final values. Starts with those.
    ScalarInputs(const Model& model, const OptionValues& options);
    ScalarInputs(const ScalarInputs&) = delete; // programs keep addresses of what lies here
    ScalarInputs& operator=(const ScalarInputs&) = delete;

    // Those that the program has; it must not outlive this.
    void bind(Program& program);
    // Another final value, of the option that holds it.
    void setOption(const std::string& option, double value);
    // As they are for the update that is the `step`-th, counted from 0.
    void setStep(int64_t step);

private:
    std::vector<ScheduledScalar> m_scalars;
    OptionValues m_options;
    std::vector<float> m_values; // by scalar
};

} // namespace hourglass
