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
    size_t widest = 0;
    for (const Row& row : rows)
        widest = std::max(widest, row.id.size());
    for (const Row& row : rows) {
        list.push_back({{"id", row.id}, {"label", row.label}, {"help", row.help}});
        text += fmt::format("{}{:<{}} {}\n{:{}}   {}", text.empty() ? "" : "\n", row.id, widest, row.label, "", widest,
                            row.help);
    }
    context.print({{"items", list}}, text);
    return kDone;
}

// A declaration of an option, and whose it is; nobody's in particular is the first.
struct Declared {
    OptionSpec spec;
    std::vector<std::string> families = {}, architectures = {};
};

// Every option of every family and architecture under its key, in the order people meet them; several declarations
// where they mean different things by it, or take another default.
std::vector<std::vector<Declared>> declaredOptions() {
    const auto isAsGood = [](const OptionSpec& a, const OptionSpec& b) {
        const bool saysItself = a.key == "model.family" || a.key == "model.architecture"; // each has itself as default
        return meansTheSame(a, b) && (saysItself || a.defaultValue == b.defaultValue);
    };
    std::vector<std::vector<Declared>> all;
    for (const Family* family : families())
        for (const Architecture* architecture : architectures()) {
            const OptionTable table = experimentOptions(family->id(), architecture->id());
            for (const OptionSpec& spec : table.specs()) {
                auto known = std::find_if(all.begin(), all.end(),
                                          [&](const auto& options) { return options[0].spec.key == spec.key; });
                if (known == all.end())
                    known = all.emplace(all.end());
                auto declared = std::find_if(known->begin(), known->end(),
                                             [&](const Declared& other) { return isAsGood(other.spec, spec); });
                if (declared == known->end())
                    declared = known->insert(declared, Declared{spec});
                if (architecture == architectures().front())
                    declared->families.emplace_back(family->id());
                if (family == families().front())
                    declared->architectures.emplace_back(architecture->id());
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
        for (const Declared& declared : options) {
            const OptionSpec& spec = declared.spec;
            const bool isFirst = &spec == &first;
            std::vector<std::string> owners = declared.families;
            owners.insert(owners.end(), declared.architectures.begin(), declared.architectures.end());
            const std::string name = isFirst ? spec.key : fmt::format("    with {}", fmt::join(owners, ", "));
            text += fmt::format("{}{} = {}   ({})\n    {}{}", text.empty() ? "" : "\n", name, spec.defaultValue.dump(),
                                OptionTable::expectation(spec), isFirst ? "" : "    ", spec.help);
            for (const auto& [kind, names] :
                 {std::pair("families", &declared.families), std::pair("architectures", &declared.architectures)})
                for (const std::string& owner : *names)
                    if (!isFirst)
                        item[kind][owner] = toJson(spec);
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

void addList(CommandLine& line, Context& context) {
    auto what = std::make_shared<std::string>();
    Command command = line.command("list", "List what there is to choose from");
    command.option("what", *what, "families, architectures, noises, datasets, exporters, presets or options")
        .required()
        .check(oneOf({"families", "architectures", "noises", "datasets", "exporters", "presets", "options"}));
    command.flag("--json", context.json, "Print one JSON object");
    command.runs([what, &context] { return run(*what, context); });
}

} // namespace hourglass::cli
