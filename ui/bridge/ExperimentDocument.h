#pragma once

// The experiment that the window edits, with undo for every edit, and what follows from it: the network, and what is
// wrong with which option. GUI thread; no widget.

#include <QtCore/QMap>
#include <QtCore/QObject>

#include <filesystem>
#include <memory>
#include <vector>

#include "core/models/Model.h"
#include "core/training/Experiment.h"

namespace hourglass {

class ExperimentDocument : public QObject {
    Q_OBJECT

public:
    explicit ExperimentDocument(QObject* parent = nullptr);

    const Experiment& experiment() const { return m_experiment; }
    // Where relative paths of the experiment start.
    const std::filesystem::path& baseFolder() const { return m_baseFolder; }
    // The file it was opened from or saved to; empty when it has none.
    const std::filesystem::path& file() const { return m_origin->file; }
    bool isModified() const { return m_experiment.toText() != m_origin->savedText; }
    // As it was opened or saved last.
    const std::string& savedText() const { return m_origin->savedText; }

    // Sets one option. Edits of the same option that follow each other are undone together, until endEdit().
    // InvalidArgument when the value cannot be; nothing changes then.
    Result<void> set(const std::string& key, const Json& value);
    // The person turned to something else: the next edit is one of its own.
    void endEdit() { m_mergeKey.clear(); }
    // Several options, or everything, as one step named `label`.
    void replace(const Experiment& experiment, const std::filesystem::path& baseFolder, const QString& label);
    // The same for another document, opened from `file` (which may be empty): undo brings back the one before, with
    // its file and what was not saved of it.
    void open(const Experiment& experiment, const std::filesystem::path& baseFolder, const QString& label,
              const std::filesystem::path& file = {});
    // Starts over: another document, without a way back. `savedAs` may be empty.
    void reset(const Experiment& experiment, const std::filesystem::path& baseFolder,
               const std::filesystem::path& savedAs = {});
    // Of a document from an earlier session, whose changes were not saved.
    void setSavedText(const std::string& text);

    // Errors: as openDataset()'s for a source that cannot move, WriteFailed.
    Result<void> save(const std::filesystem::path& path);

    bool canUndo() const { return m_position > 0; }
    bool canRedo() const { return m_position + 1 < m_steps.size(); }
    QString undoLabel() const { return canUndo() ? m_steps[m_position].label : QString(); }
    QString redoLabel() const { return canRedo() ? m_steps[m_position + 1].label : QString(); }
    void undo();
    void redo();

    // The shape of the samples, once the data set is open; an empty shape while it is not known.
    void setSampleShape(const Shape& shape);
    // Why the data cannot be opened; empty when they can, or when nobody has tried.
    void setDataIssue(const QString& message);
    // What the experiment builds for such samples; null while it cannot.
    std::shared_ptr<const Model> model() const { return m_model; }
    // By option; what concerns no single one is under "".
    const QMap<QString, QString>& issues() const { return m_issues; }

signals:
    void changed();      // the experiment
    void modelChanged(); // model() or issues()
    void undoChanged();  // labels, modified state, file

private:
    // Shared by the steps of one document, so that saving counts for all of them.
    struct Origin {
        std::filesystem::path file;
        std::string savedText;
    };
    struct Step {
        QString label;
        std::string text; // of the experiment after it
        std::filesystem::path baseFolder;
        std::shared_ptr<Origin> origin;
    };
    void push(const QString& label, bool merges);
    void restore();
    void rebuild();
    void announce();

    Experiment m_experiment;
    std::filesystem::path m_baseFolder;
    std::shared_ptr<Origin> m_origin;
    std::vector<Step> m_steps; // the first is the start
    size_t m_position = 0;
    std::string m_mergeKey;
    Shape m_sampleShape;
    QString m_dataIssue;
    std::shared_ptr<const Model> m_model;
    QMap<QString, QString> m_issues;
};

} // namespace hourglass
