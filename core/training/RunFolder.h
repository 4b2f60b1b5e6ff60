#pragma once

// A run on disk: experiment.hourglass, history.csv, code_statistics.json of the last epoch where there is a code,
// result.json when it has ended, and checkpoints/{last,best,epoch-0007}.safetensors. Held by one process at a time
// through a lock that dies with it.

#include <filesystem>
#include <stop_token>
#include <vector>

#include "core/base/Result.h"
#include "core/training/Experiment.h"

namespace hourglass {

class RunFolder {
public:
    enum class Mode {
        Create,  // the folder must not hold a run
        Resume,  // a run of the same experiment is gone on with; a folder without one is started
        Replace, // a run that is there gives way to a new one, once that has its first checkpoint
    };
    // `experiment` as experimentForRun() made it. Errors: Conflict (another run is there, or something else that a run
    // would overwrite; the experiment differs in an option that needs a restart; its data have changed; another living
    // process trains here), WriteFailed. What open() made goes again if no run comes of it.
    static Result<RunFolder> open(const std::filesystem::path& folder, const Experiment& experiment, Mode mode);
    ~RunFolder();
    RunFolder(RunFolder&& other) noexcept;
    RunFolder& operator=(RunFolder&&) = delete;

    // The part of open() that makes nothing and needs no data: whether what is in the folder allows the mode.
    static Result<void> checkMode(const std::filesystem::path& folder, const Experiment& experiment, Mode mode);

    // A replaced run is set aside until this is called, and put back if it never is.
    void commitReplacement() const;

    const std::filesystem::path& path() const { return m_path; }
    std::filesystem::path experimentPath() const { return experimentPath(m_path); }
    std::filesystem::path historyPath() const { return m_path / "history.csv"; }
    std::filesystem::path codePath() const { return codePath(m_path); }
    std::filesystem::path resultPath() const { return resultPath(m_path); }
    std::filesystem::path checkpoint(const std::string& name) const { return checkpoint(m_path, name); }

    // The same places of a folder that is only read.
    static std::filesystem::path experimentPath(const std::filesystem::path& folder);
    static std::filesystem::path codePath(const std::filesystem::path& folder);
    static std::filesystem::path resultPath(const std::filesystem::path& folder);
    static std::filesystem::path checkpoint(const std::filesystem::path& folder, const std::string& name);
    // Whether a folder looks like a run.
    static bool isRun(const std::filesystem::path& folder);
    // The run that a run folder or one of its checkpoints stands for; empty: none.
    static std::filesystem::path runOf(const std::filesystem::path& path);
    // Its best checkpoint, else its last. NotFound when it has none.
    static Result<std::filesystem::path> modelPath(const std::filesystem::path& folder);

private:
    RunFolder() = default;
    Result<void> setAside();
    void putBack() const;

    std::filesystem::path m_path;
    std::vector<std::filesystem::path> m_made; // folders and the lock, outermost first
    int m_lock = -1; // a descriptor whose advisory lock the kernel drops when the process ends
};

// An experiment as a run folder keeps it: its source named from there, and the hashes of what the source holds.
Result<Experiment> experimentForRun(Experiment experiment, const std::filesystem::path& baseFolder,
                                    const std::filesystem::path& runFolder, const std::stop_token& stop = {});

// The first option that needs a restart and differs, or an empty text.
std::string restartDifference(const Experiment& before, const Experiment& now);

} // namespace hourglass
