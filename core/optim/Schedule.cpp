#include "core/optim/Schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hourglass {

Schedule::Schedule(const OptionValues& values, int64_t totalSteps, int64_t stepsPerEpoch)
    : m_values(values), m_totalSteps(totalSteps), m_stepsPerEpoch(std::max<int64_t>(1, stepsPerEpoch)) {}

double Schedule::learningRate(double base, int64_t step) const {
    const int64_t warmUp = m_values.integer("optimizer.warmup_steps");
    if (step < warmUp)
        return base * static_cast<double>(step + 1) / static_cast<double>(warmUp);
    const std::string kind = m_values.text("optimizer.schedule");
    if (kind == "step") {
        const int64_t drops = step / m_stepsPerEpoch / m_values.integer("optimizer.step_every");
        return base * std::pow(m_values.real("optimizer.step_factor"), static_cast<double>(drops));
    }
    if (kind == "cosine") {
        const double last = m_values.real("optimizer.final_factor");
        const double span = static_cast<double>(std::max<int64_t>(1, m_totalSteps - warmUp));
        const double done = std::min(1.0, static_cast<double>(step - warmUp) / span);
        return base * (last + (1.0 - last) * 0.5 * (1.0 + std::cos(std::numbers::pi * done)));
    }
    return kind == "plateau" ? base * m_plateau.factor : base;
}

void Schedule::epochEnded(double monitored) {
    if (m_values.text("optimizer.schedule") != "plateau")
        return;
    if (!m_plateau.hasBest || monitored < m_plateau.best) {
        m_plateau.best = monitored;
        m_plateau.hasBest = true;
        m_plateau.epochsWithoutGain = 0;
    } else if (++m_plateau.epochsWithoutGain >= m_values.integer("optimizer.plateau_patience")) {
        m_plateau.factor *= m_values.real("optimizer.plateau_factor");
        m_plateau.epochsWithoutGain = 0;
    }
}

} // namespace hourglass
