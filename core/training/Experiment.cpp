#include "core/training/Experiment.h"

#include <set>

#include "core/base/AtomicFile.h"
#include "core/base/Version.h"
#include "core/data/DataOptions.h"
#include "core/formats/StrictJson.h"
#include "core/models/ModelRegistry.h"
#include "core/noise/NoiseRegistry.h"
#include "core/optim/Optimizer.h"

namespace hourglass {

namespace {

constexpr const char* kSchemaKey = "hourglass_experiment";
constexpr uint64_t kMostBytes = uint64_t{16} << 20;

// Noise matters to families that corrupt their input.
OptionTable conditionalNoiseOptions() {
    OptionCondition corrupts{"model.family", {}};
    for (const Family* family : families())
        if (family->corruptsInput())
            corrupts.values.push_back(std::string(family->id()));
    OptionTable table;
    const OptionTable noise = noiseOptions();
    for (OptionSpec spec : noise.specs()) {
        spec.appliesWhen.push_back(corrupts);
        table.append({spec});
    }
    return table;
}

template <typename Rows>
std::string idsOf(Rows rows) {
    std::string text;
    for (const auto* row : rows)
        text += (text.empty() ? "" : ", ") + std::string(row->id());
    return text;
}

// Brings a document of an older schema up to date, one version at a time. Version 1 is the first.
Result<void> migrate(Json& document) {
    const Json& schema = document.contains(kSchemaKey) ? document[kSchemaKey] : Json();
    if (!schema.is_number_integer() || schema.get<int64_t>() < 1)
        return makeError(ErrorCode::Unreadable, "This is not an experiment: it has no '{}' with a version number.",
                         kSchemaKey);
    if (schema.get<int64_t>() > kExperimentSchema)
        return makeError(ErrorCode::Unsupported,
                         "This experiment has schema version {}; this Hourglass reads up to {}. Please update it.",
                         schema.get<int64_t>(), kExperimentSchema);
    return {};
}

// "data": {"source": …} → ("data.source", …). What is no known group stays whole, to be refused with its neighbours.
Result<std::vector<std::pair<std::string, Json>>> flatten(const Json& document, const OptionTable& table) {
    std::set<std::string> groups;
    for (const OptionSpec& spec : table.specs())
        groups.insert(spec.key.substr(0, spec.key.find('.')));
    std::vector<std::pair<std::string, Json>> values;
    for (const auto& [group, content] : document.items()) {
        if (group == kSchemaKey || group == "version" || group == "record")
            continue;
        if (!groups.contains(group)) {
            const bool looksLikeAKey = table.find(group) != nullptr; // "training.epochs" at the top
            values.emplace_back(looksLikeAKey ? fmt::format("\"{}\"", group) : group, content);
            continue;
        }
        if (!content.is_object())
            return makeError(ErrorCode::InvalidArgument,
                             "{}: expected an object with the options of this group, found {}.", group,
                             content.dump().substr(0, 100));
        for (const auto& [name, value] : content.items())
            values.emplace_back(fmt::format("{}.{}", group, name), value);
    }
    return values;
}

} // namespace

OptionTable experimentOptions(std::string_view family, std::string_view architecture) {
    OptionTable table = dataOptions();
    table.append(modelOptions(family, architecture));
    table.append(conditionalNoiseOptions());
    table.append(optimizerOptions());
    return table.append(trainingOptions());
}

Result<Experiment> Experiment::create(std::string_view family, std::string_view architecture) {
    if (findFamily(family) == nullptr)
        return makeError(ErrorCode::InvalidArgument, "There is no family '{}'; there are {}.", family,
                         idsOf(families()));
    if (findArchitecture(architecture) == nullptr)
        return makeError(ErrorCode::InvalidArgument, "There is no architecture '{}'; there are {}.", architecture,
                         idsOf(architectures()));
    return Experiment(OptionValues(experimentOptions(family, architecture)));
}

Result<void> Experiment::set(std::string_view key, const Json& value) {
    if (key != "model.family" && key != "model.architecture")
        return m_options.set(key, value);
    Result<Json> checked = m_options.table().check(key, value);
    if (!checked)
        return std::move(checked).error();
    const std::string family = key == "model.family" ? checked->get<std::string>() : m_options.text("model.family");
    const std::string architecture =
        key == "model.architecture" ? checked->get<std::string>() : m_options.text("model.architecture");
    for (const OptionSpec& spec : m_options.table().specs()) {
        const bool isChoice = spec.key == "model.family" || spec.key == "model.architecture";
        if (const Json& old = m_options.value(spec.key); !isChoice && old != spec.defaultValue)
            m_aside.emplace_back(spec, old);
    }
    m_options = OptionValues(experimentOptions(family, architecture));
    std::erase_if(m_aside, [this](const std::pair<OptionSpec, Json>& kept) {
        const OptionSpec* spec = m_options.table().find(kept.first.key);
        return spec != nullptr && meansTheSame(*spec, kept.first) && m_options.set(spec->key, kept.second);
    });
    return {};
}

Result<Experiment> Experiment::fromText(std::string_view text) {
    Result<Json> parsed = parseStrictJson(text, 16);
    if (!parsed)
        return std::move(parsed).error();
    if (!parsed->is_object())
        return makeError(ErrorCode::Unreadable, "This is not an experiment: expected a JSON object.");
    if (Result<void> migrated = migrate(*parsed); !migrated)
        return std::move(migrated).error();

    const auto choice = [&](const char* name, const char* fallback) {
        const auto model = parsed->find("model");
        const bool there = model != parsed->end() && model->is_object() && model->contains(name);
        return there && (*model)[name].is_string() ? (*model)[name].get<std::string>() : std::string(fallback);
    };
    Result<Experiment> experiment = create(choice("family", "undercomplete"), choice("architecture", "dense"));
    if (!experiment)
        return experiment;
    const auto values = flatten(*parsed, experiment->m_options.table());
    if (!values)
        return Error(values.error());
    for (const auto& [key, value] : *values)
        if (Result<void> set = experiment->m_options.set(key, value); !set)
            return std::move(set).error();
    if (const auto record = parsed->find("record"); record != parsed->end() && record->is_object())
        for (const auto& [name, value] : record->items())
            if (value.is_string())
                experiment->record[name] = value.get<std::string>();
    return experiment;
}

Result<Experiment> Experiment::load(const std::filesystem::path& path) {
    Result<std::string> text = readFile(path, kMostBytes);
    if (!text)
        return std::move(text).error();
    Result<Experiment> experiment = fromText(*text);
    if (!experiment)
        return std::move(experiment).error().withContext(path.string());
    return experiment;
}

Result<void> Experiment::save(const std::filesystem::path& path) const {
    return writeFileAtomically(path, toText());
}

std::string Experiment::toText() const {
    nlohmann::ordered_json document;
    document[kSchemaKey] = kExperimentSchema;
    document["version"] = kVersion;
    for (const OptionSpec& spec : m_options.table().specs()) {
        const size_t dot = spec.key.find('.');
        document[spec.key.substr(0, dot)][spec.key.substr(dot + 1)] = m_options.value(spec.key);
    }
    if (!record.empty())
        document["record"] = record;
    return document.dump(2) + "\n";
}

} // namespace hourglass
