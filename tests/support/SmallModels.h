#pragma once

// Small models with drawn weights, and the options that tests of whole models walk.

#include <string>
#include <utility>
#include <vector>

#include "core/io/ModelFile.h"
#include "core/options/OptionSpec.h"

namespace hourglass::test {

using Settings = std::vector<std::pair<std::string, Json>>;

// Weights and biases all drawn, none zero. ContractError when there is no such model.
LoadedModel smallModel(const std::string& family, const std::string& architecture, const Settings& settings,
                       const Shape& sampleShape, uint64_t seed = 1);
// Undercomplete and dense: [1, 6, 5] through 7 and 5 nodes to a code of 3.
LoadedModel smallModel(const Settings& settings = {});

struct ModelCase {
    std::string name, family, architecture;
    Settings settings;
    Shape sampleShape;
};
// Every family over every architecture with odd sizes; every activation and output activation over dense.
std::vector<ModelCase> modelCases();

} // namespace hourglass::test
