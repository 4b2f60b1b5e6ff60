#pragma once

// What a tutor would say on seeing a run's curves: that validation rises (overfitting), that nothing is gained any more
// (plateau), that latents have collapsed, that the loss ran away; each with the options to change. A pure function, and
// a quiet one: it speaks up only about what stands out of the noise of the curves two epochs in a row, keeps to it
// while half as much speaks for it, and says nothing where the options deal with it already.

#include <optional>
#include <span>
#include <utility>

#include "core/options/OptionTable.h"
#include "core/training/History.h"

namespace hourglass {

struct CoachInput {
    std::span<const HistoryRow> rows;     // of the whole run so far
    std::span<const std::string> columns; // names of their values
    const OptionValues& options;          // that the run was made with
    bool hasDiverged = false;             // it failed, because its loss was no longer finite
};

struct Advice {
    std::string key;                    // "overfitting": the same as long as it is about the same
    std::string text;                   // a sentence with places "{}", to be translated and filled at the edge
    std::vector<std::string> arguments; // for the places
    std::string action;                 // what applying it does: "Stop early"
    std::vector<std::pair<std::string, Json>> changes; // options to set, in this order
};

std::optional<Advice> advise(const CoachInput& input);

} // namespace hourglass
