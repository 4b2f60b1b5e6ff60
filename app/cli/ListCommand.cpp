#include <algorithm>

#include "app/cli/Context.h"
#include "core/data/OpenDataset.h"
#include "core/io/ExporterRegistry.h"
#include "core/models/ModelRegistry.h"
#include "core/noise/NoiseRegistry.h"

namespace hourglass::cli {

namespace {

struct Row {
    std::string id, label, help;
};

template <typename Rows>
std::vector<Row> rowsOf(const Rows& rows) {
    std::vector<Row> result;
    for (const auto& row : rows)
        result.push_back({std::string(row.id), std::string(row.label), std::string(row.help)});
    return result;
}

template <typename Pointers>
std::vector<Row> rowsOfPointers(const Pointers& pointers) {
    std::vector<Row> result;
    for (const auto* row : pointers)
        result.push_back({std::string(row->id()), std::string(row->label()), std::string(row->help())});
    return result;
}

std::vector<Row> rowsOfSources() {
    std::vector<Row> result;
    for (const SourceKind& kind : sourceKinds())
        result.push_back({std::string(kind.id), std::string(kind.form), std::string(kind.help)});
    return result;
}

int print(const std::vector<Row>& rows, const Context& context) {
    Json list = Json::array();
    std::string text;
    for (const Row& row : rows) {
        list.push_back({{"id", row.id}, {"label", row.label}, {"help", row.help}});
        text += fmt::format("{}{:<16} {}\n{:16}   {}", text.empty() ? "" : "\n", row.id, row.label, "", row.help);
    }
    context.print({{"items", list}}, text);
    return kDone;
}

// A declaration of an option, and the first architecture that makes it.
struct Declared {
    OptionSpec spec;
    std::string architecture;
};

// Every option of every family and architecture under its key, in the order people meet them; several declarations
// where architectures mean different things by it.
std::vector<std::vector<Declared>> declaredOptions() {
    std::vector<std::vector<Declared>> all;
    for (const Family* family : families())
        for (const Architecture* architecture : architectures()) {
            const OptionTable table = experimentOptions(family->id(), architecture->id());
            for (const OptionSpec& spec : table.specs()) {
                auto known = std::find_if(all.begin(), all.end(),
                                          [&](const auto& options) { return options[0].spec.key == spec.key; });
                if (known == all.end())
                    known = all.emplace(all.end());
                if (std::none_of(known->begin(), known->end(),
                                 [&](const Declared& other) { return meansTheSame(other.spec, spec); }))
                    known->push_back({spec, std::string(architecture->id())});
            }
        }
    return all;
}

Json toJson(const OptionSpec& spec) {
    return {{"label", spec.label},
            {"default", spec.defaultValue},
            {"expected", OptionTable::expectation(spec)},
            {"unit", spec.unit},
            {"expert", spec.tier == OptionTier::Expert},
            {"help", spec.help}};
}

int printOptions(const Context& context) {
    Json list = Json::array();
    std::string text;
    for (const std::vector<Declared>& options : declaredOptions()) {
        const OptionSpec& first = options.front().spec;
        Json item = toJson(first);
        item["key"] = first.key;
        for (const auto& [spec, architecture] : options) {
            const bool isFirst = &spec == &first;
            const std::string name = isFirst ? spec.key : fmt::format("    with {}", architecture);
            text += fmt::format("{}{} = {}   ({})\n    {}{}", text.empty() ? "" : "\n", name, spec.defaultValue.dump(),
                                OptionTable::expectation(spec), isFirst ? "" : "    ", spec.help);
            if (!isFirst)
                item["architectures"][architecture] = toJson(spec);
        }
        list.push_back(std::move(item));
    }
    context.print({{"items", list}}, text);
    return kDone;
}

int run(const std::string& what, const Context& context) {
    if (what == "families")
        return print(rowsOfPointers(families()), context);
    if (what == "architectures")
        return print(rowsOfPointers(architectures()), context);
    if (what == "noises")
        return print(rowsOf(noiseKinds()), context);
    if (what == "datasets")
        return print(rowsOfSources(), context);
    if (what == "exporters")
        return print(rowsOf(exporters()), context);
    if (what == "presets")
        return print(rowsOf(presets()), context);
    return printOptions(context);
}

} // namespace

void addList(CLI::App& app, Context& context, int& status) {
    auto what = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("list", "List what there is to choose from");
    command->add_option("what", *what, "families, architectures, noises, datasets, exporters, presets or options")
        ->required()
        ->check(CLI::IsMember({"families", "architectures", "noises", "datasets", "exporters", "presets", "options"}));
    command->add_flag("--json", context.json, "Print one JSON object");
    command->callback([what, &context, &status] { status = run(*what, context); });
}

} // namespace hourglass::cli
