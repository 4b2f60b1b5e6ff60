#include "ui/bridge/ExperimentDocument.h"

#include "core/data/DataOptions.h"
#include "core/data/SourceFiles.h"
#include "ui/bridge/CoreText.h"

namespace hourglass {

namespace {

constexpr size_t kMostSteps = 500;

// Core's sentences name the option that cannot be; the first one named gets the message.
QString keyConcerned(const std::string& message, const OptionTable& table) {
    size_t first = std::string::npos;
    std::string key;
    for (const OptionSpec& spec : table.specs()) {
        const size_t place = message.find(spec.key);
        if (place < first) {
            first = place;
            key = spec.key;
        }
    }
    return QString::fromStdString(key);
}

} // namespace

ExperimentDocument::ExperimentDocument(QObject* parent)
    : QObject(parent), m_experiment(Experiment::create().value()),
      m_origin(std::make_shared<Origin>(Origin{{}, m_experiment.toText()})),
      m_steps{{{}, m_origin->savedText, {}, m_origin}} {}

Result<void> ExperimentDocument::set(const std::string& key, const Json& value) {
    Experiment next = m_experiment;
    if (Result<void> set = next.set(key, value); !set)
        return set;
    if (next == m_experiment)
        return {};
    m_experiment = std::move(next);
    const OptionSpec* spec = m_experiment.options().table().find(key);
    push(coreText(spec->label), key == m_mergeKey && !canRedo());
    m_mergeKey = key;
    announce();
    return {};
}

void ExperimentDocument::replace(const Experiment& experiment, const std::filesystem::path& baseFolder,
                                 const QString& label) {
    m_experiment = experiment;
    m_experiment.record.clear();
    m_baseFolder = baseFolder;
    push(label, false);
    announce();
}

void ExperimentDocument::open(const Experiment& experiment, const std::filesystem::path& baseFolder,
                              const QString& label, const std::filesystem::path& file) {
    Experiment opened = experiment;
    opened.record.clear();
    m_origin = std::make_shared<Origin>(Origin{file, opened.toText()});
    replace(opened, baseFolder, label);
}

void ExperimentDocument::setSavedText(const std::string& text) {
    m_origin->savedText = text;
    emit undoChanged();
}

void ExperimentDocument::reset(const Experiment& experiment, const std::filesystem::path& baseFolder,
                               const std::filesystem::path& savedAs) {
    m_experiment = experiment;
    m_experiment.record.clear();
    m_baseFolder = baseFolder;
    m_origin = std::make_shared<Origin>(Origin{savedAs, m_experiment.toText()});
    m_steps = {{{}, m_origin->savedText, baseFolder, m_origin}};
    m_position = 0;
    m_mergeKey.clear();
    announce();
}

Result<void> ExperimentDocument::save(const std::filesystem::path& path) {
    Experiment moved = m_experiment;
    const std::filesystem::path folder = path.parent_path();
    Result<std::string> source = relocateSource(m_experiment.options().text("data.source"), m_baseFolder, folder);
    if (!source)
        return std::move(source).error();
    if (Result<void> set = moved.set("data.source", *source); !set)
        return set;
    if (Result<void> saved = moved.save(path); !saved)
        return saved;
    m_origin->file = path;
    if (moved != m_experiment) // its paths start elsewhere now
        replace(moved, folder, tr("Save"));
    m_baseFolder = m_steps[m_position].baseFolder = folder;
    m_origin->savedText = m_experiment.toText();
    endEdit();
    emit undoChanged();
    return {};
}

void ExperimentDocument::push(const QString& label, bool merges) {
    if (!merges) {
        m_steps.resize(m_position + 1);
        m_steps.push_back({});
        ++m_position;
        m_mergeKey.clear();
    }
    m_steps[m_position] = {label, m_experiment.toText(), m_baseFolder, m_origin};
    if (m_steps.size() > kMostSteps) {
        m_steps.erase(m_steps.begin());
        --m_position;
    }
}

void ExperimentDocument::undo() {
    if (!canUndo())
        return;
    --m_position;
    restore();
}

void ExperimentDocument::redo() {
    if (!canRedo())
        return;
    ++m_position;
    restore();
}

void ExperimentDocument::restore() {
    m_experiment = Experiment::fromText(m_steps[m_position].text).value(); // our own text
    m_baseFolder = m_steps[m_position].baseFolder;
    m_origin = m_steps[m_position].origin;
    endEdit();
    announce();
}

void ExperimentDocument::setSampleShape(const Shape& shape) {
    if (shape == m_sampleShape)
        return;
    m_sampleShape = shape;
    rebuild();
}

void ExperimentDocument::setDataIssue(const QString& message) {
    if (message == m_dataIssue)
        return;
    m_dataIssue = message;
    rebuild();
}

void ExperimentDocument::announce() {
    emit changed();
    emit undoChanged();
    rebuild();
}

void ExperimentDocument::rebuild() {
    m_model = nullptr;
    m_issues.clear();
    const auto note = [this](const Error& error) {
        const std::string message = error.message();
        m_issues[keyConcerned(message, m_experiment.options().table())] = coreText(error);
    };
    if (const Result<DataOptions> data = readDataOptions(m_experiment.options()); !data)
        note(data.error());
    else if (!m_dataIssue.isEmpty())
        m_issues[QStringLiteral("data.source")] = m_dataIssue;
    if (m_sampleShape.rank() > 0) {
        if (auto built = buildModel(m_experiment.options(), m_sampleShape); built)
            m_model = *built;
        else
            note(built.error());
    }
    emit modelChanged();
}

} // namespace hourglass
