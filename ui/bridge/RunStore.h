#pragma once

// The runs of the window: folders NAME-0001, NAME-0002, … under one root. Plain files; whatever else lies there is left
// alone. Any thread, one at a time.

#include <QtCore/QDateTime>
#include <QtCore/QString>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/training/CodeStatistics.h"
#include "core/training/Experiment.h"
#include "core/training/History.h"

namespace hourglass {

// One line of the list of runs.
struct RunSummary {
    enum class State { Finished, Interrupted, Damaged };

    std::filesystem::path folder = {};
    QString name = {}, family = {}, architecture = {}, data = {};
    int64_t epochs = 0, plannedEpochs = 0;
    std::optional<double> bestValidationLoss = {}, psnr = {}; // the PSNR of the best epoch, in dB
    QDateTime changed = {};
    State state = State::Interrupted;
    QString problem = {}; // why it is damaged
};

struct RunRecord {
    std::filesystem::path folder;
    Experiment experiment;
    History history = {};
    std::shared_ptr<const CodeStatistics> code = {}; // of its last epoch; null where there is none to be read
    bool isFinished = false;
    int64_t epochs = 0; // completed
};

class RunStore {
public:
    explicit RunStore(std::filesystem::path root) : m_root(std::move(root)) {}
    // runs/ in the application-data folder.
    static std::filesystem::path defaultRoot();

    const std::filesystem::path& root() const { return m_root; }
    // Newest first. Damaged runs are listed with the reason.
    std::vector<RunSummary> list() const;
    // One line of it; nothing when the folder holds no run.
    static std::optional<RunSummary> summary(const std::filesystem::path& folder);
    // A run of this root or from elsewhere. Errors: NotFound, and those of Experiment and History.
    static Result<RunRecord> read(const std::filesystem::path& folder);
    bool holds(const std::filesystem::path& folder) const; // whether a folder is directly in the root
    // Makes the next free folder of that name.
    Result<std::filesystem::path> create(const QString& name) const;
    // Removes a run with all its files. Errors: InvalidArgument (not a run of this root), Conflict (it is being
    // trained), WriteFailed.
    Result<void> remove(const std::filesystem::path& folder) const;
    // Removes a folder that create() made and no run was written to.
    void discardEmpty(const std::filesystem::path& folder) const;

private:
    std::filesystem::path m_root;
};

// "shapes" of builtin:shapes, "cells" of folder:/data/cells: what runs and windows are named after.
QString sourceName(const std::string& source);

} // namespace hourglass
