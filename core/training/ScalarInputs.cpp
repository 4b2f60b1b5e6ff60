#include "core/training/ScalarInputs.h"

namespace hourglass {

ScalarInputs::ScalarInputs(const Model& model, const OptionValues& options)
    : m_scalars(model.family->scalars()), m_options(options) {
    for (const ScheduledScalar& scalar : m_scalars)
        m_values.push_back(static_cast<float>(m_options.real(scalar.option)));
}

void ScalarInputs::bind(Program& program) {
    for (size_t i = 0; i < m_scalars.size(); ++i)
        if (program.hasInput(m_scalars[i].input))
            program.bindInput(program.inputSlot(m_scalars[i].input), &m_values[i]);
}

void ScalarInputs::setOption(const std::string& option, double value) {
    for (size_t i = 0; i < m_scalars.size(); ++i)
        if (m_scalars[i].option == option) {
            m_options.set(option, value).value();
            m_values[i] = static_cast<float>(value);
        }
}

void ScalarInputs::setStep(int64_t step) {
    for (size_t i = 0; i < m_scalars.size(); ++i)
        if (m_scalars[i].factor != nullptr)
            m_values[i] =
                static_cast<float>(m_options.real(m_scalars[i].option) * m_scalars[i].factor(m_options, step));
}

} // namespace hourglass
