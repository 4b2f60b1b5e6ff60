#include "core/training/RunFolder.h"

#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/AtomicFile.h"
#include "core/data/SourceFiles.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

constexpr const char* kHashKey = "hash ";
constexpr const char* kLock = ".lock";
constexpr const char* kSetAside = ".replaced";
constexpr const char* kCode = "code_statistics.json";
constexpr const char* kContent[] = {"checkpoints", "history.csv", kCode, "result.json", "experiment.hourglass"};

Error cannotWrite(const fs::path& folder, const std::string& reason) {
    return makeError(ErrorCode::WriteFailed, "The run folder '{}' cannot be written: {}.", folder.string(), reason);
}

// Makes a folder and those above it; what did not exist before is added to `made`, outermost first.
Result<void> makeFolders(const fs::path& folder, std::vector<fs::path>& made) {
    std::error_code code;
    if (fs::is_directory(folder, code))
        return {};
    if (folder.has_relative_path() && folder.has_parent_path())
        if (Result<void> above = makeFolders(folder.parent_path(), made); !above)
            return above;
    if (fs::create_directory(folder, code))
        made.push_back(folder);
    return code ? Result<void>(cannotWrite(folder, code.message())) : Result<void>();
}

Result<int> lock(const fs::path& folder, std::vector<fs::path>& made) {
    const fs::path path = folder / kLock;
    std::error_code code;
    const bool isNew = !fs::exists(path, code);
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return cannotWrite(folder, std::strerror(errno));
    struct stat held {
    }, there{};
    // The file may have been removed, by a process that made no run of it, between opening and locking it.
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0 || ::fstat(fd, &held) != 0 || ::stat(path.c_str(), &there) != 0 ||
        held.st_ino != there.st_ino) {
        ::close(fd);
        return makeError(ErrorCode::Conflict, "Another process is training in '{}'. Stop it, or choose another folder.",
                         folder.string());
    }
    if (isNew)
        made.push_back(path);
    return fd;
}

std::multiset<std::string> hashesOf(const Experiment& experiment) {
    std::multiset<std::string> hashes;
    for (const auto& [key, value] : experiment.record)
        if (key.starts_with(kHashKey))
            hashes.insert(value);
    return hashes;
}

// Sources with files are the same if their contents are, wherever they lie; those without if their names are.
bool sameData(const Experiment& before, const Experiment& now) {
    const auto a = hashesOf(before), b = hashesOf(now);
    return a.empty() && b.empty() ? before.options().text("data.source") == now.options().text("data.source") : a == b;
}

Result<void> checkSameOptions(const fs::path& folder, const Experiment& before, const Experiment& experiment) {
    const std::string different = restartDifference(before, experiment);
    if (different.empty())
        return {};
    return makeError(
        ErrorCode::Conflict,
        "'{}' holds a run with {} = {}; this experiment has {}. Such a change needs a run folder of its own.",
        folder.string(), different, before.options().value(different).dump(),
        experiment.options().value(different).dump());
}

Result<void> checkSameData(const fs::path& folder, const Experiment& before, const Experiment& experiment) {
    if (sameData(before, experiment))
        return {};
    return makeError(ErrorCode::Conflict,
                     "The data of the run in '{}' are not those it was trained on ({}). Train on them in a run folder "
                     "of its own.",
                     folder.string(), experiment.options().text("data.source"));
}

// What a killed process was writing into a run.
void removeLeftovers(const fs::path& folder) {
    std::error_code code;
    for (const fs::path& place : {folder, folder / "checkpoints"})
        for (const auto& entry : fs::directory_iterator(place, code))
            if (isTemporaryName(entry.path()))
                fs::remove(entry.path(), code);
}

// A folder that is no run may hold anything, but nothing that a run would overwrite.
Result<void> checkFree(const fs::path& folder) {
    std::error_code code;
    if (fs::exists(folder, code) && !fs::is_directory(folder, code))
        return makeError(ErrorCode::Conflict, "'{}' is a file; a run needs a folder.", folder.string());
    for (const char* name : kContent) {
        const fs::path path = folder / name;
        if (fs::exists(fs::symlink_status(path, code)) && !(fs::is_directory(path, code) && fs::is_empty(path, code)))
            return makeError(
                ErrorCode::Conflict,
                "'{}' holds no run, but '{}', which a run would overwrite. Overwrite it (--force), or choose another "
                "folder.",
                folder.string(), name);
    }
    return {};
}

} // namespace

std::string restartDifference(const Experiment& before, const Experiment& now) {
    for (const OptionSpec& spec : now.options().table().specs()) {
        if (spec.effect != OptionEffect::Restart || spec.key == "data.source")
            continue; // the source is a path, and may be written differently; its content is compared by hash
        if (!before.options().has(spec.key) || before.options().value(spec.key) != now.options().value(spec.key))
            return before.options().has(spec.key) ? spec.key : "model.family";
    }
    return {};
}

Result<void> RunFolder::checkMode(const fs::path& folder, const Experiment& experiment, Mode mode) {
    if (mode == Mode::Replace)
        return {};
    if (!isRun(folder) && !isRun(folder / kSetAside))
        return checkFree(folder);
    if (mode == Mode::Create)
        return makeError(
            ErrorCode::Conflict,
            "'{}' already holds a run. Resume it (--resume), replace it (--force), or choose another folder.",
            folder.string());
    if (!isRun(folder)) // a killed replacement had set it aside
        return {};
    Result<Experiment> before = Experiment::load(experimentPath(folder));
    return before ? checkSameOptions(folder, *before, experiment) : Result<void>(std::move(before).error());
}

Result<RunFolder> RunFolder::open(const fs::path& folder, const Experiment& experiment, Mode mode) {
    if (Result<void> free = checkMode(folder, experiment, mode); !free) // before anything is made there
        return std::move(free).error();
    RunFolder run;
    if (Result<void> made = makeFolders(folder / "checkpoints", run.m_made); !made)
        return std::move(made).error();
    Result<int> held = lock(folder, run.m_made);
    if (!held)
        return std::move(held).error();
    run.m_lock = *held;
    std::error_code code;
    run.m_path = fs::weakly_canonical(folder, code);
    run.putBack();                                                      // what a killed replacement had set aside
    if (Result<void> free = checkMode(folder, experiment, mode); !free) // again: somebody may have been faster
        return std::move(free).error();
    if (!isRun(folder))
        return run;
    removeLeftovers(folder);
    if (mode == Mode::Replace) {
        if (Result<void> aside = run.setAside(); !aside)
            return std::move(aside).error();
        return run;
    }
    Result<Experiment> before = Experiment::load(experimentPath(folder));
    if (!before)
        return std::move(before).error();
    if (Result<void> same = checkSameData(folder, *before, experiment); !same)
        return std::move(same).error();
    return run;
}

Result<void> RunFolder::setAside() {
    std::error_code code;
    fs::create_directories(m_path / kSetAside, code);
    for (const char* name : kContent)
        if (fs::exists(m_path / name))
            fs::rename(m_path / name, m_path / kSetAside / name, code);
    fs::create_directories(m_path / "checkpoints", code);
    return code ? Result<void>(cannotWrite(m_path, code.message())) : Result<void>();
}

void RunFolder::putBack() const {
    std::error_code code;
    if (!isRun(m_path / kSetAside)) // not ours
        return;
    for (const char* name : kContent) {
        if (!fs::exists(m_path / kSetAside / name, code))
            continue;
        fs::remove_all(m_path / name, code);
        fs::rename(m_path / kSetAside / name, m_path / name, code);
    }
    fs::remove_all(m_path / kSetAside, code);
}

void RunFolder::commitReplacement() const {
    std::error_code code;
    if (isRun(m_path / kSetAside))
        fs::remove_all(m_path / kSetAside, code);
}

Result<Experiment> experimentForRun(Experiment experiment, const fs::path& baseFolder, const fs::path& runFolder,
                                    const std::stop_token& stop) {
    const std::string source = experiment.options().text("data.source");
    auto hashes = sourceFileHashes(source, baseFolder, stop);
    if (!hashes)
        return std::move(hashes).error();
    std::erase_if(experiment.record, [](const auto& entry) { return entry.first.starts_with(kHashKey); });
    size_t number = 0; // files in different folders may have one name
    for (const auto& [file, hash] : *hashes)
        experiment.record[fmt::format("{}{} {}", kHashKey, number++, fs::path(file).filename().string())] = hash;
    auto relocated = relocateSource(source, baseFolder, runFolder);
    if (!relocated)
        return std::move(relocated).error();
    if (Result<void> set = experiment.set("data.source", *relocated); !set)
        return std::move(set).error();
    return experiment;
}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : m_path(std::move(other.m_path)), m_made(std::exchange(other.m_made, {})),
      m_lock(std::exchange(other.m_lock, -1)) {}

RunFolder::~RunFolder() {
    if (m_lock >= 0)
        putBack();
    // A run that never began leaves nothing: remove() takes no folder that holds something.
    std::error_code code;
    if (!m_path.empty() && isRun(m_path))
        m_made.clear();
    for (auto path = m_made.rbegin(); path != m_made.rend(); ++path)
        fs::remove(*path, code);
    if (m_lock >= 0)
        ::close(m_lock);
}

fs::path RunFolder::experimentPath(const fs::path& folder) {
    return folder / "experiment.hourglass";
}

fs::path RunFolder::resultPath(const fs::path& folder) {
    return folder / "result.json";
}

fs::path RunFolder::codePath(const fs::path& folder) {
    return folder / kCode;
}

fs::path RunFolder::checkpoint(const fs::path& folder, const std::string& name) {
    return folder / "checkpoints" / (name + ".safetensors");
}

bool RunFolder::isRun(const fs::path& folder) {
    std::error_code code;
    return fs::is_regular_file(experimentPath(folder), code) || fs::is_regular_file(checkpoint(folder, "last"), code);
}

fs::path RunFolder::runOf(const fs::path& path) {
    const fs::path whole = fs::absolute(path);
    if (isRun(whole))
        return whole;
    const fs::path around = whole.parent_path().parent_path(); // RUN/checkpoints/best.safetensors
    return isRun(around) ? around : fs::path();
}

Result<fs::path> RunFolder::modelPath(const fs::path& folder) {
    std::error_code code;
    for (const char* name : {"best", "last"})
        if (fs::is_regular_file(checkpoint(folder, name), code))
            return checkpoint(folder, name);
    return makeError(ErrorCode::NotFound, "The run '{}' has no checkpoint yet.", folder.string());
}

} // namespace hourglass
