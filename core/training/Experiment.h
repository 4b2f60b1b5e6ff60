#pragma once

// Everything needed to do a run again, as one document (`.hourglass`): data source, family and its options,
// architecture, noise, loss, optimiser, schedule, precision, seed. The form, the command line, presets, run folders,
// copy and paste and undo all work on it, through the option tables.
//
// The file is JSON: {"hourglass_experiment": 1, "version": "…", "data": {…}, "model": {…}, …}, every option written
// out, so that a later version's defaults do not change an old run. Older schemas are migrated, newer ones refused.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "core/options/OptionTable.h"

namespace hourglass {

inline constexpr int kExperimentSchema = 1;

// All options of an experiment with this family and architecture, in the order people meet them.
OptionTable experimentOptions(std::string_view family, std::string_view architecture);
// The "training." options: epochs, batch_size, seed, precision, early_stopping, …
OptionTable trainingOptions();

class Experiment {
public:
    // Defaults of a family and architecture. InvalidArgument names the families or architectures there are.
    static Result<Experiment> create(std::string_view family = "undercomplete",
                                     std::string_view architecture = "dense");
    // Errors: Unreadable (not JSON, duplicate keys, nested too deep), Unsupported (a newer schema), InvalidArgument (an
    // unknown key, with its nearest neighbours; a wrong type or range, with what was expected).
    static Result<Experiment> fromText(std::string_view text);
    static Result<Experiment> load(const std::filesystem::path& path);
    Result<void> save(const std::filesystem::path& path) const;
    std::string toText() const;

    const OptionValues& options() const { return m_options; }
    // Changing model.family or model.architecture swaps the table: values that differ from their default are kept where
    // the option means the same in the new one, the rest takes the new defaults. What finds no place (nodes of layers,
    // where layers have channels) comes back with the table that has one; no document or comparison knows of it.
    Result<void> set(std::string_view key, const Json& value);

    // What was found when the run was made: library versions, instruction set, data hash. Not part of equality.
    std::map<std::string, std::string> record;

    bool operator==(const Experiment& other) const { return m_options == other.m_options; }

private:
    explicit Experiment(OptionValues options) : m_options(std::move(options)) {}

    OptionValues m_options;
    std::vector<std::pair<OptionSpec, Json>> m_aside; // values without a place in the table at hand
};

// Ready-made experiments for `new --preset` and the window; an id, a label and what makes it: values set in order,
// family and architecture first, because other options have defaults of their own there.
struct Preset {
    std::string_view id, label, help;
    std::vector<std::pair<std::string, Json>> values;
};
const std::vector<Preset>& presets();
Result<Experiment> makePreset(std::string_view id);

} // namespace hourglass
