#pragma once

// The learning rate as a function of the step, a pure one but for `plateau`, whose state is small and checkpointed.

#include "core/options/OptionTable.h"

namespace hourglass {

// optimizer.schedule and what it needs: warm-up steps, step size and factor, plateau patience and factor, final factor.
OptionTable scheduleOptions();

// What plateau has seen; zero for the other schedules.
struct PlateauState {
    double best = 0.0;
    int64_t epochsWithoutGain = 0;
    double factor = 1.0; // what the learning rate has been multiplied by so far
    bool hasBest = false;
    bool operator==(const PlateauState&) const = default;
};

class Schedule {
public:
    // values hold optimizerOptions(). totalSteps and stepsPerEpoch are those of the whole run.
    Schedule(const OptionValues& values, int64_t totalSteps, int64_t stepsPerEpoch);

    // Of the update that is the `step`-th, counted from 0, at a base rate (which a person may change while it runs).
    //   constant: base; step: base · γ^⌊epoch / every⌋; cosine: from base to final · base over the run (Loshchilov and
    //   Hutter 2017, without restarts); plateau: base · what the monitored value has earned. All after a linear
    //   warm-up.
    double learningRate(double base, int64_t step) const;
    // Tells plateau the monitored value (lower is better) at an epoch's end.
    void epochEnded(double monitored);

    const PlateauState& plateau() const { return m_plateau; }
    void setPlateau(const PlateauState& state) { m_plateau = state; }

private:
    OptionValues m_values;
    int64_t m_totalSteps, m_stepsPerEpoch;
    PlateauState m_plateau;
};

} // namespace hourglass
